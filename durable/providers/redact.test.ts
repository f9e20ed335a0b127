import { expect, test } from 'vitest';
import { redact } from './redact.ts';

const KEY = 'canary-7f3a9c1e5b2d';

test.each([
  [`Incorrect API key provided: ${KEY}.`, 'Incorrect API key provided: [key].'],
  [`${KEY}${KEY}`, '[key][key]'],
  ['begins canary-7f3a9 and goes on', 'begins [key] and goes on'],
  ['ends 9c1e5b2d', 'ends [key]'],
  ['sk-ant-api03-abc*****xyz', '[key]'],
  ['Your key sk_live_1234 is not valid', 'Your key [key] is not valid'],
  ['canary birds sing', 'canary birds sing'],
  ['', ''],
])('R23: %j is shown as %j', (text, shown) => {
  expect(redact(text, KEY)).toBe(shown);
});

test('R23: a key at the edge of what is shown is not shown in part', () => {
  for (let before = 280; before < 305; before += 1) {
    const shown = redact(`${'x'.repeat(before)}${KEY}`, KEY);
    expect(shown.length).toBeLessThanOrEqual(300);
    expect(shown).not.toMatch(/canary/);
  }
});

test('a text of any size is read in no time', () => {
  expect(redact('a'.repeat(5_000_000), 'a'.repeat(512))).toHaveLength(40);
});

test('what stands for no key is not taken out of words', () => {
  expect(redact('none of it is known', 'none')).toBe('none of it is known');
});
