// Opens a sign-in for a person whose identity is proven already, and hands out its token.
import type { Context } from 'hono';
import { accountOf } from '../durable/account/account-stub.ts';
import { SIGN_IN_LIFETIME_SECONDS } from '../durable/account/sign-ins.ts';
import { settingsOf } from '../durable/env.ts';
import type { EdgeEnv } from './edge-env.ts';
import { clearOrgCookie, setSessionCookie } from './session-cookie.ts';
import { signSessionToken } from './session-token.ts';

/** The token, also set as the cookie. Each sign-in has a token of its own, so none is carried over from before. */
export async function signIn(c: Context<EdgeEnv>, subject: string): Promise<string> {
  const opened = await accountOf(c.env, subject).openSignIn();
  const token = await signSessionToken(settingsOf(c.env).SESSION_KEY, subject, opened);
  setSessionCookie(c, token, SIGN_IN_LIFETIME_SECONDS);
  // The next person at this browser does not inherit the last one's choice.
  clearOrgCookie(c);
  return token;
}
