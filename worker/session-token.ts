// Our own session tokens: signed at sign-in, carried by the cookie or as a bearer token, verified by CPU alone.
// Whether the sign-in is still open is the Account object's to say, not the token's.
import { errors, jwtVerify, SignJWT } from 'jose';
import { SIGN_IN_LIFETIME_SECONDS, type SignIn } from '../durable/account/sign-ins.ts';
import { Principal } from '../durable/principal.ts';

export const SESSION_TOKEN_TYPE = 'groundwire-session+jwt';

const ISSUER = 'groundwire';
const AUDIENCE = 'groundwire-edge';
const ALGORITHM = 'HS256';
/** The edge's machines agree on the time to within this. */
const TOLERANCE_SECONDS = 5;

export async function signSessionToken(key: Uint8Array, subject: string, signIn: SignIn): Promise<string> {
  return new SignJWT({ sid: signIn.signInId })
    .setProtectedHeader({ alg: ALGORITHM, typ: SESSION_TOKEN_TYPE })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(subject)
    .setIssuedAt(signIn.expiresAt - SIGN_IN_LIFETIME_SECONDS)
    .setExpirationTime(signIn.expiresAt)
    .sign(key);
}

/** The person behind a session token, or null where any part of it is not as we sign it. */
export async function verifySessionToken(key: Uint8Array, token: string, now: Date): Promise<Principal | null> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      typ: SESSION_TOKEN_TYPE,
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['exp', 'iat', 'sub', 'sid'],
      maxTokenAge: SIGN_IN_LIFETIME_SECONDS,
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
