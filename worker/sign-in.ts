// Opens a sign-in for a person whose identity is proven already, and hands out its token.
import type { Context } from 'hono';
import { accountOf } from '../durable/account/account-stub.ts';
import type { OpenSignInInput } from '../durable/account/requests.ts';
import { SIGN_IN_LIFETIME_SECONDS } from '../durable/account/sign-ins.ts';
import { settingsOf } from '../durable/env.ts';
import type { EdgeEnv } from './edge-env.ts';
import { clearOrgCookie, sessionCookie, setSessionCookie } from './session-cookie.ts';
import { signSessionToken, verifySessionToken } from './session-token.ts';

/**
 * The token, also set as the cookie. Each sign-in has a token of its own, and the one that this browser had before is good
 * no longer, whoever it was of.
 */
export async function signIn(c: Context<EdgeEnv>, subject: string, proven: OpenSignInInput = {}): Promise<string> {
  const key = settingsOf(c.env).SESSION_KEY;
  const before = sessionCookie(c);
  const last = before === undefined ? null : await verifySessionToken(key, before, new Date());
  if (last?.signInId !== undefined) await accountOf(c.env, last.subject).closeSignIn(last.signInId);
  const opened = await accountOf(c.env, subject).openSignIn(proven);
  const token = await signSessionToken(key, subject, opened);
  setSessionCookie(c, token, SIGN_IN_LIFETIME_SECONDS);
  // The next person at this browser does not inherit the last one's choice.
  clearOrgCookie(c);
  return token;
}
