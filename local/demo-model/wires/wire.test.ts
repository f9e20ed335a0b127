import { expect, test } from 'vitest';
import { countTokens, createPrefixCache, type Segment, splitPieces } from './wire.ts';

const SAMPLES = [
  '',
  'Hello there.',
  '  two  spaces\n\n- a list\n\ttab',
  '{"itemType":"Part","name":"Größe 12345"}',
  '日本語 and 👩‍🔧 emoji',
  'x'.repeat(1000),
];

test.each(SAMPLES)('splitPieces(%j) joined gives the text back', (text) => {
  expect(splitPieces(text).join('')).toBe(text);
});

test('a word is one piece with the space before it, and a long word is several', () => {
  expect(splitPieces('An assembly')).toEqual(['An', ' assemb', 'ly']);
});

test('English prose has three to six characters a token, as with real tokenizers', () => {
  const prose = 'The conversation object commits the message and opens the stream before anything else happens here.';
  expect(prose.length / countTokens(prose)).toBeGreaterThan(3);
  expect(prose.length / countTokens(prose)).toBeLessThan(6);
});

const long = (seed: string): string => `${seed} `.repeat(40);
const at = (text: string, breakpoint = false): Segment => ({ text, breakpoint });

function start(minTokens = 10) {
  const clock = { now: 1_000 };
  return { clock, cache: createPrefixCache({ minTokens, now: () => clock.now }) };
}

test('a prompt is cached up to its last breakpoint, and the same prompt reads it', () => {
  const { cache } = start();
  const prompt = [at(long('system'), true), at('question')];
  const first = cache.read('key', prompt);
  const second = cache.read('key', prompt);
  expect(first.cacheRead).toBe(0);
  expect(first.cacheWrite).toBeGreaterThan(40);
  expect(second).toEqual({ cacheRead: first.cacheWrite, cacheWrite: 0, fresh: first.fresh });
});

test('a growing conversation reads what it cached and caches what is new', () => {
  const { cache } = start();
  const first = cache.read('key', [at(long('system'), true), at(long('one'), true)]);
  const second = cache.read('key', [at(long('system'), true), at(long('one')), at(long('two'), true), at('end')]);
  expect(second.cacheRead).toBe(first.cacheWrite);
  expect(second.cacheWrite).toBeGreaterThan(0);
  expect(second.fresh).toBeGreaterThan(0);
});

test('a prompt with another text before the breakpoint reads nothing', () => {
  const { cache } = start();
  cache.read('key', [at(long('system'), true)]);
  expect(cache.read('key', [at(long('System'), true)]).cacheRead).toBe(0);
});

test('another scope reads nothing', () => {
  const { cache } = start();
  cache.read('one key', [at(long('system'), true)]);
  expect(cache.read('other key', [at(long('system'), true)]).cacheRead).toBe(0);
});

test('a prompt without breakpoints or below the minimum is not cached', () => {
  const { cache } = start(1000);
  expect(cache.read('key', [at(long('system'))])).toMatchObject({ cacheRead: 0, cacheWrite: 0 });
  expect(cache.read('key', [at(long('system'), true)])).toMatchObject({ cacheRead: 0, cacheWrite: 0 });
});

test('a prefix expires after five minutes without a read', () => {
  const { cache, clock } = start();
  const prompt = [at(long('system'), true)];
  cache.read('key', prompt);
  clock.now += 5 * 60_000 - 1;
  expect(cache.read('key', prompt).cacheRead).toBeGreaterThan(0);
  clock.now += 5 * 60_000;
  expect(cache.read('key', prompt).cacheRead).toBe(0);
});
