// A sign-in in progress: the state that the browser must bring back from the provider. It is sealed, so that only we can
// read or create it, short-lived, and stored in a cookie, so that the provider's response is useless in any other browser.
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import * as z from 'zod';

export const TRANSACTION_LIFETIME_SECONDS = 10 * 60;

const TYPE = 'groundwire-sign-in';
const TOLERANCE_SECONDS = 0;

const SignInTransaction = z.object({
  state: z.string(),
  nonce: z.string(),
  /** PKCE's secret. */
  codeVerifier: z.string(),
  /** The path of ours to open after signing in. */
  returnTo: z.string(),
  /** The provider was asked to have the user prove who they are again. */
  isFresh: z.boolean().default(false),
});
export type SignInTransaction = z.infer<typeof SignInTransaction>;

export async function sealTransaction(key: Uint8Array, transaction: SignInTransaction, now: Date): Promise<string> {
  return new EncryptJWT({ ...transaction })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: TYPE })
    .setExpirationTime(Math.floor(now.getTime() / 1000) + TRANSACTION_LIFETIME_SECONDS)
    .encrypt(await sealingKey(key));
}

/** Null if we didn't create it, or if it is too old. */
export async function openTransaction(key: Uint8Array, sealed: string, now: Date): Promise<SignInTransaction | null> {
  try {
    const { payload } = await jwtDecrypt(sealed, await sealingKey(key), {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
      typ: TYPE,
      requiredClaims: ['exp'],
      clockTolerance: TOLERANCE_SECONDS,
      currentDate: now,
    });
    return SignInTransaction.parse(payload);
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

/** Derived from the session key, since a signing key must not encrypt. */
async function sealingKey(key: Uint8Array): Promise<Uint8Array> {
  const material = await crypto.subtle.importKey('raw', key, 'HKDF', false, ['deriveBits']);
  const info = new TextEncoder().encode('groundwire sign-in transaction');
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }, material, 256),
  );
}
