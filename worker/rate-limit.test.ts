import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { addressKey, EDGE_LIMIT } from './rate-limit.ts';

describe('R38: the key of the coarse limit', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0db8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1:2:3:4', 'fe80:0:0:0::/64'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
  ])('%s counts as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  test('all addresses of one subscriber’s network share a key, the neighbour’s do not', () => {
    const keys = new Set(Array.from({ length: 50 }, (_, host) => addressKey(`2001:db8:1:2::${host.toString(16)}`)));
    expect(keys.size).toBe(1);
    expect(keys).not.toContain(addressKey('2001:db8:1:3::1'));
  });

  test('what clients are told of the limit is what the binding enforces', () => {
    const config = unstable_readConfig({ config: join(import.meta.dirname, '../wrangler.toml') });
    const limits: readonly { name: string; simple: unknown }[] = config.ratelimits;
    const binding = limits.find(({ name }) => name === 'EDGE_LIMIT');
    expect(binding?.simple).toEqual({ limit: EDGE_LIMIT.requests, period: EDGE_LIMIT.periodSeconds });
  });
});
