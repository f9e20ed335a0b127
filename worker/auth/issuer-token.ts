// Bearer tokens of the organization's own identity provider (RFC 9068 access tokens, or the configured `typ`).
// A token can't choose how it is verified: the settings fix the algorithms, issuer, audience and type.
import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { logFailure } from '../../durable/log.ts';
import { Principal } from '../../durable/principal.ts';

/** Asymmetric only: a shared secret could be any public key that an attacker signs with. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;
/** An older token is refused even before its own `exp`. */
export const MAX_TOKEN_AGE_SECONDS = 60 * 60;
/** Tolerated difference between the issuer's clock and ours. */
export const TOLERANCE_SECONDS = 30;

export type Issuer = {
  readonly issuer: string;
  readonly audience: string;
  readonly type: 'at+jwt' | 'JWT';
  readonly keys: JWTVerifyGetKey;
};

/** The user of an issuer's token; null if any part of it differs from the settings. */
export async function verifyIssuerToken(issuer: Issuer, token: string, now: Date): Promise<Principal | null> {
  try {
    const { payload } = await jwtVerify(token, issuer.keys, {
      algorithms: [...ALGORITHMS],
      typ: issuer.type,
      issuer: issuer.issuer,
      audience: issuer.audience,
      requiredClaims: ['exp', 'iat', 'sub'],
      maxTokenAge: MAX_TOKEN_AGE_SECONDS,
      clockTolerance: TOLERANCE_SECONDS,
      currentDate: now,
    });
    if (typeof payload.sub !== 'string' || payload.sub === '') return null;
    // The issuer's `sid` is ignored, because it does not identify one of our sign-ins.
    const subject = subjectOf(issuer.issuer, payload.sub);
    const principal = Principal.safeParse({ subject, expiresAt: payload.exp });
    return principal.success ? principal.data : null;
  } catch (error) {
    // A weak or malformed key of the issuer makes the runtime's crypto throw errors of its own.
    if (!(error instanceof errors.JOSEError)) logFailure('issuer_token.unverifiable', error);
    return null;
  }
}

/**
 * A user is an issuer and its `sub`, however they sign in: no issuer can name a user of another one, or of our own sign-ins.
 * Settings allow no `|` in an issuer, so the two parts can't run into each other.
 */
export const subjectOf = (issuer: string, sub: string): string => `${issuer}|${sub}`;
