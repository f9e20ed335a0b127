import { join } from 'node:path';
import { Hono } from 'hono';
import { describe, expect, test, vi } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import type { EdgeEnv } from '../edge-env.ts';
import { addressKey, EDGE_LIMIT, limitByAddress } from './rate-limit.ts';

describe('the key of the address limit (R38)', () => {
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

  test('is the same for all addresses of one subscriber’s network, and different for other networks', () => {
    const keys = new Set(Array.from({ length: 50 }, (_, host) => addressKey(`2001:db8:1:2::${host.toString(16)}`)));
    expect(keys.size).toBe(1);
    expect(keys).not.toContain(addressKey('2001:db8:1:3::1'));
  });

  test('the headers show the limit that the binding enforces', () => {
    const config = unstable_readConfig({ config: join(import.meta.dirname, '../../wrangler.toml') });
    const limits: readonly { name: string; simple: unknown }[] = config.ratelimits;
    const binding = limits.find(({ name }) => name === 'EDGE_LIMIT');
    expect(binding?.simple).toEqual({ limit: EDGE_LIMIT.requests, period: EDGE_LIMIT.periodSeconds });
  });
});

test('a binding that throws lets requests through, and is logged (R38)', async () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const app = new Hono<EdgeEnv>().use(limitByAddress).get('/x', (c) => c.text('ok'));
  const env = { EDGE_LIMIT: { limit: () => Promise.reject(new Error('no counter')) } } as unknown as Env;
  expect((await app.request('/x', {}, env)).status).toBe(200);
  expect(logged).toHaveBeenCalledOnce();
});
