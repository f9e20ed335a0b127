import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { createKeySet } from './key-set.ts';

const TOKEN = { payload: '', signature: '' };
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let jwk: JWK;
beforeAll(async () => {
  jwk = await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey);
});

/** A fake provider and a manual clock. */
function setUp(kids: string[]) {
  const provider = { kids, isUp: true, fetches: 0 };
  const clock = { now: 1_000_000 };
  const background: Promise<void>[] = [];
  const find = createKeySet({
    now: () => clock.now,
    background: (work) => background.push(work),
    fetchKeys: async () => {
      provider.fetches += 1;
      if (!provider.isUp) throw new Error('away');
      return { keys: provider.kids.map((kid) => ({ ...jwk, kid, alg: 'ES256' })) };
    },
  });
  const isKnown = async (kid: string | undefined): Promise<boolean> => {
    try {
      await find({ alg: 'ES256', ...(kid !== undefined && { kid }) }, TOKEN);
      return true;
    } catch {
      return false;
    }
  };
  const settle = () => Promise.all(background);
  return { provider, clock, isKnown, settle };
}

describe('the issuer’s keys (R15)', () => {
  test('fetches once for a known key, however often it is used', async () => {
    const { provider, isKnown } = setUp(['a']);
    for (let use = 0; use < 50; use += 1) expect(await isKnown('a')).toBe(true);
    expect(provider.fetches).toBe(1);
  });

  test('concurrent requests share the first fetch', async () => {
    const { provider, isKnown } = setUp(['a']);
    expect(await Promise.all(Array.from({ length: 20 }, () => isKnown('a')))).not.toContain(false);
    expect(provider.fetches).toBe(1);
  });

  test('fetches once in 30 seconds for any number of unknown key ids', async () => {
    const { provider, clock, isKnown } = setUp(['a']);
    await isKnown('a');
    for (let attempt = 0; attempt < 300; attempt += 1) {
      clock.now += SECOND;
      expect(await isKnown(`unknown-${attempt}`)).toBe(false);
    }
    expect(provider.fetches).toBeLessThanOrEqual(1 + 10);
    expect(provider.fetches).toBeGreaterThan(5);
  });

  test('accepts a new key within 30 seconds of its first use', async () => {
    const { provider, clock, isKnown } = setUp(['a']);
    await isKnown('a');
    provider.kids = ['a', 'b'];
    clock.now += SECOND;
    expect(await isKnown('b')).toBe(false);
    clock.now += 29 * SECOND;
    expect(await isKnown('b')).toBe(true);
    expect(await isKnown('a')).toBe(true);
  });

  test('refuses a withdrawn key after the next refresh', async () => {
    const { provider, clock, isKnown, settle } = setUp(['a', 'b']);
    await isKnown('a');
    provider.kids = ['b'];
    clock.now += 5 * MINUTE;
    // This request still uses the cached key and starts the refresh.
    expect(await isKnown('a')).toBe(true);
    await settle();
    expect(await isKnown('a')).toBe(false);
  });

  test('accepts known keys for ten minutes of a provider outage', async () => {
    const { provider, clock, isKnown, settle } = setUp(['a']);
    await isKnown('a');
    provider.isUp = false;
    clock.now += 10 * MINUTE - SECOND;
    expect(await isKnown('a')).toBe(true);
    await settle();
    clock.now += 2 * SECOND;
    expect(await isKnown('a')).toBe(false);
  });

  test('retries every 30 seconds if the provider is down from the start', async () => {
    const { provider, clock, isKnown } = setUp(['a']);
    provider.isUp = false;
    for (let attempt = 0; attempt < 29; attempt += 1) {
      expect(await isKnown('a')).toBe(false);
      clock.now += SECOND;
    }
    expect(provider.fetches).toBe(1);
    provider.isUp = true;
    clock.now += SECOND;
    expect(await isKnown('a')).toBe(true);
  });

  test('refuses a token without a key id, without a fetch', async () => {
    const { provider, isKnown } = setUp(['a']);
    expect(await isKnown(undefined)).toBe(false);
    expect(provider.fetches).toBe(0);
  });
});
