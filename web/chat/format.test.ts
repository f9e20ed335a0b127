import { describe, expect, test } from 'vitest';
import { estimateText, formatCost, formatWait, waitingText } from './format.ts';

describe('waitingText (U2)', () => {
  test.each([
    [400, false, null],
    [1_000, false, 'Thinking…'],
    [9_999, false, 'Thinking…'],
    [10_000, false, 'Thinking… 10 s'],
    [15_200, false, 'Still connected, no new text for 15 s'],
    [14_000, true, null],
    [16_000, true, 'Still connected, no new text for 16 s'],
  ])('after %i ms without new text (has text: %s)', (silentMs, hasText, line) => {
    expect(waitingText({ silentMs, hasText })).toBe(line);
  });
});

test.each([
  [0, '$0'],
  [40, '< $0.0001'],
  [8_382, '$0.0084'],
  [420_000, '$0.42'],
  [12_345_678, '$12.35'],
])('formatCost formats %i micro-dollars as %s', (micros, words) => {
  expect(formatCost(micros)).toBe(words);
});

test('formatWait uses minutes and seconds (U24)', () => {
  expect([formatWait(42), formatWait(60), formatWait(185)]).toEqual(['42 s', '1 min 0 s', '3 min 5 s']);
});

test('estimateText shows a cost range, or one cost if both ends are equal', () => {
  const promptTokens = 4_310;
  expect(estimateText({ promptTokens, costMicros: { least: 1_300, most: 82_500 } })).toBe(
    'Up to 4,310 input tokens · $0.0013 to $0.0825',
  );
  expect(estimateText({ promptTokens, costMicros: { least: 0, most: 0 } })).toBe('Up to 4,310 input tokens · $0');
});
