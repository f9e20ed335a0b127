// Renders the OpenAPI document as HTML. It reads nothing else, so the page matches the document.
import { html } from 'hono/html';
import type { OpenApiDocument } from './openapi.ts';

type Html = ReturnType<typeof html>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

export function renderOperations(document: OpenApiDocument): Html[] {
  return (document.tags ?? []).map(
    ({ name, description }) => html`<h2>${name}</h2><p>${prose(description)}</p>${operationsOf(document, name)}`,
  );
}

export const renderSchemas = (document: OpenApiDocument): Html[] =>
  Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) =>
      html`<details id="${name}"><summary><code>${name}</code></summary><div>${json(schema)}</div></details>`,
  );

function operationsOf(document: OpenApiDocument, tag: string): Html[] {
  return Object.entries(document.paths ?? {}).flatMap(([address, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation?.tags?.includes(tag) ? [renderOperation(method, address, operation)] : [];
    }),
  );
}

type OperationObject = NonNullable<NonNullable<OpenApiDocument['paths']>[string]['get']>;

const renderOperation = (method: string, address: string, operation: OperationObject): Html => html`<details>
  <summary><code class="method">${method.toUpperCase()}</code><span class="address">${address}</span><span class="summary">${operation.summary}</span></summary>
  <div>
    ${operation.description === undefined ? '' : html`<p>${prose(operation.description)}</p>`}
    ${renderParameters(operation)} ${renderBody(operation)}
    <h3>Replies</h3>
    <div class="scroll"><table><tbody>${renderReplies(operation)}</tbody></table></div>
  </div>
</details>`;

function renderParameters(operation: OperationObject): Html | '' {
  const parameters = (operation.parameters ?? []).filter((parameter) => 'name' in parameter);
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    (parameter) => html`<tr>
      <td><code>${parameter.name}</code></td>
      <td>${parameter.in}${parameter.required ? ', required' : ''}</td>
      <td>${prose(parameter.description)} ${facts(parameter.schema)}</td>
    </tr>`,
  );
  return html`<h3>Parameters</h3><div class="scroll"><table><tbody>${rows}</tbody></table></div>`;
}

function renderBody(operation: OperationObject): Html | '' {
  const body = operation.requestBody;
  if (!body || !('content' in body)) return '';
  return html`<h3>Body</h3>${renderContent(body.content)}`;
}

const renderReplies = (operation: OperationObject): Html[] =>
  Object.entries(operation.responses ?? {}).map(([status, reply]) => {
    if (!reply || !('description' in reply)) return html`<tr><td>${status}</td><td></td></tr>`;
    const content = 'content' in reply && Number(status) < 400 ? renderContent(reply.content) : '';
    return html`<tr><td>${status}</td><td>${prose(reply.description)}${content}</td></tr>`;
  });

const renderContent = (content: unknown): Html[] =>
  Object.entries((content ?? {}) as Record<string, { schema?: unknown }>).map(
    ([type, { schema }]) => html`<p><code>${type}</code> ${renderSchema(schema)}</p>`,
  );

const REFERENCE = '#/components/schemas/';

function renderSchema(schema: unknown): Html {
  const reference = (schema as { $ref?: string } | undefined)?.$ref;
  if (!reference?.startsWith(REFERENCE)) return json(schema);
  const name = reference.slice(REFERENCE.length);
  return html`<a href="#${name}"><code>${name}</code></a>`;
}

/** A schema's constraints on one value, in a few words. */
function facts(schema: unknown): Html | '' {
  const { $ref, description: _said, pattern: _long, ...rest } = (schema ?? {}) as Record<string, unknown>;
  if (typeof $ref === 'string') return renderSchema(schema);
  const said = Object.entries(rest).map(([name, value]) =>
    name === 'type' ? value : `${name} ${JSON.stringify(value)}`,
  );
  return said.length === 0 ? '' : html`<span class="summary">${said.join(', ')}</span>`;
}

/** Text with code between backticks. */
export const prose = (text: string | undefined): (Html | string)[] =>
  (text ?? '').split('`').map((piece, at) => (at % 2 === 1 ? html`<code>${piece}</code>` : piece));

const json = (value: unknown): Html => html`<pre>${JSON.stringify(value, null, 2)}</pre>`;
