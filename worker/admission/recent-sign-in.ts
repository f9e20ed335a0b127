// Whether the user proved who they are recently enough for a change that needs it.
import type { Context } from 'hono';
import { settingsOf } from '../../durable/env.ts';
import type { EdgeEnv } from '../edge-env.ts';

/** Bearer tokens of another issuer have no sign-in here. How recent they are is up to their issuer. */
export function isSignInRecent(c: Context<EdgeEnv>): boolean {
  if (c.get('principal').signInId === undefined) return true;
  const ageSeconds = Date.now() / 1000 - (c.get('provedAt') ?? 0);
  return ageSeconds <= settingsOf(c.env).SIGN_IN_RECENT_MINUTES * 60;
}
