// Turns a token or cookie into a Principal, without I/O once the issuer's keys are loaded.
// It identifies the user, never their rights, and never says why a token was refused.
import { decodeProtectedHeader } from 'jose';
import type { Settings } from '../../durable/env.ts';
import type { Principal } from '../../durable/principal.ts';
import { type Issuer, verifyIssuerToken } from './issuer-token.ts';
import { createKeySet, fetchKeySet } from './key-set.ts';
import { SESSION_TOKEN_TYPE, verifySessionToken } from './session-token.ts';

/** Longer tokens are refused unread. */
const MAX_TOKEN_LENGTH = 8 * 1024;
const BEARER = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i;

export type Credentials = {
  /** The raw Authorization header. */
  readonly authorization: string | undefined;
  /** The session cookie's value. */
  readonly cookie: string | undefined;
};

export type AuthenticateDeps = {
  readonly sessionKey: Uint8Array;
  /** Null if the deployment accepts no bearer tokens of another issuer. */
  readonly issuer: Issuer | null;
  now(): Date;
};

/** Null if the credentials are invalid. A valid cookie does not make up for an invalid Authorization header. */
export async function authenticate(credentials: Credentials, deps: AuthenticateDeps): Promise<Principal | null> {
  const { authorization, cookie } = credentials;
  if (authorization !== undefined) {
    if (authorization.length > MAX_TOKEN_LENGTH) return null;
    const token = BEARER.exec(authorization)?.[1];
    if (!token) return null;
    if (tokenType(token) === SESSION_TOKEN_TYPE) return verifySessionToken(deps.sessionKey, token, deps.now());
    return deps.issuer ? verifyIssuerToken(deps.issuer, token, deps.now()) : null;
  }
  if (cookie === undefined || cookie.length > MAX_TOKEN_LENGTH) return null;
  return verifySessionToken(deps.sessionKey, cookie, deps.now());
}

/** Only picks the verifier; each verifier checks its own type again. */
function tokenType(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).typ;
  } catch {
    // Not a JWT at all: the issuer's verifier refuses it.
    return undefined;
  }
}

/** Keys are public and the same for every org of the deployment, so they may be cached for the isolate's lifetime. */
const issuers = new Map<string, Issuer>();

export function issuerOf(settings: Settings, background: (work: Promise<void>) => void): Issuer | null {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_JWKS_URL: url, JWT_TYPE: type } = settings;
  if (!issuer || !audience || !url) return null;
  const name = JSON.stringify([issuer, audience, url, type]);
  const known = issuers.get(name);
  if (known) return known;
  const keys = createKeySet({ fetchKeys: () => fetchKeySet(url), now: () => Date.now(), background });
  const created = { issuer, audience, type, keys };
  issuers.set(name, created);
  return created;
}
