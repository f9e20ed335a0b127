import { describe, expect, test } from 'vitest';
import { dayAfter, dayBefore, groupsOf, localDay, scaleOf } from './schedule-scale.ts';

const bar = (start: string, finish: string, until: string | null = null) => ({
  start,
  finish,
  slack: until === null ? null : { from: start, until },
});

describe('scaleOf', () => {
  const scale = scaleOf([bar('2026-11-16', '2026-11-20'), bar('2026-11-18', '2026-11-18', '2026-12-02')], '2026-11-19');

  test('has a column per day, with a day of margin on both sides and slack included', () => {
    expect(scale.columns).toBe(19);
    expect(scale.spanOf('2026-11-16', '2026-11-20')).toEqual({ column: 2, span: 5 });
    expect(scale.spanOf('2026-11-18', '2026-11-18')).toEqual({ column: 4, span: 1 });
    expect(scale.spanOf('2026-12-02', '2026-12-02')).toEqual({ column: 18, span: 1 });
  });

  test('places Mondays, months and today', () => {
    expect(scale.weeks).toEqual([
      { day: '2026-11-16', column: 2 },
      { day: '2026-11-23', column: 9 },
      { day: '2026-11-30', column: 16 },
    ]);
    expect(scale.months).toEqual([
      { year: 2026, month: 10, column: 1, span: 16 },
      { year: 2026, month: 11, column: 17, span: 3 },
    ]);
    expect(scale.today).toBe(5);
  });
});

test.each([14, 15, 16, 17, 18, 19, 20])(
  'scaleOf starts the first week on a Monday when the chart starts on day %i',
  (day) => {
    const { weeks } = scaleOf([bar(`2026-11-${day}`, '2026-11-30')], '2000-01-01');
    expect(new Date(`${weeks[0]?.day}T00:00:00Z`).getUTCDay()).toBe(1);
    expect([1, 2, 3, 4, 5, 6, 7]).toContain(weeks[0]?.column);
  },
);

test('scaleOf extends to today when it is near and omits it when it is far', () => {
  const bars = [bar('2026-11-16', '2026-11-20')];
  expect(scaleOf(bars, '2026-11-11')).toMatchObject({ today: 2, columns: 12 });
  expect(scaleOf(bars, '2026-11-27')).toMatchObject({ today: 13, columns: 14 });
  expect(scaleOf(bars, '2027-11-27')).toMatchObject({ today: null, columns: 7 });
});

test('scaleOf puts several days in a column for long schedules, and gives each bar at least one', () => {
  const scale = scaleOf([bar('2024-01-01', '2026-12-31'), bar('2025-05-05', '2025-05-05')], '2025-01-01');
  expect(scale.columns).toBeLessThanOrEqual(240);
  expect(scale.spanOf('2025-05-05', '2025-05-05').span).toBe(1);
  expect(scale.spanOf('2024-01-01', '2026-12-31').span).toBeGreaterThan(210);
});

test('groupsOf groups rows in order of first appearance', () => {
  const rows = ['Build', 'Install', 'Build'].map((group, id) => ({ group, id }));
  expect(groupsOf(rows).map(({ group, rows: own }) => [group, own.map(({ id }) => id)])).toEqual([
    ['Build', [0, 2]],
    ['Install', [1]],
  ]);
});

test('dayAfter and dayBefore cross month ends and daylight saving changes', () => {
  expect([dayAfter('2026-10-31'), dayAfter('2026-03-28'), dayAfter('2026-12-31')]).toEqual([
    '2026-11-01',
    '2026-03-29',
    '2027-01-01',
  ]);
  expect(dayBefore('2026-03-01')).toBe('2026-02-28');
  expect(localDay(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05');
});
