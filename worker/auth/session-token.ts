// Our own session tokens: signed at sign-in, sent in the cookie or as a bearer token, verified without I/O. Only the Account
// object knows whether the sign-in is still open.
import { errors, jwtVerify, SignJWT } from 'jose';
import { LONGEST_SIGN_IN_SECONDS } from '../../durable/account/sign-ins.ts';
import type { SignIn } from '../../durable/contracts/account.ts';
import { Principal } from '../../durable/principal.ts';

export const SESSION_TOKEN_TYPE = 'groundwire-session+jwt';

const ISSUER = 'groundwire';
const AUDIENCE = 'groundwire-edge';
const ALGORITHM = 'HS256';
/** Tolerated clock difference between edge machines. */
const TOLERANCE_SECONDS = 5;

export async function signSessionToken(key: Uint8Array, subject: string, signIn: SignIn): Promise<string> {
  return new SignJWT({ sid: signIn.signInId })
    .setProtectedHeader({ alg: ALGORITHM, typ: SESSION_TOKEN_TYPE })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(subject)
    .setIssuedAt(signIn.openedAt)
    .setExpirationTime(signIn.expiresAt)
    .sign(key);
}

/** The user of a session token; null if any part of it differs from what we sign. */
export async function verifySessionToken(key: Uint8Array, token: string, now: Date): Promise<Principal | null> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      typ: SESSION_TOKEN_TYPE,
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['exp', 'iat', 'sub', 'sid'],
      maxTokenAge: LONGEST_SIGN_IN_SECONDS,
      clockTolerance: TOLERANCE_SECONDS,
      currentDate: now,
    });
    // jose accepts any list that contains our audience; ours is never a list.
    if (payload.aud !== AUDIENCE) return null;
    const principal = Principal.required().safeParse({
      subject: payload.sub,
      signInId: payload['sid'],
      expiresAt: payload.exp,
    });
    return principal.success ? principal.data : null;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}
