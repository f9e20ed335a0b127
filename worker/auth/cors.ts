// Lets pages of other origins use the API with a bearer token, never with a cookie, if an organization allows their origin.
// A preflight names no organization, so it is answered if any allows the origin. The request itself is refused unless the
// organization that it acts for does. Errors can be read wherever any does, so that a client learns what is wrong.
import { waitUntil } from 'cloudflare:workers';
import type { Context, MiddlewareHandler } from 'hono';
import { isLocalOrigin } from '../../durable/allowed-origins.ts';
import { settingsOf } from '../../durable/env.ts';
import { AppError } from '../../durable/errors.ts';
import { logFailure } from '../../durable/log.ts';
import { listAllowedOrigins } from '../../durable/postgres/queries/allowed-origins.ts';
import { postgresDepsOf } from '../../durable/postgres/with-tenant.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { ownOrigin } from './origin-check.ts';
import { createOriginList, type ForeignPage, type OriginList } from './origin-list.ts';
import { sessionCookie } from './session-cookie.ts';

/** Everything else is for our own pages. */
const API_PREFIXES = ['/api/', '/v1/'];

const EXPOSED =
  'X-Request-Id, X-Session-Id, X-Run-Id, X-Ignored, Retry-After, RateLimit, RateLimit-Policy, Content-Disposition';
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
/** Browsers ask again after it. Requests are checked either way. */
const PREFLIGHT_SECONDS = 600;
/** Names of headers. Clients' libraries send their own, such as `x-stainless-lang`. */
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]{1,64}(?: *, *[\w!#$%&'*+.^`|~-]{1,64}){0,39}$/;
/** Names the user of a page of ours, whose requests come from our own origin. */
const OWN_HEADERS = ['x-page-identity'];

/** Notes where the request comes from, and sets the headers of the reply. */
export const shareWithOrigins: MiddlewareHandler<EdgeEnv> = async function shareWithOrigins(c, next) {
  if (!API_PREFIXES.some((prefix) => c.req.path.startsWith(prefix))) return next();
  const page = await foreignPageOf(c);
  c.set('foreignPage', page);
  await next();
  c.header('Vary', 'Origin', { append: true });
  if (!page) return;
  // A success that no guard allowed stays unreadable.
  if (c.res.status < 400 && !c.get('isOriginAllowed')) return;
  c.header('Access-Control-Allow-Origin', page.origin);
  c.header('Access-Control-Expose-Headers', EXPOSED);
};

/** Answers a preflight from an allowed origin. */
export const answerPreflight: MiddlewareHandler<EdgeEnv> = async function answerPreflight(c, next) {
  const method = c.req.header('Access-Control-Request-Method');
  if (c.req.method !== 'OPTIONS' || method === undefined || !c.get('foreignPage')) return next();
  const asked = c.req.header('Access-Control-Request-Headers') ?? '';
  const names = HEADER_NAMES.test(asked) ? asked.toLowerCase().split(/ *, */) : [];
  c.set('isOriginAllowed', true);
  c.header('Access-Control-Allow-Methods', METHODS);
  c.header('Access-Control-Allow-Headers', names.filter((name) => !OWN_HEADERS.includes(name)).join(', '));
  c.header('Access-Control-Max-Age', String(PREFLIGHT_SECONDS));
  return c.body(null, 204);
};

async function foreignPageOf(c: Context<EdgeEnv>): Promise<ForeignPage | null> {
  const origin = c.req.header('Origin');
  if (origin === undefined || origin === ownOrigin(c)) return null;
  // Browsers send cookies to other origins only for requests that ask for it, and none that we answer may.
  if (sessionCookie(c) !== undefined) return null;
  const orgs = await originListOf(c.env).orgsAllowing(origin);
  return orgs.size === 0 ? null : { origin, orgs };
}

/** For the organization that the request acts for. @throws AppError ORIGIN_NOT_ALLOWED */
export function requireAllowedOrigin(c: Context<EdgeEnv>, orgSlug: string): void {
  const page = c.get('foreignPage');
  if (page && !page.orgs.has(orgSlug)) throw new AppError('ORIGIN_NOT_ALLOWED');
  c.set('isOriginAllowed', true);
}

/** For what acts for no organization: a user's own account is for our pages. @throws AppError ORIGIN_NOT_ALLOWED */
export const fromOwnPages: MiddlewareHandler<EdgeEnv> = async function fromOwnPages(c, next) {
  if (c.get('foreignPage')) throw new AppError('ORIGIN_NOT_ALLOWED');
  await next();
};

/** For what anyone may read. */
export const fromAnyAllowedOrigin: MiddlewareHandler<EdgeEnv> = async function fromAnyAllowedOrigin(c, next) {
  c.set('isOriginAllowed', true);
  await next();
};

/** By database and kind of deployment: an isolate serves one, and tests several. */
const lists = new Map<string, OriginList>();

export function originListOf(env: Env): OriginList {
  const isLocal = settingsOf(env).ENVIRONMENT === 'local';
  const postgres = postgresDepsOf(env);
  const name = JSON.stringify([postgres.databaseUrl, postgres.fetchEndpoint, postgres.claimKey, isLocal]);
  const known = lists.get(name);
  if (known) return known;
  const created = createOriginList({
    fetchRows: async (limit) => {
      const rows = await listAllowedOrigins(postgres, limit);
      return isLocal ? rows : rows.filter(({ origin }) => !isLocalOrigin(origin));
    },
    now: () => Date.now(),
    background: waitUntil,
    noteFailure: (event, error) => logFailure(event, error),
  });
  lists.set(name, created);
  return created;
}
