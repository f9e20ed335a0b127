// Refuses requests that another site makes a browser send, for every method that can change something and every content
// type: a cross-site form can send JSON as text/plain. Other origins need a bearer token and must be allowed (cors.ts).
import type { Context, MiddlewareHandler } from 'hono';
import { settingsOf } from '../../durable/env.ts';
import { AppError } from '../../durable/errors.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { sessionCookie } from './session-cookie.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export const checkOrigin: MiddlewareHandler<EdgeEnv> = async function checkOrigin(c, next) {
  const origin = c.req.header('Origin');
  const isForeign = origin !== undefined && origin !== ownOrigin(c);
  // Whose token it is doesn't matter, and neither does whether another organization allows the origin: the reply is the same.
  if (isForeign && c.req.header('Authorization') !== undefined && sessionCookie(c) === undefined) {
    if (!c.get('foreignPage')) throw new AppError('ORIGIN_NOT_ALLOWED');
    return next();
  }
  const allowed = isSameOrigin({
    method: c.req.method,
    ownOrigin: ownOrigin(c),
    origin,
    fetchSite: c.req.header('Sec-Fetch-Site'),
    hasSessionCookie: sessionCookie(c) !== undefined,
  });
  if (!allowed) throw new AppError('CROSS_SITE');
  await next();
};

/** The origin of our pages. Only local development takes it from the request: a client chooses its Host header. */
export const ownOrigin = (c: Context<EdgeEnv>): string => settingsOf(c.env).PUBLIC_ORIGIN ?? new URL(c.req.url).origin;

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
  // Current browsers send at least one of the headers. Without both, a cookie could have been sent for another site.
  return !request.hasSessionCookie;
}
