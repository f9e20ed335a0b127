// Who asks → what they may do in the org they act in, asked of their own Account object: one hop.

import { waitUntil } from 'cloudflare:workers';
import type { Context, MiddlewareHandler } from 'hono';
import { accountOf } from '../durable/account/account-stub.ts';
import type { Admission, AdmitInput } from '../durable/account/requests.ts';
import { settingsOf } from '../durable/env.ts';
import { AppError } from '../durable/errors.ts';
import { authenticate, issuerOf } from './authenticate.ts';
import type { EdgeEnv } from './edge-env.ts';
import { orgCookie, sessionCookie } from './session-cookie.ts';

/** Refuses who is not known. */
export const authenticated: MiddlewareHandler<EdgeEnv> = async function authenticated(c, next) {
  const settings = settingsOf(c.env);
  const principal = await authenticate(
    { authorization: c.req.header('Authorization'), cookie: sessionCookie(c) },
    { sessionKey: settings.SESSION_KEY, issuer: issuerOf(settings, waitUntil), now: () => new Date() },
  );
  if (!principal) throw new AppError('UNAUTHENTICATED');
  c.set('principal', principal);
  await next();
};

/**
 * Refuses who has no place in the org. With `last-known` rights the handler must have them confirmed
 * before it shows anything; `confirmed` ones are as fresh as showing data demands.
 */
export function admitted(rights: 'last-known' | 'confirmed'): MiddlewareHandler<EdgeEnv> {
  return async function admit(c, next) {
    const admission = await askAccount(c, chosenOrg(c), rights);
    if (!admission.ok) throw new AppError(admission.code);
    setAdmission(c, admission);
    await next();
  };
}

export function setAdmission(c: Context<EdgeEnv>, admission: Extract<Admission, { ok: true }>): void {
  c.set('access', admission.access);
  c.set('orgs', admission.orgs);
  c.set('settings', admission.settings ?? []);
}

/** The org that the request names. A header speaks for one request, the cookie for the browser. */
export const chosenOrg = (c: Context<EdgeEnv>): string | undefined => c.req.header('X-Org') ?? orgCookie(c);

export async function askAccount(
  c: Context<EdgeEnv>,
  orgSlug: string | undefined,
  rights: 'last-known' | 'confirmed',
  more: Pick<AdmitInput, 'fresh' | 'modelCall' | 'sessionId' | 'names'> = {},
): Promise<Admission> {
  const principal = c.get('principal');
  const question = { principal, rights, ...more, ...(orgSlug !== undefined && { orgSlug }) };
  return accountOf(c.env, principal.subject).admit(question);
}
