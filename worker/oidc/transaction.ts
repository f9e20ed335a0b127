// What one browser must still know when it comes back from the provider: sealed, so that nobody but us can read or make it,
// and short-lived. It lies in a cookie, so that an answer is worth nothing in any other browser.
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { z } from 'zod';

export const TRANSACTION_LIFETIME_SECONDS = 10 * 60;

const TYPE = 'groundwire-sign-in';
const TOLERANCE_SECONDS = 0;

const SignInTransaction = z.object({
  state: z.string(),
  nonce: z.string(),
  /** PKCE's secret. */
  codeVerifier: z.string(),
  /** Where the person was going; a path of ours. */
  returnTo: z.string(),
});
export type SignInTransaction = z.infer<typeof SignInTransaction>;

export async function sealTransaction(key: Uint8Array, transaction: SignInTransaction, now: Date): Promise<string> {
  return new EncryptJWT({ ...transaction })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: TYPE })
    .setExpirationTime(Math.floor(now.getTime() / 1000) + TRANSACTION_LIFETIME_SECONDS)
    .encrypt(await sealingKey(key));
}

/** Null where it is none of ours, or too old. */
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

/** Of the session key, but another one: what signs does not encrypt. */
async function sealingKey(key: Uint8Array): Promise<Uint8Array> {
  const material = await crypto.subtle.importKey('raw', key, 'HKDF', false, ['deriveBits']);
  const info = new TextEncoder().encode('groundwire sign-in transaction');
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }, material, 256),
  );
}
