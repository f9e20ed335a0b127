// Adds routes to the app, each behind its own guards: authenticate, admit, feature flag, permission, then the named
// resource, then its body. No guard depends on where a route is mounted.
import type { Context, Handler, Hono, MiddlewareHandler } from 'hono';
import type { z } from 'zod';
import { AppError, ERRORS } from '../../durable/errors.ts';
import { admitted, authenticated, operatorOnly, ownAccount } from '../admission/access.ts';
import { noteRead, noteRefusedAccess, noteRefusedAccount } from '../admission/edge-events.ts';
import { assistantEnabled } from '../admission/gate.ts';
import { assistantEnabledByNow, callsModel } from '../admission/model-call.ts';
import { isSignInRecent } from '../admission/recent-sign-in.ts';
import { fromAnyAllowedOrigin, fromOwnPages } from '../auth/cors.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { parseInput } from '../http/problem.ts';
import { problemPage } from '../http/problem-page.ts';
import { type JsonBody, readJson } from '../http/read-json.ts';
import { ASSISTANT_PREFIXES, needsAssistant, needsMembership, permissionsOf, type Route } from './define-route.ts';

export function mountRoutes(app: Hono<EdgeEnv>, routes: readonly Route[]): void {
  const addresses = routes.flatMap((route) => {
    // The same functions at each address, so that an alias can't allow what the canonical address refuses.
    const chain: (MiddlewareHandler<EdgeEnv> | Handler<EdgeEnv>)[] = [...guardsOf(route), (c) => answer(c, route)];
    return route.paths.map((path) => ({ method: route.method.toUpperCase(), path, chain }));
  });
  // The router takes the first match: `/audit/export` has to come before `/audit/{entryId}`.
  const mostSpecificFirst = addresses.toSorted((one, other) => placeholders(one.path) - placeholders(other.path));
  for (const { method, path, chain } of mostSpecificFirst) {
    const address = path.replace(/\{(\w+)\}/g, ':$1');
    app.on(method, [address], ...chain);
  }
}

const placeholders = (path: string): number => path.split('{').length;

function guardsOf(route: Route): MiddlewareHandler<EdgeEnv>[] {
  if (route.permission === 'public') return [fromAnyAllowedOrigin];
  if (route.permission === 'operator') return [operatorOnly, fromOwnPages];
  if (route.permission === 'account') return [authenticated, fromOwnPages, ownAccount(route.cost)];
  if (route.rights === undefined) return [authenticated, fromOwnPages];
  const flag = needsAssistant(route);
  if (!route.modelCall) return [authenticated, admitted(route.rights, route.cost), ...(flag ? [assistantEnabled] : [])];
  const { rights, modelCall, bodyLimitBytes: limitBytes, isBodyOptional } = route;
  return [
    authenticated,
    callsModel({ ...modelCall, rights, limitBytes, isBodyOptional }),
    ...(flag ? [assistantEnabledByNow] : []),
  ];
}

async function answer(c: Context<EdgeEnv>, route: Route): Promise<Response> {
  try {
    const result = await handle(c, route);
    record(c, route, result instanceof Response ? result.status : route.reply.status);
    if (result instanceof Response) return result;
    const { status } = route.reply;
    return status === 204 ? c.body(null, status) : c.json(result, status);
  } catch (error) {
    // A sign-in that isn't recent is no violation of access.
    const isRefused = !(error instanceof AppError && error.code === 'SIGN_IN_AGAIN');
    if (isRefused) record(c, route, error instanceof AppError ? ERRORS[error.code].status : 500);
    if (!route.errorPage) throw error;
    return problemPage(c, error, route.errorPage);
  }
}

/** Every route records what it refuses. What it records of successful calls is in its declaration. */
function record(c: Context<EdgeEnv>, route: Route, status: number): void {
  if (route.permission === 'account' && status === 404) noteRefusedAccount(c, route, 'NOT_FOUND');
  if (!needsMembership(route)) return;
  if (status === 403) noteRefusedAccess(c, route, 'FORBIDDEN');
  else if (status === 404) noteRefusedAccess(c, route, 'NOT_FOUND');
  else if (status < 400 && route.records) noteRead(c, route, route.records);
}

async function handle(c: Context<EdgeEnv>, route: Route): Promise<unknown> {
  if (!route.findsBeforePermission) {
    requirePermission(c, route);
    requireRecentSignIn(c, route);
  }
  const params = route.params && parseParams(route.params, c.req.param(), route.invalidParams);
  const query = route.query && parseInput(route.query, c.req.query());
  const json = await bodyOf(c, route);
  const found = await route.find?.(c, { params, query, json });
  if (route.findsBeforePermission) {
    requirePermission(c, route);
    requireRecentSignIn(c, route);
  }
  const body = route.modelCall ? json : route.body && parseBody(route.body, json, route.isBodyOptional);
  return route.handler(c, { params, query, body, found });
}

function requirePermission(c: Context<EdgeEnv>, route: Route): void {
  const anyOf = permissionsOf(route);
  if (anyOf.length === 0) return;
  const { permissions } = c.get('access');
  if (!anyOf.some((permission) => permissions.includes(permission))) throw new AppError('FORBIDDEN');
}

function requireRecentSignIn(c: Context<EdgeEnv>, route: Route): void {
  if (route.needsRecentSignIn && !isSignInRecent(c)) throw new AppError('SIGN_IN_AGAIN');
}

function parseParams(schema: z.ZodObject, params: object, invalid: Route['invalidParams']): unknown {
  if (invalid) return parseInput(schema, params);
  const parsed = schema.safeParse(params);
  if (!parsed.success) throw new AppError('NOT_FOUND');
  return parsed.data;
}

async function bodyOf(c: Context<EdgeEnv>, route: Route): Promise<JsonBody> {
  if (route.modelCall) return c.get('body');
  if (!route.body) return { ok: true, value: undefined };
  return readJson(c.req.raw, { limitBytes: route.bodyLimitBytes, optional: route.isBodyOptional });
}

function parseBody(schema: z.ZodType, json: JsonBody, isOptional: true | undefined): unknown {
  if (!json.ok) throw json.error;
  return parseInput(schema, json.value === undefined && isOptional ? {} : json.value);
}

const API_PREFIXES = ['/api/', '/v1/'];

/** An address without a route gets the same refusals as one with a route, so that probing reveals nothing. */
export async function guardUnknownAddress(c: Context<EdgeEnv>): Promise<void> {
  const { path } = c.req;
  if (!API_PREFIXES.some((prefix) => path.startsWith(prefix))) return;
  await authenticated(c, done);
  if (!ASSISTANT_PREFIXES.some((prefix) => path.startsWith(`${prefix}/`))) return;
  await admitted('confirmed')(c, done);
  await assistantEnabled(c, done);
}

const done = async (): Promise<void> => undefined;
