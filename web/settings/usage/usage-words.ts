// Figures of use in words: tokens, money, times, and what each row is called. Pure.
import type { Usage, UsageFigures } from '../../../worker/usage-contract.ts';
import type { UsageBy } from './usage-period.ts';

export type UsageRow = Usage['rows'][number];

export type Metric = {
  readonly id: 'tokens' | 'cost' | 'runs' | 'first-token';
  readonly label: string;
  readonly valueOf: (figures: UsageFigures) => number;
  readonly words: (value: number) => string;
};

export const countWords = (value: number, locale?: string): string => value.toLocaleString(locale);

export const shortCount = (value: number, locale?: string): string =>
  value.toLocaleString(locale, { notation: 'compact', maximumFractionDigits: 1 });

/** Cents matter for small sums only. */
export function costWords(micros: number, locale?: string): string {
  const dollars = micros / 1e6;
  const digits = dollars !== 0 && dollars < 1 ? 4 : 2;
  return dollars.toLocaleString(locale, {
    ...{ style: 'currency', currency: 'USD' },
    ...{ minimumFractionDigits: digits, maximumFractionDigits: digits },
  });
}

export const msWords = (ms: number, locale?: string): string =>
  ms < 1000
    ? `${Math.round(ms)} ms`
    : `${(ms / 1000).toLocaleString(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} s`;

export const METRICS: readonly Metric[] = [
  { id: 'tokens', label: 'Tokens', valueOf: ({ totalTokens }) => totalTokens, words: (value) => shortCount(value) },
  { id: 'cost', label: 'Cost', valueOf: ({ costMicros }) => costMicros, words: (value) => costWords(value) },
  { id: 'runs', label: 'Runs', valueOf: ({ runs }) => runs, words: (value) => countWords(value) },
  {
    ...{ id: 'first-token', label: 'First token' },
    valueOf: ({ firstTokenMs }) => firstTokenMs?.p50 ?? 0,
    words: (value) => (value === 0 ? '–' : msWords(value)),
  },
];

const NOBODY: Readonly<Partial<Record<UsageBy, string>>> = {
  user: 'Nobody in particular',
  model: 'No model',
  template: 'Without a template',
};

/** What a row is called, by what it is a row of. */
export function nameOf(row: Pick<UsageRow, 'key' | 'label'>, by: UsageBy, locale?: string): string {
  if (row.key === '') return NOBODY[by] ?? '–';
  if (by === 'user') return row.label ?? 'Somebody who has left';
  const [year = 0, month = 1, day = 1] = row.key.split('-').map(Number);
  const at = new Date(Date.UTC(year, month - 1, day));
  if (by === 'day') return at.toLocaleDateString(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  if (by === 'month') return at.toLocaleDateString(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' });
  return row.key;
}
