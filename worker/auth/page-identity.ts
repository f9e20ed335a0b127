// The user and org that a page of ours was loaded for. The cookies may name others by now: another tab can switch the org or
// sign in as someone else. The Account refuses a request whose page identity differs. Bearer tokens name their own user: for
// them the header is optional.
import type { Context } from 'hono';
import { PageIdentity } from '../../durable/contracts/account.ts';
import type { EdgeEnv } from '../edge-env.ts';

/** `<user id>/<org id>`, both from `GET /api/v1/me`. */
export const PAGE_IDENTITY_HEADER = 'X-Page-Identity';

/** Links and address bars send no headers, and reading shows the org that the cookie names. */
const READS = new Set(['GET', 'HEAD']);

/** Undefined if the request needs none. Null if it is missing or malformed, which is refused like a different one. */
export function pageIdentity(c: Context<EdgeEnv>): PageIdentity | null | undefined {
  const sent = c.req.header(PAGE_IDENTITY_HEADER);
  // A page in a frame has a token and names its identity too: the site around it can sign in as someone else.
  if (sent === undefined && c.req.header('Authorization') !== undefined) return undefined;
  if (sent === undefined) return READS.has(c.req.method) ? undefined : null;
  const [userId, orgId, ...rest] = sent.split('/');
  const identity = PageIdentity.required().safeParse({ userId, orgId });
  return identity.success && rest.length === 0 ? identity.data : null;
}

/**
 * For a user's own account, whatever the org. A page without one doesn't know its user's id: it names the sign-in that it was
 * loaded with, as `sign-in/<id>`.
 */
export function pageOwner(c: Context<EdgeEnv>): PageIdentity | null | undefined {
  const { signInId } = c.get('principal');
  if (signInId !== undefined && c.req.header(PAGE_IDENTITY_HEADER) === `sign-in/${signInId}`) return undefined;
  const identity = pageIdentity(c);
  return identity && { userId: identity.userId };
}

/** For requests that name an org themselves. A page without an organization doesn't know its user's id and sends none. */
export function pageUser(c: Context<EdgeEnv>): PageIdentity | null | undefined {
  if (c.req.header(PAGE_IDENTITY_HEADER) === undefined) return undefined;
  const identity = pageIdentity(c);
  return identity && { userId: identity.userId };
}
