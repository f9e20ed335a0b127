// Formats usage figures: tokens, cost, durations and row names. Pure.
import type { UsageFigures, UsageReport } from '../../../worker/api/usage/usage-schema.ts';
import type { UsageBy } from './usage-period.ts';

export type UsageRow = UsageReport['rows'][number];

export type Metric = {
  readonly id: 'tokens' | 'cost' | 'runs' | 'first-token';
  readonly label: string;
  readonly valueOf: (figures: UsageFigures) => number;
  readonly format: (value: number) => string;
};

export const formatCount = (value: number, locale?: string): string => value.toLocaleString(locale);

export const formatShortCount = (value: number, locale?: string): string =>
  value.toLocaleString(locale, { notation: 'compact', maximumFractionDigits: 1 });

/** Amounts below a dollar show fractions of a cent, because a single run often costs less than one. */
export function formatCost(micros: number, locale?: string): string {
  const dollars = micros / 1e6;
  const digits = dollars !== 0 && dollars < 1 ? 4 : 2;
  return dollars.toLocaleString(locale, {
    ...{ style: 'currency', currency: 'USD' },
    ...{ minimumFractionDigits: digits, maximumFractionDigits: digits },
  });
}

export const formatDuration = (ms: number, locale?: string): string =>
  ms < 1000
    ? `${Math.round(ms)} ms`
    : `${(ms / 1000).toLocaleString(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} s`;

export const METRICS: readonly Metric[] = [
  {
    id: 'tokens',
    label: 'Plan tokens',
    valueOf: ({ planTokens }) => planTokens,
    format: (value) => formatShortCount(value),
  },
  { id: 'cost', label: 'Cost', valueOf: ({ costMicros }) => costMicros, format: (value) => formatCost(value) },
  { id: 'runs', label: 'Runs', valueOf: ({ runs }) => runs, format: (value) => formatCount(value) },
  {
    ...{ id: 'first-token', label: 'First token' },
    valueOf: ({ firstTokenMs }) => firstTokenMs?.p50 ?? 0,
    format: (value) => (value === 0 ? '–' : formatDuration(value)),
  },
];

const UNNAMED: Readonly<Partial<Record<UsageBy, string>>> = {
  user: 'Unattributed',
  model: 'No model',
  template: 'No template',
};

/** The display name of a row, which depends on the grouping. */
export function rowName(row: Pick<UsageRow, 'key' | 'label'>, by: UsageBy, locale?: string): string {
  if (row.key === '') return UNNAMED[by] ?? '–';
  if (by === 'user') return row.label ?? 'Former member';
  const [year = 0, month = 1, day = 1] = row.key.split('-').map(Number);
  const at = new Date(Date.UTC(year, month - 1, day));
  if (by === 'day') return at.toLocaleDateString(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  if (by === 'month') return at.toLocaleDateString(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' });
  return row.key;
}

/** The part of the input that was read from the provider's cache, such as "64%". */
export function cachedShare(
  {
    inputTokens,
    cacheReadTokens,
    cacheWriteTokens,
  }: Pick<UsageFigures, 'inputTokens' | 'cacheReadTokens' | 'cacheWriteTokens'>,
  locale?: string,
): string {
  const all = inputTokens + cacheReadTokens + cacheWriteTokens;
  if (all === 0) return '–';
  return (cacheReadTokens / all).toLocaleString(locale, { style: 'percent', maximumFractionDigits: 0 });
}
