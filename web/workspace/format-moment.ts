// Formats a date or time in its own time zone, or the user's if it has none. Pure.

const DAY = { day: 'numeric', month: 'short', year: 'numeric' } as const;

/** Null if the text isn't a date. */
export function formatMoment(
  iso: string,
  zone: string | undefined,
  locale?: string,
): { readonly words: string; readonly utc: string | null } | null {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return null;
  // A date without a time is the same in every time zone.
  if (/^\d{4}-\d{2}-\d{2}$/.test(iso)) {
    return { words: date.toLocaleString(locale, { ...DAY, timeZone: 'UTC' }), utc: null };
  }
  const time = { hour: 'numeric', minute: '2-digit' } as const;
  const utc = `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  if (zone === undefined) return { words: date.toLocaleString(locale, { ...DAY, ...time }), utc };
  const local = { ...DAY, ...time, weekday: 'short', timeZone: zone, timeZoneName: 'short' } as const;
  return { words: date.toLocaleString(locale, local), utc };
}
