import { expect, test } from 'vitest';
import { formatMoment } from './format-moment.ts';

test('formatMoment shows a time in its own time zone', () => {
  const words = (iso: string, zone: string) => formatMoment(iso, zone, 'en-US')?.words;
  expect(words('2026-10-31T19:30:00-06:00', 'America/Denver')).toBe('Sat, Oct 31, 2026, 7:30 PM MDT');
  expect(words('2026-11-01T19:30:00-07:00', 'America/Denver')).toBe('Sun, Nov 1, 2026, 7:30 PM MST');
  expect(words('2026-11-01T19:30:00-07:00', 'America/Phoenix')).toBe('Sun, Nov 1, 2026, 7:30 PM MST');
  expect(formatMoment('2026-11-01T19:30:00-07:00', 'America/Denver')?.utc).toBe('2026-11-02 02:30:00 UTC');
});

test('formatMoment keeps a date the same in every time zone, and returns null for other text', () => {
  expect(formatMoment('2026-11-01', undefined, 'en-GB')).toEqual({ words: '1 Nov 2026', utc: null });
  expect(formatMoment('soon', undefined)).toBeNull();
});
