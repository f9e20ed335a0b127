// R22: envelope encryption. Each kind of tampering has a test.
import { describe, expect, test } from 'vitest';
import { parseMasterKeys } from './master-keys.ts';
import { lastFourOf, openProviderKey, sealProviderKey } from './provider-key.ts';
import { rewrap, type SecretLocation, seal, UnsealError, unseal } from './sealed-secret.ts';

const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
const OLD = parseMasterKeys(`v1:${keyOf(1)}`);
const BOTH = parseMasterKeys(`v2:${keyOf(2)},v1:${keyOf(1)}`);
const NEW = parseMasterKeys(`v2:${keyOf(2)}`);
const PLACE: SecretLocation = { orgId: 'org-1', table: 'ai_keys', column: 'sealed', row: 'row-1/primary' };
const SECRET = 'sk-ant-0123456789';

describe('a sealed secret (R22)', () => {
  test('opens in the place it was sealed for, and does not contain the plaintext', async () => {
    const sealed = await seal(OLD, PLACE, SECRET);
    expect(await unseal(OLD, PLACE, sealed)).toBe(SECRET);
    expect(sealed).toMatch(/^s1\.v1\.[\w-]+\.[\w-]+$/);
    expect(sealed).not.toContain(SECRET);
    expect(Buffer.from(sealed.split('.')[3] ?? '', 'base64url').includes(SECRET)).toBe(false);
  });

  test('produces a different ciphertext each time', async () => {
    const [one, other] = await Promise.all([seal(OLD, PLACE, SECRET), seal(OLD, PLACE, SECRET)]);
    expect(one.split('.')[2]).not.toBe(other.split('.')[2]);
    expect(one.split('.')[3]).not.toBe(other.split('.')[3]);
  });

  test.each(['orgId', 'table', 'column', 'row'] as const)('does not open under another %s', async (part) => {
    const sealed = await seal(OLD, PLACE, SECRET);
    await expect(unseal(OLD, { ...PLACE, [part]: 'other' }, sealed)).rejects.toThrow(UnsealError);
  });

  test('does not open when parts of two secrets are combined', async () => {
    const one = (await seal(OLD, PLACE, SECRET)).split('.');
    const other = (await seal(OLD, PLACE, 'another secret')).split('.');
    const mixed = [one[0], one[1], one[2], other[3]].join('.');
    await expect(unseal(OLD, PLACE, mixed)).rejects.toThrow(UnsealError);
  });

  test('does not open with any one character changed', async () => {
    const sealed = await seal(OLD, PLACE, SECRET);
    const survivors: number[] = [];
    for (let index = 0; index < sealed.length; index += 1) {
      // The last character of each part can consist of unused bits only.
      if (sealed[index + 1] === '.' || index === sealed.length - 1) continue;
      const changed = `${sealed.slice(0, index)}${sealed[index] === 'A' ? 'B' : 'A'}${sealed.slice(index + 1)}`;
      await unseal(BOTH, PLACE, changed).then(
        () => survivors.push(index),
        (error: unknown) => expect(error).toBeInstanceOf(UnsealError),
      );
    }
    expect(survivors).toEqual([]);
  });

  test('does not open under another master key, even of the same version', async () => {
    const sealed = await seal(OLD, PLACE, SECRET);
    await expect(unseal(NEW, PLACE, sealed)).rejects.toThrow('not configured');
    await expect(unseal(parseMasterKeys(`v1:${keyOf(3)}`), PLACE, sealed)).rejects.toThrow(UnsealError);
  });

  test.each(['', 'sk-plain', 's1.v1.a', 's2.v1.AAAA.AAAA', 's1.v1.AAAA.AAAA.AAAA', 's1.v1.+.+', 's1.v1.AAAA.AAAA'])(
    'is not %j',
    async (text) => {
      await expect(unseal(OLD, PLACE, text)).rejects.toThrow(UnsealError);
    },
  );
});

describe('rewrapping a secret (R22)', () => {
  test('keeps the ciphertext and opens only with the new master key', async () => {
    const sealed = await seal(OLD, PLACE, SECRET);
    const rewrapped = await rewrap(BOTH, PLACE, sealed);
    if (rewrapped === null) throw new Error('not rewrapped');
    expect(rewrapped.split('.')[3]).toBe(sealed.split('.')[3]);
    expect(await unseal(NEW, PLACE, rewrapped)).toBe(SECRET);
    await expect(unseal(OLD, PLACE, rewrapped)).rejects.toThrow(UnsealError);
  });

  test('returns null for a secret under the current master key', async () => {
    expect(await rewrap(BOTH, PLACE, await seal(BOTH, PLACE, SECRET))).toBeNull();
  });

  test('does not move a secret to another row', async () => {
    const sealed = await seal(OLD, PLACE, SECRET);
    await expect(rewrap(BOTH, { ...PLACE, row: 'row-2/primary' }, sealed)).rejects.toThrow(UnsealError);
  });
});

describe('a provider key', () => {
  const RECORD = { orgId: 'org-1', settingId: 'setting-1', slot: 'primary' } as const;
  const TARGET = { provider: 'openai', baseUrl: null };

  test('opens only for the provider and the address it was entered for (R26)', async () => {
    const sealed = await sealProviderKey(OLD, RECORD, { key: SECRET, ...TARGET });
    expect(await openProviderKey(OLD, RECORD, TARGET, sealed)).toBe(SECRET);
    for (const target of [
      { ...TARGET, baseUrl: 'https://evil.example/v1' },
      { ...TARGET, provider: 'compatible' },
    ]) {
      await expect(openProviderKey(OLD, RECORD, target, sealed)).rejects.toThrow(UnsealError);
    }
    await expect(openProviderKey(OLD, { ...RECORD, slot: 'fallback' }, TARGET, sealed)).rejects.toThrow(UnsealError);
  });

  test('shows its last four characters, or nothing if it is short (R23)', () => {
    expect(lastFourOf('sk-0123456789abcdef')).toBe('cdef');
    expect(lastFourOf('short-key')).toBe('');
  });
});

describe('master keys', () => {
  test.each([
    ['', 'form'],
    ['v1', 'form'],
    [`v 1:${keyOf(1)}`, 'form'],
    ['v1:', '32 bytes'],
    [`v1:${Buffer.alloc(16).toString('base64')}`, '32 bytes'],
    ['v1:not base64!', '32 bytes'],
    [`v1:${keyOf(1)},v1:${keyOf(2)}`, 'twice'],
    [`v1:${keyOf(1)},`, 'form'],
  ])('%j are rejected without being shown', (text, why) => {
    const attempt = () => parseMasterKeys(text);
    expect(attempt).toThrow(why);
    expect(attempt).not.toThrow(keyOf(1));
  });

  test('the first one is the current one', () => {
    expect(BOTH.current.version).toBe('v2');
    expect(BOTH.find('v1')?.version).toBe('v1');
    expect(BOTH.find('v3')).toBeUndefined();
  });
});
