// The two cookies: who is signed in (a session token, out of reach of scripts) and which org the browser acts in.
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import { settingsOf } from '../durable/env.ts';
import type { EdgeEnv } from './edge-env.ts';

type Names = { readonly session: string; readonly org: string; readonly secure: boolean };

/** The `__Host-` prefix keeps neighbours of our domain from setting either; plain http, in development, cannot carry it. */
const PRODUCTION: Names = { session: '__Host-groundwire', org: '__Host-groundwire_org', secure: true };
const LOCAL: Names = { session: 'groundwire', org: 'groundwire_org', secure: false };

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
