import { expect, test } from 'vitest';
import { findSum, numberText } from './arithmetic.ts';

test.each([
  ['17 * 23', 391],
  ['what is 3+4*2?', 11],
  ['(2 + 3) * 4 - 1', 19],
  ['2^3^2', 512],
  ['10 / 4', 2.5],
  ['how much is 20% of 80', 16],
  ['12 plus 30', 42],
  ['1,000 + 1', 1001],
  ['-3 + 5', 2],
  ['4 x 3', 12],
])('%s is %d', (text, value) => {
  expect(findSum(text)?.value).toBe(value);
});

test.each(['PN-000001', '2026-11-30', 'call 555-1234', 'version 3', 'a + b', '3 +', '(1 + 2'])(
  '%s is no sum',
  (text) => {
    expect(findSum(text)).toBeNull();
  },
);

test('numbers are shown without binary dust', () => {
  expect(numberText(0.1 + 0.2)).toBe('0.3');
  expect(numberText(1 / 0)).toBe('not defined');
});
