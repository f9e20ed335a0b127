import { expect, test } from 'vitest';
import { cachedShare, formatCost, formatDuration, formatShortCount, rowName } from './usage-format.ts';

test.each([
  [0, '$0.00'],
  [1_234, '$0.0012'],
  [23_456_789, '$23.46'],
])('%i micro-dollars', (micros, words) => {
  expect(formatCost(micros, 'en-US')).toBe(words);
});

test('formatDuration and formatShortCount shorten large values', () => {
  expect([formatDuration(84, 'en-US'), formatDuration(1_250, 'en-US')]).toEqual(['84 ms', '1.3 s']);
  expect(formatShortCount(1_234_567, 'en-US')).toBe('1.2M');
});

test('rowName names a row by its grouping', () => {
  const row = (key: string, label: string | null = null) => ({ key, label });
  expect(rowName(row('2026-03-05'), 'day', 'en-US')).toBe('Mar 5');
  expect(rowName(row('2026-03'), 'month', 'en-US')).toBe('Mar 2026');
  expect(rowName(row('u1', 'Ada'), 'user')).toBe('Ada');
  expect(rowName(row('u1'), 'user')).toBe('Former member');
  expect(rowName(row(''), 'template')).toBe('No template');
  expect(rowName(row('claude-sonnet-4-6'), 'model')).toBe('claude-sonnet-4-6');
});

test('cachedShare is the part of all input that came from the cache', () => {
  const tokens = { inputTokens: 250, cacheReadTokens: 700, cacheWriteTokens: 50 };
  expect(cachedShare(tokens, 'en-US')).toBe('70%');
  expect(cachedShare({ ...tokens, cacheReadTokens: 0 }, 'en-US')).toBe('0%');
  expect(cachedShare({ inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 }, 'en-US')).toBe('–');
});
