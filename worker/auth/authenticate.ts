// Turns a token or cookie into a Principal, without I/O once the issuers and their keys are loaded.
// It identifies the user, never their rights, and never says why a token was refused.
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { type Identified, type Issuer, verifyIssuerToken } from './issuer-token.ts';
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
  /** The trusted issuer of that name; null if there is none. @throws AppError */
  findIssuer(name: string): Promise<Issuer | null>;
  now(): Date;
};

/**
 * Null if the credentials are invalid. A valid cookie does not make up for an invalid Authorization header.
 * @throws AppError DATABASE_UNAVAILABLE if it isn't known whether the token's issuer is trusted
 */
export async function authenticate(credentials: Credentials, deps: AuthenticateDeps): Promise<Identified | null> {
  const { authorization, cookie } = credentials;
  if (authorization !== undefined) {
    if (authorization.length > MAX_TOKEN_LENGTH) return null;
    const token = BEARER.exec(authorization)?.[1];
    if (!token) return null;
    const { type, issuer: name } = peek(token);
    if (type === SESSION_TOKEN_TYPE) return ownSession(token, deps);
    const issuer = name === null ? null : await deps.findIssuer(name);
    return issuer && verifyIssuerToken(issuer, token, deps.now());
  }
  if (cookie === undefined || cookie.length > MAX_TOKEN_LENGTH) return null;
  return ownSession(cookie, deps);
}

async function ownSession(token: string, deps: AuthenticateDeps): Promise<Identified | null> {
  const principal = await verifySessionToken(deps.sessionKey, token, deps.now());
  return principal && { principal };
}

/** Only picks the verifier; each verifier checks type and issuer again. */
function peek(token: string): { readonly type: string | undefined; readonly issuer: string | null } {
  try {
    const { iss } = decodeJwt(token);
    return {
      type: decodeProtectedHeader(token).typ,
      issuer: typeof iss === 'string' && iss.length <= 255 ? iss : null,
    };
  } catch {
    // Not a JWT at all: no one issued it.
    return { type: undefined, issuer: null };
  }
}
