// Starts a sign-in session for a user whose identity is already proven, and returns its token.
import type { Context } from 'hono';
import { accountOf, type OpenSignInInput } from '../../durable/contracts/account.ts';
import { settingsOf } from '../../durable/env.ts';
import { noteSignIn } from '../admission/edge-events.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { describeDevice, placeOf } from './device.ts';
import { clearOrgCookie, sessionCookie, setSessionCookie } from './session-cookie.ts';
import { signSessionToken, verifySessionToken } from './session-token.ts';

/**
 * The token, which is also set as the cookie. Each sign-in has its own token. The token that this browser had before stops
 * working, even if it was another user's.
 */
export async function signIn(c: Context<EdgeEnv>, subject: string, proven: OpenSignInInput = {}): Promise<string> {
  const key = settingsOf(c.env).SESSION_KEY;
  const before = sessionCookie(c);
  const last = before === undefined ? null : await verifySessionToken(key, before, new Date());
  if (last?.signInId !== undefined) await accountOf(c.env, last.subject).closeSignIn(last.signInId);
  const place = placeOf(c.req.raw.cf as { city?: unknown; country?: unknown } | undefined);
  const opened = await accountOf(c.env, subject).openSignIn({
    ...proven,
    device: describeDevice(c.req.header('User-Agent') ?? ''),
    ...(place !== null && { place }),
  });
  const token = await signSessionToken(key, subject, opened);
  setSessionCookie(c, token, opened.expiresAt - Math.floor(Date.now() / 1000));
  // The next user of this browser does not inherit the previous one's choice. The same user keeps theirs.
  if (last?.subject !== subject) clearOrgCookie(c);
  noteSignIn(c, subject, 'sign_in.succeeded');
  return token;
}
