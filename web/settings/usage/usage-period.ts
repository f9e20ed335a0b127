// The period and grouping of the usage page, read from the URL. Days are in UTC, as on the server. Pure.
import type { UsageReport } from '../../../worker/api/usage/usage-schema.ts';

export type UsageBy = UsageReport['by'];
export const BY: readonly { readonly value: UsageBy; readonly label: string }[] = [
  { value: 'day', label: 'Day' },
  { value: 'month', label: 'Month' },
  { value: 'user', label: 'Person' },
  { value: 'model', label: 'Model' },
  { value: 'template', label: 'Template' },
];

export const PRESETS = [
  { value: 'month', label: 'This month' },
  { value: 'last-month', label: 'Last month' },
  { value: '30-days', label: 'Last 30 days' },
  { value: 'year', label: 'Last 12 months' },
  { value: 'custom', label: 'Custom range' },
] as const;
export type Preset = (typeof PRESETS)[number]['value'];

export type UsageQuestion = {
  readonly preset: Preset;
  readonly from: string;
  readonly to: string;
  readonly by: UsageBy;
};

const DAY_MS = 86_400_000;
/** The server's limit per request. */
const MAX_DAYS = 400;

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export function readQuestion(search: URLSearchParams, now: number): UsageQuestion {
  const by = BY.find(({ value }) => value === search.get('by'))?.value ?? 'day';
  const preset = PRESETS.find(({ value }) => value === search.get('period'))?.value ?? 'month';
  return { preset, by, ...daysOf(preset, search, now) };
}

function daysOf(preset: Preset, search: URLSearchParams, now: number): { from: string; to: string } {
  const date = new Date(now);
  const firstOf = (monthsBack: number) => dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - monthsBack, 1));
  const today = dayOf(now);
  switch (preset) {
    case 'month':
      return { from: firstOf(0), to: today };
    case 'last-month':
      return { from: firstOf(1), to: dayOf(Date.parse(firstOf(0)) - DAY_MS) };
    case '30-days':
      return { from: dayOf(now - 29 * DAY_MS), to: today };
    case 'year':
      return { from: firstOf(11), to: today };
    case 'custom': {
      const [from, to] = [search.get('from') ?? '', search.get('to') ?? ''];
      return { from: isDay(from) ? from : firstOf(0), to: isDay(to) ? to : today };
    }
  }
}

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

/** The error to show at the dates; null if they are valid. */
export function periodError({ from, to }: Pick<UsageQuestion, 'from' | 'to'>): string | null {
  if (from > to) return 'Choose an end date on or after the start date.';
  if ((Date.parse(to) - Date.parse(from)) / DAY_MS >= MAX_DAYS) return `Choose at most ${MAX_DAYS} days.`;
  return null;
}

/** Every day or month of the period, so charts include those without usage. */
export function keysBetween({ from, to, by }: Pick<UsageQuestion, 'from' | 'to' | 'by'>): string[] | null {
  if (by === 'day') {
    const days = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
    return Array.from({ length: Math.max(0, days) }, (_, at) => dayOf(Date.parse(from) + at * DAY_MS));
  }
  if (by !== 'month') return null;
  const [year = 0, month = 0] = from.split('-').map(Number);
  const keys: string[] = [];
  for (let at = 0; ; at += 1) {
    const key = dayOf(Date.UTC(year, month - 1 + at, 1)).slice(0, 7);
    if (key > to.slice(0, 7)) return keys;
    keys.push(key);
  }
}
