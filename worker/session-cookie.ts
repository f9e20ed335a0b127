// The cookies: who is signed in (a session token, out of reach of scripts), which org the browser acts in, and a sign-in
// that is under way.
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import { settingsOf } from '../durable/env.ts';
import type { EdgeEnv } from './edge-env.ts';

type Names = { readonly session: string; readonly org: string; readonly signIn: string; readonly secure: boolean };

/** The `__Host-` prefix keeps neighbours of our domain from setting any of them; plain http, in development, cannot carry it. */
const PRODUCTION: Names = {
  session: '__Host-groundwire',
  org: '__Host-groundwire_org',
  signIn: '__Host-groundwire_sign_in',
  secure: true,
};
const LOCAL: Names = {
  session: 'groundwire',
  org: 'groundwire_org',
  signIn: 'groundwire_sign_in',
  secure: false,
};

const ORG_CHOICE_SECONDS = 365 * 24 * 60 * 60;

export const sessionCookie = (c: Context<EdgeEnv>): string | undefined => getCookie(c, names(c).session);

/** The org's slug; a choice among the person's own memberships, never authority. */
export const orgCookie = (c: Context<EdgeEnv>): string | undefined => getCookie(c, names(c).org);

export function setSessionCookie(c: Context<EdgeEnv>, token: string, lifetimeSeconds: number): void {
  setCookie(c, names(c).session, token, { ...options(c), maxAge: lifetimeSeconds });
}

export function setOrgCookie(c: Context<EdgeEnv>, slug: string): void {
  setCookie(c, names(c).org, slug, { ...options(c), maxAge: ORG_CHOICE_SECONDS });
}

/** A sign-in that this browser began and has not finished, sealed. */
export const signInCookie = (c: Context<EdgeEnv>): string | undefined => getCookie(c, names(c).signIn);

export function setSignInCookie(c: Context<EdgeEnv>, sealed: string, lifetimeSeconds: number): void {
  setCookie(c, names(c).signIn, sealed, { ...options(c), maxAge: lifetimeSeconds });
}

export function clearSignInCookie(c: Context<EdgeEnv>): void {
  setCookie(c, names(c).signIn, '', { ...options(c), maxAge: 0 });
}

/** At sign-out and at sign-in: the next person at this browser starts with no choice. */
export function clearCookies(c: Context<EdgeEnv>): void {
  setCookie(c, names(c).session, '', { ...options(c), maxAge: 0 });
  clearOrgCookie(c);
}

export function clearOrgCookie(c: Context<EdgeEnv>): void {
  setCookie(c, names(c).org, '', { ...options(c), maxAge: 0 });
}

const names = (c: Context<EdgeEnv>): Names => (settingsOf(c.env).ENVIRONMENT === 'production' ? PRODUCTION : LOCAL);

const options = (c: Context<EdgeEnv>): CookieOptions => ({
  path: '/',
  httpOnly: true,
  sameSite: 'Lax',
  secure: names(c).secure,
});
