// A coarse limit per IP address, checked before any token is read. The binding counts per location and is inexact; exact
// limits are counted in objects.
import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../durable/errors.ts';
import { logFailure } from '../../durable/log.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { HASHED_FILES } from '../http/pages.ts';

/**
 * Ten times what one person may send, because a whole office can share one address. Must match wrangler.toml, which the binding
 * uses; a test compares them.
 */
export const EDGE_LIMIT = { requests: 6000, periodSeconds: 60 } as const;

/** Build files are not counted: a page loads dozens of them. */
export const limitByAddress: MiddlewareHandler<EdgeEnv> = async function limitByAddress(c, next) {
  if (c.req.path.startsWith(HASHED_FILES)) return next();
  if (!(await isWithinLimit(c.env, addressKey(c.req.header('CF-Connecting-IP'))))) {
    c.header('RateLimit-Policy', `"edge";q=${EDGE_LIMIT.requests};w=${EDGE_LIMIT.periodSeconds}`);
    c.header('RateLimit', `"edge";r=0;t=${EDGE_LIMIT.periodSeconds}`);
    throw new AppError('RATE_LIMITED', { retryAfterSeconds: EDGE_LIMIT.periodSeconds });
  }
  await next();
};

/** A failing binding refuses no one: the exact limits are still counted in the user's object. */
async function isWithinLimit(env: Env, key: string): Promise<boolean> {
  try {
    return (await env.EDGE_LIMIT.limit({ key })).success;
  } catch (error) {
    logFailure('edge_limit.unavailable', error);
    return true;
  }
}

/** The whole IPv4 address, or the first 64 bits of an IPv6 address, since one subscriber controls the rest. */
export function addressKey(address: string | undefined): string {
  if (address === undefined) return 'none';
  const lower = address.toLowerCase();
  if (!lower.includes(':')) return lower;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(lower)?.[1];
  if (mapped) return mapped;
  const [head = '', tail] = lower.split('::');
  const before = groups(head);
  const after = groups(tail ?? '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const network = [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4);
  return `${network.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
