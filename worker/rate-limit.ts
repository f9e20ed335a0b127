// A coarse shield per address, before any token is read: the binding counts per location and may be off by some.
// Exact limits are counted in objects, never here.
import type { MiddlewareHandler } from 'hono';
import { AppError } from '../durable/errors.ts';
import type { EdgeEnv } from './edge-env.ts';
import { HASHED_FILES } from './pages.ts';

/** As in wrangler.toml, which the binding obeys; a test holds them together. */
export const EDGE_LIMIT = { requests: 600, periodSeconds: 60 } as const;

/** Files of the build are not counted: they are the same for everybody, and a page has dozens, for each person of an office. */
export const limitByAddress: MiddlewareHandler<EdgeEnv> = async function limitByAddress(c, next) {
  if (c.req.path.startsWith(HASHED_FILES)) return next();
  const { success } = await c.env.EDGE_LIMIT.limit({ key: addressKey(c.req.header('CF-Connecting-IP')) });
  if (!success) {
    c.header('RateLimit-Policy', `"edge";q=${EDGE_LIMIT.requests};w=${EDGE_LIMIT.periodSeconds}`);
    c.header('RateLimit', `"edge";r=0;t=${EDGE_LIMIT.periodSeconds}`);
    throw new AppError('RATE_LIMITED', { retryAfterSeconds: EDGE_LIMIT.periodSeconds });
  }
  await next();
};

/** An IPv4 address as it is; of an IPv6 address the first 64 bits, since one subscriber holds all that follow. */
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
