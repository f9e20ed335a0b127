// The user's rights in their current org, from their own Account object in one call.
import { waitUntil } from 'cloudflare:workers';
import type { Context, MiddlewareHandler } from 'hono';
import { aiRuleOf, requestRuleOf } from '../../durable/account/rate-bucket.ts';
import {
  type Admission,
  type AdmitInput,
  accountOf,
  OrgSlug,
  type RateVerdict,
} from '../../durable/contracts/account.ts';
import { settingsOf } from '../../durable/env.ts';
import { AppError, ERRORS, type ErrorCode } from '../../durable/errors.ts';
import { authenticate } from '../auth/authenticate.ts';
import { requireAllowedOrigin } from '../auth/cors.ts';
import { issuersOf } from '../auth/issuers.ts';
import { pageIdentity, pageOwner } from '../auth/page-identity.ts';
import { orgCookie, sessionCookie } from '../auth/session-cookie.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { noteEndedSession, noteForeignOrg, noteRejectedToken } from './edge-events.ts';

/** Refuses requests without a valid sign-in. */
export const authenticated: MiddlewareHandler<EdgeEnv> = async function authenticated(c, next) {
  const settings = settingsOf(c.env);
  const authorization = c.req.header('Authorization');
  const cookie = sessionCookie(c);
  const issuers = issuersOf(c.env, waitUntil);
  const identified = await authenticate(
    { authorization, cookie },
    { sessionKey: settings.SESSION_KEY, findIssuer: issuers.find, now: () => new Date() },
  );
  if (!identified) {
    const token = authorization ?? cookie;
    if (token !== undefined) noteRejectedToken(c, token);
    throw new AppError('UNAUTHENTICATED');
  }
  c.set('principal', identified.principal);
  c.set('issuerClaims', identified.claims);
  await next();
};

/** For the operator of the installation. The answer is the same whether there is a token and whether it is wrong. */
export const operatorOnly: MiddlewareHandler<EdgeEnv> = async function operatorOnly(c, next) {
  const expected = settingsOf(c.env).OPERATOR_TOKEN;
  const given = /^Bearer +(\S{1,512})$/i.exec(c.req.header('Authorization') ?? '')?.[1];
  if (expected === undefined || given === undefined || !(await isSameSecret(given, expected)))
    throw new AppError('UNAUTHENTICATED');
  await next();
};

/** Compares hashes, so that the time it takes tells nothing about the secret. */
async function isSameSecret(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all(
    [one, other].map((text) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))),
  );
  return a !== undefined && b !== undefined && crypto.subtle.timingSafeEqual(a, b);
}

/** Refuses users who are not members of the org. `confirmed` rights are fresh enough to show data. */
export function admitted(
  rights: 'confirmed' | ((c: Context<EdgeEnv>) => Promise<Admission>),
  cost = 1,
): MiddlewareHandler<EdgeEnv> {
  return async function admit(c, next) {
    const admission = rights === 'confirmed' ? await askAccount(c, chosenOrg(c), rights, { cost }) : await rights(c);
    if (!admission.ok) throw await refusedAdmission(c, admission.code);
    if (admission.requests && !admission.requests.ok) throw tooManyRequests(c, admission.requests);
    setAdmission(c, admission);
    await next();
  };
}

/** Refuses users whose sign-in has ended, and pages of another user. Belonging to an org is not needed. */
export function ownAccount(cost = 1): MiddlewareHandler<EdgeEnv> {
  return async function admitOwner(c, next) {
    const page = pageOwner(c);
    const admission = await askAccount(c, undefined, 'confirmed', { cost, page, mustNameOrg: false });
    if (!admission.ok) {
      if (admission.code !== 'NO_MEMBERSHIP') throw await refusedAdmission(c, admission.code);
      // The page was loaded for a member of an org.
      if (page !== undefined) throw new AppError('IDENTITY_CHANGED');
    }
    if (admission.requests && !admission.requests.ok) throw tooManyRequests(c, admission.requests);
    await next();
  };
}

