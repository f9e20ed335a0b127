import { expect, test } from 'vitest';
import { createPrefixCache, type Segment } from './prefix-cache.ts';

const long = (seed: string): string => `${seed} `.repeat(40);
const at = (text: string, breakpoint = false): Segment => ({ text, breakpoint });

function start(minTokens = 10) {
  const clock = { now: 1_000 };
  return { clock, cache: createPrefixCache({ minTokens, now: () => clock.now }) };
}

test('a first prompt is written up to its last breakpoint and a second one reads it', () => {
  const { cache } = start();
  const prompt = [at(long('system'), true), at('question')];
  const first = cache.read('key', prompt);
  const second = cache.read('key', prompt);
  expect(first.cacheRead).toBe(0);
  expect(first.cacheWrite).toBeGreaterThan(40);
  expect(second).toEqual({ cacheRead: first.cacheWrite, cacheWrite: 0, fresh: first.fresh });
});

test('a conversation that grows reads what it wrote and writes what is new', () => {
  const { cache } = start();
  const first = cache.read('key', [at(long('system'), true), at(long('one'), true)]);
  const second = cache.read('key', [at(long('system'), true), at(long('one')), at(long('two'), true), at('end')]);
  expect(second.cacheRead).toBe(first.cacheWrite);
  expect(second.cacheWrite).toBeGreaterThan(0);
  expect(second.fresh).toBeGreaterThan(0);
});

test('another text before the breakpoint reads nothing', () => {
  const { cache } = start();
  cache.read('key', [at(long('system'), true)]);
  expect(cache.read('key', [at(long('System'), true)]).cacheRead).toBe(0);
});

test('another scope reads nothing', () => {
  const { cache } = start();
  cache.read('one key', [at(long('system'), true)]);
  expect(cache.read('other key', [at(long('system'), true)]).cacheRead).toBe(0);
});

test('a prompt without breakpoints, and one that is too short, are counted in full', () => {
  const { cache } = start(1000);
  expect(cache.read('key', [at(long('system'))])).toMatchObject({ cacheRead: 0, cacheWrite: 0 });
  expect(cache.read('key', [at(long('system'), true)])).toMatchObject({ cacheRead: 0, cacheWrite: 0 });
});

test('what was not read for five minutes is forgotten', () => {
  const { cache, clock } = start();
  const prompt = [at(long('system'), true)];
  cache.read('key', prompt);
  clock.now += 5 * 60_000 - 1;
  expect(cache.read('key', prompt).cacheRead).toBeGreaterThan(0);
  clock.now += 5 * 60_000;
  expect(cache.read('key', prompt).cacheRead).toBe(0);
});
