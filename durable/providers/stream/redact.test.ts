import { expect, test } from 'vitest';
import { redact } from './provider-error.ts';

const KEY = 'canary-7f3a9c1e5b2d';

test.each([
  [`Incorrect API key provided: ${KEY}.`, 'Incorrect API key provided: [key].'],
  [`${KEY}${KEY}`, '[key][key]'],
  ['begins canary-7f3a9 and continues', 'begins [key] and continues'],
  ['ends 9c1e5b2d', 'ends [key]'],
  ['sk-ant-api03-abc*****xyz', '[key]'],
  ['Your key sk_live_1234 is not valid', 'Your key [key] is not valid'],
  ['canary birds sing', 'canary birds sing'],
  ['', ''],
])('%j is shown as %j (R23)', (text, shown) => {
  expect(redact(text, KEY)).toBe(shown);
});

test('never shows part of a key at the cut-off (R23)', () => {
  for (let before = 280; before < 305; before += 1) {
    const shown = redact(`${'x'.repeat(before)}${KEY}`, KEY);
    expect(shown.length).toBeLessThanOrEqual(300);
    expect(shown).not.toMatch(/canary/);
  }
});

test('handles very large text quickly', () => {
  expect(redact('a'.repeat(5_000_000), 'a'.repeat(512))).toHaveLength(40);
});

test('does not redact the placeholder for a missing key', () => {
  expect(redact('none of it is known', 'none')).toBe('none of it is known');
});
