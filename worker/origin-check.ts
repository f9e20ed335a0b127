// Refuses what another site makes a browser send, for every method that may change something, whatever the
// content type: a cross-site form can carry JSON in text/plain. There is no list of other origins: none is allowed.
import type { Context, MiddlewareHandler } from 'hono';
import { settingsOf } from '../durable/env.ts';
import { AppError } from '../durable/errors.ts';
import type { EdgeEnv } from './edge-env.ts';
import { sessionCookie } from './session-cookie.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export const checkOrigin: MiddlewareHandler<EdgeEnv> = async function checkOrigin(c, next) {
  const allowed = isSameOrigin({
    method: c.req.method,
    ownOrigin: ownOrigin(c),
    origin: c.req.header('Origin'),
    fetchSite: c.req.header('Sec-Fetch-Site'),
    hasSessionCookie: sessionCookie(c) !== undefined,
  });
  if (!allowed) throw new AppError('CROSS_SITE');
  await next();
};

/** Where people open the pages. */
export const ownOrigin = (c: Context<EdgeEnv>): string => new URL(settingsOf(c.env).PUBLIC_ORIGIN ?? c.req.url).origin;

export function isSameOrigin(request: {
  method: string;
  ownOrigin: string;
  origin: string | undefined;
  fetchSite: string | undefined;
  hasSessionCookie: boolean;
}): boolean {
  const { origin, fetchSite } = request;
  if (SAFE_METHODS.has(request.method)) return true;
  if (origin !== undefined && origin !== request.ownOrigin) return false;
  if (fetchSite !== undefined) return fetchSite === 'same-origin';
  if (origin !== undefined) return true;
  // Neither header: no browser of our time. Its cookie would be the only proof, and a cookie proves nothing here.
  return !request.hasSessionCookie;
}
