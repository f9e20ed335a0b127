// R22: envelope encryption. Each way of tampering has a test that would pass if the check were not there.
import { describe, expect, test } from 'vitest';
import { parseMasterKeys } from './master-keys.ts';
import { lastFourOf, openProviderKey, sealProviderKey } from './provider-key.ts';
import { type Place, rewrap, seal, UnsealError, unseal } from './sealed-secret.ts';

const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
const OLD = parseMasterKeys(`v1:${keyOf(1)}`);
const BOTH = parseMasterKeys(`v2:${keyOf(2)},v1:${keyOf(1)}`);
const NEW = parseMasterKeys(`v2:${keyOf(2)}`);
const PLACE: Place = { orgId: 'org-1', table: 'ai_keys', column: 'sealed', row: 'row-1/primary' };
const SECRET = 'sk-ant-0123456789';

describe('R22: a sealed secret', () => {
  test('opens where it was sealed, and shows nothing of itself', async () => {
    const sealed = await seal(OLD, PLACE, SECRET);
    expect(await unseal(OLD, PLACE, sealed)).toBe(SECRET);
    expect(sealed).toMatch(/^s1\.v1\.[\w-]+\.[\w-]+$/);
    expect(sealed).not.toContain(SECRET);
    expect(Buffer.from(sealed.split('.')[3] ?? '', 'base64url').includes(SECRET)).toBe(false);
  });

  test('never looks the same twice', async () => {
    const [one, other] = await Promise.all([seal(OLD, PLACE, SECRET), seal(OLD, PLACE, SECRET)]);
    expect(one.split('.')[2]).not.toBe(other.split('.')[2]);
    expect(one.split('.')[3]).not.toBe(other.split('.')[3]);
  });

  test.each(['orgId', 'table', 'column', 'row'] as const)('does not open under another %s', async (part) => {
    const sealed = await seal(OLD, PLACE, SECRET);
    await expect(unseal(OLD, { ...PLACE, [part]: 'other' }, sealed)).rejects.toThrow(UnsealError);
  });

  test('does not open with the parts of two secrets put together', async () => {
    const one = (await seal(OLD, PLACE, SECRET)).split('.');
    const other = (await seal(OLD, PLACE, 'another secret')).split('.');
    const mixed = [one[0], one[1], one[2], other[3]].join('.');
    await expect(unseal(OLD, PLACE, mixed)).rejects.toThrow(UnsealError);
  });

  test('does not open with any one character changed', async () => {
    const sealed = await seal(OLD, PLACE, SECRET);
    const survivors: number[] = [];
    for (let index = 0; index < sealed.length; index += 1) {
      // The last character of each part may carry unused bits only.
      if (sealed[index + 1] === '.' || index === sealed.length - 1) continue;
      const changed = `${sealed.slice(0, index)}${sealed[index] === 'A' ? 'B' : 'A'}${sealed.slice(index + 1)}`;
      await unseal(BOTH, PLACE, changed).then(
        () => survivors.push(index),
        (error: unknown) => expect(error).toBeInstanceOf(UnsealError),
      );
    }
    expect(survivors).toEqual([]);
  });

  test('does not open under another master key, also of the same version', async () => {
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

describe('R22: wrapping anew', () => {
  test('leaves the ciphertext, and opens with the new master key alone', async () => {
    const sealed = await seal(OLD, PLACE, SECRET);
    const anew = await rewrap(BOTH, PLACE, sealed);
    if (anew === null) throw new Error('not wrapped anew');
    expect(anew.split('.')[3]).toBe(sealed.split('.')[3]);
    expect(await unseal(NEW, PLACE, anew)).toBe(SECRET);
    await expect(unseal(OLD, PLACE, anew)).rejects.toThrow(UnsealError);
  });

  test('does nothing to what is under the current one', async () => {
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

  test('R26: opens only for the provider and the address that it was entered for', async () => {
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

  test('R23: shows its last four characters, or nothing where it is short', () => {
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
  ])('%j are refused, and not shown', (text, why) => {
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
