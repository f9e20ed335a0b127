import { expect, test } from 'vitest';
import { draftOf, keepsLess, rulesErrors, rulesOf } from './rules-draft.ts';

test('draftOf and rulesOf convert stored rules back and forth', () => {
  for (const rules of [
    { keepNewest: 50, retentionDays: null },
    { keepNewest: 1, retentionDays: 3650 },
  ])
    expect(rulesOf(draftOf(rules))).toEqual(rules);
});

test.each(['', '0', '501', '1.5', '-3', 'ten', '1e2'])('%j is no number of conversations', (keepNewest) => {
  const draft = { keepNewest, isLimited: false, days: '' };
  expect(rulesErrors(draft).keepNewest).toContain('1 to 500');
  expect(rulesOf(draft)).toBeNull();
});

test('rulesOf ignores the days when the limit is off', () => {
  expect(rulesOf({ keepNewest: '5', isLimited: false, days: 'x' })).toEqual({ keepNewest: 5, retentionDays: null });
  expect(rulesErrors({ keepNewest: '5', isLimited: true, days: 'x' }).days).toContain('1 to 3650');
});

test.each([
  [{ keepNewest: 49, retentionDays: null }, true],
  [{ keepNewest: 50, retentionDays: 30 }, true],
  [{ keepNewest: 51, retentionDays: null }, false],
  [{ keepNewest: 50, retentionDays: null }, false],
])('%j beside fifty, however old: keeps less is %s', (next, less) => {
  expect(keepsLess(next, { keepNewest: 50, retentionDays: null })).toBe(less);
});
