import { EncryptJWT } from 'jose';
import { expect, test } from 'vitest';
import { openTransaction, sealTransaction, TRANSACTION_LIFETIME_SECONDS } from './transaction.ts';

const KEY = new Uint8Array(32).fill(3);
const NOW = new Date('2026-11-20T12:00:00Z');
const TRANSACTION = { state: 's', nonce: 'n', codeVerifier: 'v', returnTo: '/chat', isFresh: false };
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

test('opens what was sealed until it expires', async () => {
  const sealed = await sealTransaction(KEY, TRANSACTION, NOW);
  expect(await openTransaction(KEY, sealed, NOW)).toEqual(TRANSACTION);
  expect(await openTransaction(KEY, sealed, later(TRANSACTION_LIFETIME_SECONDS - 1))).toEqual(TRANSACTION);
  expect(await openTransaction(KEY, sealed, later(TRANSACTION_LIFETIME_SECONDS + 1))).toBeNull();
});

test('is unreadable, and no two seals are equal', async () => {
  const [one, other] = [await sealTransaction(KEY, TRANSACTION, NOW), await sealTransaction(KEY, TRANSACTION, NOW)];
  expect(one).not.toBe(other);
  for (const part of one.split('.')) expect(Buffer.from(part, 'base64url').toString('latin1')).not.toContain('/chat');
});

test('does not open with another key, a changed seal, or the session key itself', async () => {
  const sealed = await sealTransaction(KEY, TRANSACTION, NOW);
  expect(await openTransaction(new Uint8Array(32), sealed, NOW)).toBeNull();
  const middle = Math.floor(sealed.length / 2);
  const changed = `${sealed.slice(0, middle)}${sealed[middle] === 'A' ? 'B' : 'A'}${sealed.slice(middle + 1)}`;
  expect(await openTransaction(KEY, changed, NOW)).toBeNull();
  const underSessionKey = await new EncryptJWT(TRANSACTION)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'groundwire-sign-in' })
    .setExpirationTime('10m')
    .encrypt(KEY);
  for (const text of [underSessionKey, '', 'a.b.c', 'a.b.c.d.e'])
    expect(await openTransaction(KEY, text, NOW)).toBeNull();
});
