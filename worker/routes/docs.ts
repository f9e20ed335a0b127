// Pages to read the API by: the operations, and the table of errors that problems link to. No script, one style sheet.
import { Hono } from 'hono';
import { html } from 'hono/html';
import { ERRORS } from '../../durable/errors.ts';
import { prose, renderOperations, renderSchemas } from '../docs-render.ts';
import { DOCS_STYLE } from '../docs-style.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { openApiDocument } from '../openapi.ts';

export const docsRoutes = new Hono<EdgeEnv>();

docsRoutes.get('/', (c) => {
  const document = openApiDocument();
  return c.html(
    page(
      c.get('nonce'),
      'API',
      html`
      <p>${prose(document.info.description)} <a href="/api/v1/openapi.json">openapi.json</a> · <a href="/docs/errors">Errors</a></p>
      ${renderOperations(document)}
      <h2>Shapes</h2>
      ${renderSchemas(document)}`,
    ),
  );
});

docsRoutes.get('/errors', (c) => {
  const rows = Object.entries(ERRORS).map(
    ([code, { status, title, detail }]) =>
      html`<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td><td>${detail}</td></tr>`,
  );
  return c.html(
    page(
      c.get('nonce'),
      'Errors',
      html`
      <p>Each error is a problem (RFC 9457) with one of these codes. <a href="/docs">API</a></p>
      <div class="scroll"><table><thead><tr><th>Code</th><th>Status</th><th>Title</th><th>Words</th></tr></thead><tbody>${rows}</tbody></table></div>`,
    ),
  );
});

const page = (nonce: string, title: string, content: unknown) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title} · Groundwire</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    <style nonce="${nonce}">${DOCS_STYLE}</style>
  </head>
  <body><main><h1>Groundwire ${title}</h1>${content}</main></body>
</html>`;
