import { expect, test } from 'vitest';
import { costWords, msWords, nameOf, shortCount } from './usage-words.ts';

test.each([
  [0, '$0.00'],
  [1_234, '$0.0012'],
  [23_456_789, '$23.46'],
])('%i micro-dollars', (micros, words) => {
  expect(costWords(micros, 'en-US')).toBe(words);
});

test('times and large numbers are short', () => {
  expect([msWords(84, 'en-US'), msWords(1_250, 'en-US')]).toEqual(['84 ms', '1.3 s']);
  expect(shortCount(1_234_567, 'en-US')).toBe('1.2M');
});

test('a row is called after what it is a row of', () => {
  const row = (key: string, label: string | null = null) => ({ key, label });
  expect(nameOf(row('2026-03-05'), 'day', 'en-US')).toBe('Mar 5');
  expect(nameOf(row('2026-03'), 'month', 'en-US')).toBe('Mar 2026');
  expect(nameOf(row('u1', 'Ada'), 'user')).toBe('Ada');
  expect(nameOf(row('u1'), 'user')).toBe('Somebody who has left');
  expect(nameOf(row(''), 'template')).toBe('Without a template');
  expect(nameOf(row('claude-sonnet-4-6'), 'model')).toBe('claude-sonnet-4-6');
});
