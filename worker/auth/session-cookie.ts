// The cookies: the session token (not readable by scripts), the org that the browser acts in, and a sign-in in progress.
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import { settingsOf } from '../../durable/env.ts';
import type { EdgeEnv } from '../edge-env.ts';

type CookieNames = {
  readonly session: string;
  readonly org: string;
  readonly signIn: string;
  readonly secure: boolean;
};

/** The `__Host-` prefix keeps sibling domains from setting them. It needs https, so local development goes without it. */
const PRODUCTION: CookieNames = {
  session: '__Host-groundwire',
  org: '__Host-groundwire_org',
  signIn: '__Host-groundwire_sign_in',
  secure: true,
};
const LOCAL: CookieNames = {
  session: 'groundwire',
  org: 'groundwire_org',
  signIn: 'groundwire_sign_in',
  secure: false,
};

const ORG_CHOICE_SECONDS = 365 * 24 * 60 * 60;

export const sessionCookie = (c: Context<EdgeEnv>): string | undefined => getCookie(c, names(c).session);

/** The org's slug: a choice among the user's own memberships, never authority. */
export const orgCookie = (c: Context<EdgeEnv>): string | undefined => getCookie(c, names(c).org);

export function setSessionCookie(c: Context<EdgeEnv>, token: string, lifetimeSeconds: number): void {
  setCookie(c, names(c).session, token, { ...options(c), maxAge: lifetimeSeconds });
}

export function setOrgCookie(c: Context<EdgeEnv>, slug: string): void {
  setCookie(c, names(c).org, slug, { ...options(c), maxAge: ORG_CHOICE_SECONDS });
}

/** A sign-in that this browser started and has not finished, sealed. */
export const signInCookie = (c: Context<EdgeEnv>): string | undefined => getCookie(c, names(c).signIn);

export function setSignInCookie(c: Context<EdgeEnv>, sealed: string, lifetimeSeconds: number): void {
  setCookie(c, names(c).signIn, sealed, { ...options(c), maxAge: lifetimeSeconds });
}

export function clearSignInCookie(c: Context<EdgeEnv>): void {
  setCookie(c, names(c).signIn, '', { ...options(c), maxAge: 0 });
}

/** The next user of this browser starts without a choice. */
/**
 * At sign-out. Also drops pages that Back would show. Storage stays: drafts are per user and wait for the next sign-in, and the
 * theme is the browser's. Cookies are cleared by name, because `cookies` would reach other services of the domain.
 */
export function clearBrowser(c: Context<EdgeEnv>): void {
  setCookie(c, names(c).session, '', { ...options(c), maxAge: 0 });
  clearOrgCookie(c);
  c.header('Clear-Site-Data', '"cache"');
}

export function clearOrgCookie(c: Context<EdgeEnv>): void {
  setCookie(c, names(c).org, '', { ...options(c), maxAge: 0 });
}

const names = (c: Context<EdgeEnv>): CookieNames =>
  settingsOf(c.env).ENVIRONMENT === 'production' ? PRODUCTION : LOCAL;

const options = (c: Context<EdgeEnv>): CookieOptions => ({
  path: '/',
  httpOnly: true,
  sameSite: 'Lax',
  secure: names(c).secure,
});
