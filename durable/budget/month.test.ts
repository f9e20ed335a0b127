import { expect, test } from 'vitest';
import { Month } from '../contracts/budget.ts';
import { monthAfter, monthOf, renewalOf } from './month.ts';

test.each([
  ['2026-11-30T23:59:59.999Z', '2026-11'],
  ['2026-12-01T00:00:00.000Z', '2026-12'],
  // In Auckland it is already December, but allowances follow UTC and have not renewed yet.
  ['2026-12-01T00:30:00.000+13:00', '2026-11'],
])('%s is in month %s', (time, month) => {
  expect(monthOf(Date.parse(time))).toBe(month);
});

test.each([
  ['2026-11', '2026-12-01T00:00:00.000Z'],
  ['2026-12', '2027-01-01T00:00:00.000Z'],
  ['2028-02', '2028-03-01T00:00:00.000Z'],
])('renewalOf(%s) is %s', (month, time) => {
  expect(new Date(renewalOf(month)).toISOString()).toBe(time);
});

test('monthAfter crosses years in both directions', () => {
  expect(monthAfter('2026-11', 3)).toBe('2027-02');
  expect(monthAfter('2027-01', -2)).toBe('2026-11');
  expect(monthAfter('2026-11', 0)).toBe('2026-11');
});

test.each(['2026-13', '2026-00', '2026-1', '26-11', '2026-11-01'])('Month rejects %s', (text) => {
  expect(Month.safeParse(text).success).toBe(false);
});
