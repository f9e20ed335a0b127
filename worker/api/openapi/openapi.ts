// Builds the OpenAPI 3.1 document from the routes.
import type { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { ERRORS, type ErrorCode } from '../../../durable/errors.ts';
import { Problem } from '../../http/problem-schema.ts';
import { needsAssistant, needsMembership, permissionsOf, type Route } from '../../routing/define-route.ts';

const API_VERSION = '1';

export type OpenApiDocument = ReturnType<typeof createDocument>;

const built = new WeakMap<readonly Route[], OpenApiDocument>();

/** Built on first use. It contains no org's data. */
export function openApiDocument(routes: readonly Route[]): OpenApiDocument {
  const known = built.get(routes);
  if (known) return known;
  const document = createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Groundwire',
      version: API_VERSION,
      description:
        'Every reply has an `X-Request-Id`. Errors are RFC 9457 problems with a stable `code`. The assistant’s routes are also available under `/api/ai`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: toPaths(routes),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-groundwire',
          description:
            'For pages. Every request names the user and org that the page was loaded for: `X-Page-Identity: <user id>/<org id>`, from `GET /api/v1/me`. A request that changes something is refused without it.',
        },
      },
    },
    tags: [
      {
        name: 'assistant',
        description: 'Requires the org’s `aiAssistant` flag. If you belong to several orgs, `X-Org` selects one.',
      },
      {
        name: 'wire',
        description:
          'The assistant for clients of other APIs: the same conversations, errors and approvals in the form those clients expect.',
      },
      { name: 'account', description: 'Who you are, and which org you act in.' },
      { name: 'organization', description: 'The org’s members, settings and audit log.' },
      {
        name: 'operator',
        description:
          'The installation itself. The bearer token is the installation’s `OPERATOR_TOKEN`; without that setting, these routes refuse everyone.',
      },
      { name: 'document', description: 'Public.' },
    ],
  });
  built.set(routes, document);
  return document;
}

/** Only canonical addresses are documented. */
export const documentedPath = ({ paths }: Route): string => paths[0];

function toPaths(routes: readonly Route[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const path = documentedPath(route);
    paths[path] = { ...paths[path], [route.method]: toOperation(route) };
  }
  return paths;
}

function toOperation(route: Route): ZodOpenApiOperationObject {
  const { params: path, query, headers: header, body, reply } = route;
  const description = describe(route);
  return {
    tags: [route.tag],
    summary: route.summary,
    ...(description !== '' && { description }),
    ...(route.permission !== 'public' && { security: [{ bearer: [] }, { cookie: [] }] }),
    requestParams: {
      ...(path && { path }),
      ...(query && { query: query as z.ZodObject }),
      ...(header && { header }),
    },
    ...(body && { requestBody: { content: { 'application/json': { schema: body } } } }),
    responses: {
      [reply.status]: { description: reply.description, ...contentOf(reply) },
      ...problems(route),
    },
  };
}

function contentOf({ schema, media }: Route['reply']) {
  if (media) return { content: { [media.type]: { schema: media.schema } } };
  return schema && { content: { 'application/json': { schema } } };
}

function describe(route: Route): string {
  const permissions = permissionsOf(route).map((permission) => `\`${permission}\``);
  const needs = permissions.length === 0 ? [] : [`Requires ${permissions.join(' or ')}.`];
  const open = route.permission === 'account' ? ['Needs no membership in an org.'] : [];
  return [...(route.description === undefined ? [] : [route.description]), ...needs, ...open].join(' ');
}

const ACCOUNT_ERRORS: readonly ErrorCode[] = ['IDENTITY_CHANGED', 'DATABASE_UNAVAILABLE'];
const MEMBER_ERRORS: readonly ErrorCode[] = ['NOT_FOUND', 'NO_MEMBERSHIP', 'IDENTITY_CHANGED', 'DATABASE_UNAVAILABLE'];

/** The errors of every route of its kind, and the route's own. */
function errorsOf(route: Route): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>(['RATE_LIMITED', 'INTERNAL', ...(route.errors ?? [])]);
  if (route.permission !== 'public')
    for (const code of ['UNAUTHENTICATED', 'ORIGIN_NOT_ALLOWED'] as const) codes.add(code);
  if (route.permission === 'account') for (const code of ACCOUNT_ERRORS) codes.add(code);
  if (needsMembership(route)) for (const code of MEMBER_ERRORS) codes.add(code);
  if (permissionsOf(route).length > 0) codes.add('FORBIDDEN');
  if (route.needsRecentSignIn) codes.add('SIGN_IN_AGAIN');
  if (needsAssistant(route)) codes.add('ASSISTANT_DISABLED');
  if (route.method !== 'get') codes.add('CROSS_SITE');
  if (route.query || route.body) codes.add('BAD_REQUEST');
  if (route.body) for (const code of ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) codes.add(code);
  return [...codes];
}

function problems(route: Route): ZodOpenApiOperationObject['responses'] {
  const byStatus = Map.groupBy(errorsOf(route), (code) => ERRORS[code].status);
  const content = route.refusal
    ? { 'application/json': { schema: route.refusal } }
    : { 'application/problem+json': { schema: Problem } };
  return Object.fromEntries(
    [...byStatus].map(([status, sharing]) => [String(status), { description: sharing.join(', '), content }]),
  );
}
