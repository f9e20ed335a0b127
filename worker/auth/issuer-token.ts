// Bearer tokens of issuers that the operator trusts (RFC 9068 access tokens, or the configured `typ`). A token can't choose how it is
// verified: the issuer's settings fix the algorithms, audience and type.
import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type ClaimPaths, IssuerClaims, type IssuerSettings } from '../../durable/contracts/issuers.ts';
import { isStorable } from '../../durable/input-text.ts';
import { logFailure } from '../../durable/log.ts';
import { Principal } from '../../durable/principal.ts';

/** Asymmetric only: a shared secret could be any public key that an attacker signs with. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;
/** An older token is refused even before its own `exp`, unless the issuer's settings say otherwise. */
export const MAX_TOKEN_AGE_SECONDS = 60 * 60;
/** Tolerated difference between the issuer's clock and ours, unless the issuer's settings say otherwise. */
export const TOLERANCE_SECONDS = 30;
/** In bytes of JSON. The claim that Postgres verifies has to hold them. */
const MAX_CLAIMS_BYTES = 8_000;

export type Issuer = Pick<IssuerSettings, 'issuer' | 'audiences' | 'clockToleranceSeconds' | 'maxAgeSeconds'> & {
  readonly type: IssuerSettings['tokenType'];
  readonly keys: JWTVerifyGetKey;
  /** Null for tokens that only say who someone is. */
  readonly grants: Pick<IssuerSettings, 'claims' | 'roleNames'> | null;
};

/** Who a token is for. `claims`: what it says about them, if its issuer may grant something. */
export type Identified = { readonly principal: Principal; readonly claims?: IssuerClaims };

/** The user of an issuer's token; null if any part of it differs from the settings. */
export async function verifyIssuerToken(issuer: Issuer, token: string, now: Date): Promise<Identified | null> {
  try {
    if (issuer.type === 'none' && decodeProtectedHeader(token).typ !== undefined) return null;
    const subjectPath = issuer.grants?.claims.subject ?? 'sub';
    const { payload } = await jwtVerify(token, issuer.keys, {
      algorithms: [...ALGORITHMS],
      ...(issuer.type !== 'none' && { typ: issuer.type }),
      issuer: issuer.issuer,
      audience: [...issuer.audiences],
      requiredClaims: ['exp', 'iat', ...(subjectPath === 'sub' ? ['sub'] : [])],
      maxTokenAge: issuer.maxAgeSeconds,
      clockTolerance: issuer.clockToleranceSeconds,
      currentDate: now,
    });
    const sub = textAt(payload, subjectPath);
    if (sub === null) return null;
    // The issuer's `sid` is ignored, because it does not identify one of our sign-ins.
    const subject = subjectOf(issuer.issuer, sub);
    const principal = Principal.safeParse({ subject, expiresAt: payload.exp });
    if (!principal.success) return null;
    if (!issuer.grants) return { principal: principal.data };
    const claims = readClaims(payload, issuer.grants);
    return claims && { principal: principal.data, claims };
  } catch (error) {
    // A weak or malformed key of the issuer makes the runtime's crypto throw errors of its own.
    if (!(error instanceof errors.JOSEError)) logFailure('issuer_token.unverifiable', error);
    return null;
  }
}

/** Null if the token says more than we can handle: to ignore a part could ignore the one that matters. */
function readClaims(payload: JWTPayload, { claims, roleNames }: NonNullable<Issuer['grants']>): IssuerClaims | null {
  const at = (path: string | undefined): unknown => (path === undefined ? undefined : claimAt(payload, path));
  const isAddressProven = claims.emailVerified === undefined || isTrue(at(claims.emailVerified));
  const known = Object.keys(roleNames);
  const named = namesIn(at(claims.role));
  const said = IssuerClaims.safeParse({
    issuedAt: payload.iat,
    orgs: namesIn(at(claims.organization)),
    orgName: textIn(at(claims.organizationName), 200),
    // Tokens of some issuers list roles for many services.
    roles: known.length > 0 ? named.filter((role) => known.includes(role)) : named,
    email: isAddressProven ? addressIn(at(claims.email)) : null,
    name: textIn(at(claims.name), 200),
  });
  if (said.success && new TextEncoder().encode(JSON.stringify(said.data)).length <= MAX_CLAIMS_BYTES) return said.data;
  logFailure('issuer_token.too_many_claims', null);
  return null;
}

/** The claim of that name, or a claim within a claim: of names with dots, the longest that exists counts. */
function claimAt(claims: unknown, path: ClaimPaths['subject']): unknown {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return undefined;
  if (Object.hasOwn(claims, path)) return (claims as Record<string, unknown>)[path];
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const outer = path.slice(0, dot);
    if (Object.hasOwn(claims, outer)) return claimAt((claims as Record<string, unknown>)[outer], path.slice(dot + 1));
  }
  return undefined;
}

/** One text, a list of them, or the keys of an object; sorted, so that the order makes no difference. */
function namesIn(value: unknown): string[] {
  const given = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [value];
  const names = given.flat().filter((name): name is string => typeof name === 'string' && name !== '');
  return [...new Set(names)].sort();
}

const textAt = (payload: JWTPayload, path: string): string | null => {
  const value = claimAt(payload, path);
  return typeof value === 'string' && value !== '' ? value : null;
};

const textIn = (value: unknown, max: number): string | null =>
  typeof value === 'string' && value.trim() !== '' && isStorable(value)
    ? value.trim().slice(0, max).toWellFormed()
    : null;

const addressIn = (value: unknown): string | null => {
  const text = textIn(value, 320);
  return text !== null && text.length >= 3 && text.includes('@') ? text : null;
};

const isTrue = (value: unknown): boolean => value === true || value === 'true';

/**
 * A user is an issuer and its `sub`, however they sign in: no issuer can name a user of another one, or of our own sign-ins.
 * Settings allow no `|` in an issuer, so the two parts can't run into each other.
 */
export const subjectOf = (issuer: string, sub: string): string => `${issuer}|${sub}`;