/** The error of a refused admission, the same on every route. */
export async function refusedAdmission(c: Context<EdgeEnv>, code: ErrorCode): Promise<AppError> {
  const named = c.req.header('X-Org');
  if (code === 'UNAUTHENTICATED') noteEndedSession(c);
  else if (code === 'NOT_FOUND' && named !== undefined) noteForeignOrg(c, named);
  return code === 'NO_MEMBERSHIP' ? noMembership(c) : new AppError(code);
}

/** Includes the address that the user signed in with, because it often differs from the invited one. */
async function noMembership(c: Context<EdgeEnv>): Promise<AppError> {
  const { subject, signInId } = c.get('principal');
  const signIn = signInId === undefined ? null : await accountOf(c.env, subject).identityAt(signInId);
  const email = signIn?.identity?.email;
  if (!email) return new AppError('NO_MEMBERSHIP');
  return new AppError('NO_MEMBERSHIP', { detail: `You are signed in as ${email}. ${ERRORS.NO_MEMBERSHIP.detail}` });
}

function tooManyRequests(c: Context<EdgeEnv>, verdict: RateVerdict): AppError {
  setRateHeaders(c, 'requests', verdict);
  return new AppError('RATE_LIMITED', { retryAfterSeconds: verdict.seconds });
}

const RULES = { ai: aiRuleOf, requests: requestRuleOf };

/** In the syntax of draft-ietf-httpapi-ratelimit-headers: the policy and the remaining requests. */
export function setRateHeaders(
  c: Context<EdgeEnv>,
  bucket: keyof typeof RULES,
  { remaining, seconds }: RateVerdict,
): void {
  const { perMinute, burst } = RULES[bucket](c.env);
  c.header('RateLimit-Policy', `"${bucket}";q=${perMinute};w=60;burst=${burst}`);
  c.header('RateLimit', `"${bucket}";r=${remaining};t=${seconds}`);
}

/** @throws AppError ORIGIN_NOT_ALLOWED if the request comes from a page that the org doesn't allow */
export function setAdmission(c: Context<EdgeEnv>, admission: Extract<Admission, { ok: true }>): void {
  requireAllowedOrigin(c, admission.access.orgSlug);
  c.set('access', admission.access);
  c.set('orgs', admission.orgs);
  c.set('settings', admission.settings ?? []);
  c.set('provedAt', admission.provedAt);
}

/**
 * The org that the request names. The header applies to one request, the cookie to the browser.
 * @throws AppError NOT_FOUND for a header that can't name an org. Such a cookie counts as none.
 */
export function chosenOrg(c: Context<EdgeEnv>): string | undefined {
  const header = c.req.header('X-Org');
  if (header === undefined) return isBearer(c) ? undefined : OrgSlug.safeParse(orgCookie(c)).data;
  const named = OrgSlug.safeParse(header);
  if (!named.success) throw new AppError('NOT_FOUND');
  return named.data;
}

const isBearer = (c: Context<EdgeEnv>): boolean => c.req.header('Authorization') !== undefined;

/**
 * By default the page that sends the request must have been loaded for this user and org, and a client with a token must name one
 * of several orgs.
 */
export async function askAccount(
  c: Context<EdgeEnv>,
  orgSlug: string | undefined,
  rights: 'last-known' | 'confirmed',
  more: Pick<AdmitInput, 'fresh' | 'modelCall' | 'cost' | 'sessionId' | 'names' | 'page' | 'mustNameOrg'> = {},
): Promise<Admission> {
  const principal = c.get('principal');
  const claims = c.get('issuerClaims');
  const question = {
    ...{ principal, rights, page: pageIdentity(c), mustNameOrg: isBearer(c) },
    ...(claims && { claims }),
    ...more,
    ...(orgSlug !== undefined && { orgSlug }),
  };
  return accountOf(c.env, principal.subject).admit(question);
}
