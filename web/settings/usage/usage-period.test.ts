import { describe, expect, test } from 'vitest';
import { keysBetween, periodError, readQuestion } from './usage-period.ts';

const NOW = Date.parse('2026-03-15T23:30:00Z');
const read = (search: string) => readQuestion(new URLSearchParams(search), NOW);

describe('readQuestion', () => {
  test.each([
    ['', '2026-03-01', '2026-03-15', 'day'],
    ['period=last-month', '2026-02-01', '2026-02-28', 'day'],
    ['period=30-days&by=user', '2026-02-14', '2026-03-15', 'user'],
    ['period=year&by=month', '2025-04-01', '2026-03-15', 'month'],
    ['period=custom&from=2026-01-05&to=2026-01-09', '2026-01-05', '2026-01-09', 'day'],
    ['period=custom&from=yesterday', '2026-03-01', '2026-03-15', 'day'],
    ['period=ever&by=org', '2026-03-01', '2026-03-15', 'day'],
  ])('%s', (search, from, to, by) => {
    expect(read(search)).toMatchObject({ from, to, by });
  });
});

test('periodError explains an invalid period', () => {
  expect(periodError({ from: '2026-03-02', to: '2026-03-01' })).toContain('on or after the start date');
  expect(periodError({ from: '2025-01-01', to: '2026-03-01' })).toContain('400');
  expect(periodError({ from: '2026-03-01', to: '2026-03-01' })).toBeNull();
});

test('keysBetween lists every day or month of the period, and null for other groupings', () => {
  expect(keysBetween({ from: '2026-02-27', to: '2026-03-02', by: 'day' })).toEqual([
    ...['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02'],
  ]);
  expect(keysBetween({ from: '2025-11-30', to: '2026-02-01', by: 'month' })).toEqual([
    ...['2025-11', '2025-12', '2026-01', '2026-02'],
  ]);
  expect(keysBetween({ from: '2026-01-01', to: '2026-01-02', by: 'user' })).toBeNull();
});
