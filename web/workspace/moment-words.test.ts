import { expect, test } from 'vitest';
import { momentWords } from './moment-words.ts';

test('a moment with a zone is told on the clock there, with the zone, whatever the reader’s own', () => {
  const words = (iso: string, zone: string) => momentWords(iso, zone, 'en-US')?.words;
  expect(words('2026-10-31T19:30:00-06:00', 'America/Denver')).toBe('Sat, Oct 31, 2026, 7:30 PM MDT');
  expect(words('2026-11-01T19:30:00-07:00', 'America/Denver')).toBe('Sun, Nov 1, 2026, 7:30 PM MST');
  expect(words('2026-11-01T19:30:00-07:00', 'America/Phoenix')).toBe('Sun, Nov 1, 2026, 7:30 PM MST');
  expect(momentWords('2026-11-01T19:30:00-07:00', 'America/Denver')?.utc).toBe('2026-11-02 02:30:00 UTC');
});

test('a day is the same day everywhere, and what is no moment is none', () => {
  expect(momentWords('2026-11-01', undefined, 'en-GB')).toEqual({ words: '1 Nov 2026', utc: null });
  expect(momentWords('soon', undefined)).toBeNull();
});
