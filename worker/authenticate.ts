// Token or cookie → Principal, by CPU alone once the issuer's keys are known.
// It says who asks, never what they may do; and never why a token was refused.
import { decodeProtectedHeader } from 'jose';
import type { Settings } from '../durable/env.ts';
import type { Principal } from '../durable/principal.ts';
import { type Issuer, verifyIssuerToken } from './issuer-token.ts';
import { createKeySet, fetchKeySet } from './key-set.ts';
import { SESSION_TOKEN_TYPE, verifySessionToken } from './session-token.ts';

/** Longer ones are not looked at. */
const MAX_TOKEN_LENGTH = 8 * 1024;
const BEARER = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i;

export type Credentials = {
  /** The Authorization header as it came. */
  readonly authorization: string | undefined;
  /** The session cookie's value. */
  readonly cookie: string | undefined;
};

export type AuthenticateDeps = {
  readonly sessionKey: Uint8Array;
  /** Null where the deployment takes no bearer tokens of another issuer. */
  readonly issuer: Issuer | null;
  now(): Date;
};

/** Null where nobody is known. A bad Authorization header is not rescued by a good cookie. */
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

/** Only picks the verifier; each verifier then demands its own type again. */
function tokenType(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).typ;
  } catch {
    // Not a JWT at all: the issuer's verifier will say so.
    return undefined;
  }
}

/** Keys are public and the same for every tenant of the deployment, so they may live as long as the isolate. */
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
