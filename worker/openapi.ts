// The OpenAPI 3.1 document, made from the operations and the contract's shapes.
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { ERRORS, type ErrorCode } from '../durable/errors.ts';
import { isOfAssistant, needsMembership, type Operation, permissionsOf } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { Problem } from './problem-contract.ts';

const API_VERSION = '1';
const CANONICAL_PREFIX = '/api/v1/ai';

export type OpenApiDocument = ReturnType<typeof createDocument>;

let built: OpenApiDocument | null = null;

/** Built at the first question; it says nothing of any tenant. */
export function openApiDocument(): OpenApiDocument {
  built ??= createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Groundwire',
      version: API_VERSION,
      description:
        'Every reply carries `X-Request-Id`. Errors are RFC 9457 problems with a stable `code`. The assistant’s routes answer under `/api/ai` too.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: toPaths(OPERATIONS),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        cookie: { type: 'apiKey', in: 'cookie', name: '__Host-groundwire' },
      },
    },
    tags: [
      {
        name: 'assistant',
        description: 'Behind the org’s `aiAssistant` flag. `X-Org` names the org, where one has several.',
      },
      {
        name: 'wire',
        description:
          'The assistant for clients of other APIs: the same conversations, refusals and approvals, in their words.',
      },
      { name: 'account', description: 'Who asks, and where they act.' },
      { name: 'organisation', description: 'Who belongs to the org that one acts in, and what they may do.' },
      { name: 'document', description: 'Open to everyone.' },
    ],
  });
  return built;
}

/** Where an operation answers, as OpenAPI writes addresses. */
export const addressOf = ({ group, path }: Operation): string =>
  group === 'assistant' ? CANONICAL_PREFIX + path : path;

function toPaths(operations: readonly Operation[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    const address = addressOf(operation);
    paths[address] = { ...paths[address], [operation.method]: toOperation(operation) };
  }
  return paths;
}

function toOperation(operation: Operation): ZodOpenApiOperationObject {
  const { params: path, query, headers: header, body, reply } = operation;
  const content = reply.schema && { content: { [reply.type ?? 'application/json']: { schema: reply.schema } } };
  return {
    tags: [operation.group],
    summary: operation.summary,
    ...describe(operation),
    ...(operation.needs !== 'nothing' && { security: [{ bearer: [] }, { cookie: [] }] }),
    requestParams: { ...(path && { path }), ...(query && { query }), ...(header && { header }) },
    ...(body && { requestBody: { content: { 'application/json': { schema: body } } } }),
    responses: { [reply.status]: { description: reply.description, ...content }, ...problems(operation) },
  };
}

function describe(operation: Operation): { description?: string } {
  const permissions = permissionsOf(operation).map((permission) => `\`${permission}\``);
  const needs = permissions.length === 0 ? [] : [`Needs ${permissions.join(' or ')}.`];
  const description = [...(operation.description === undefined ? [] : [operation.description]), ...needs].join(' ');
  return description === '' ? {} : { description };
}

/** What every operation of its kind may answer, and what is its own. */
function errorsOf(operation: Operation): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>(['RATE_LIMITED', 'INTERNAL', ...(operation.errors ?? [])]);
  if (operation.needs !== 'nothing') codes.add('UNAUTHENTICATED');
  if (needsMembership(operation)) for (const code of ['NOT_FOUND', 'DATABASE_UNAVAILABLE'] as const) codes.add(code);
  if (permissionsOf(operation).length > 0) codes.add('FORBIDDEN');
  if (isOfAssistant(operation)) codes.add('ASSISTANT_DISABLED');
  if (operation.method !== 'get') codes.add('CROSS_SITE');
  if (operation.query || operation.body) codes.add('BAD_REQUEST');
  if (operation.body) for (const code of ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) codes.add(code);
  return [...codes];
}

function problems(operation: Operation): ZodOpenApiOperationObject['responses'] {
  const byStatus = Map.groupBy(errorsOf(operation), (code) => ERRORS[code].status);
  const content = operation.refusal
    ? { 'application/json': { schema: operation.refusal } }
    : { 'application/problem+json': { schema: Problem } };
  return Object.fromEntries(
    [...byStatus].map(([status, sharing]) => [String(status), { description: sharing.join(', '), content }]),
  );
}
