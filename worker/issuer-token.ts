// Bearer tokens of the organisation's own identity provider (RFC 9068 access tokens, or the `typ` that is configured).
// Nothing in a token chooses how it is verified: algorithms, issuer, audience and type are pinned by the settings.
import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { Principal } from '../durable/principal.ts';

/** Asymmetric only: a shared secret could be any public key that an attacker signs with. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;
/** An older token is refused even before its own `exp`. */
export const MAX_TOKEN_AGE_SECONDS = 60 * 60;
const TOLERANCE_SECONDS = 5;

export type Issuer = {
  readonly issuer: string;
  readonly audience: string;
  readonly type: 'at+jwt' | 'JWT';
  readonly keys: JWTVerifyGetKey;
};

/** The person behind an issuer's token, or null where any part of it is not as pinned. */
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
    if (!isExactAudience(payload.aud, issuer.audience)) return null;
    // A token without `sid`: what an issuer's own claim of that name means is not ours to guess.
    const principal = Principal.safeParse({ subject: payload.sub, expiresAt: payload.exp });
    return principal.success ? principal.data : null;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

/** A token meant for others as well could be replayed here by any of them. */
const isExactAudience = (claimed: unknown, audience: string): boolean =>
  claimed === audience || (Array.isArray(claimed) && claimed.length === 1 && claimed[0] === audience);
