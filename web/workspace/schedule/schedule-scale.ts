// The columns of a schedule chart. Pure; days are `2026-11-14`, columns count from 1.

type Bar = {
  readonly start: string;
  readonly finish: string;
  readonly slack: { readonly from: string; readonly until: string } | null;
};

type Span = { readonly column: number; readonly span: number };
type Month = Span & { readonly year: number; readonly month: number };

export type Scale = {
  readonly columns: number;
  /** The Mondays in the chart. */
  readonly weeks: readonly { readonly day: string; readonly column: number }[];
  readonly months: readonly Month[];
  /** Null if today is too far from the schedule. */
  readonly today: number | null;
  spanOf(start: string, finish: string): Span;
};

const DAY_MS = 86_400_000;
/** How far today may be from the bars and still be shown. */
const NEAR_DAYS = 7;
/** About what a wide screen fits; longer schedules put several days in a column. */
const MAX_COLUMNS = 240;

/** @param bars at least one */
export function scaleOf(bars: readonly Bar[], today: string): Scale {
  const numbers = bars
    .flatMap(({ start, finish, slack }) => [start, finish, ...(slack ? [slack.from, slack.until] : [])])
    .map(dayNumber);
  const now = dayNumber(today);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const isNear = now >= low - NEAR_DAYS && now <= high + NEAR_DAYS;
  // A day of margin on both sides.
  const first = (isNear ? Math.min(low, now) : low) - 1;
  const last = (isNear ? Math.max(high, now) : high) + 1;
  const perColumn = Math.ceil((last - first + 1) / MAX_COLUMNS);
  const columnOf = (number: number): number => Math.floor((number - first) / perColumn) + 1;
  const columns = columnOf(last);
  return {
    columns,
    weeks: mondays(first, last).map((number) => ({ day: dayFromNumber(number), column: columnOf(number) })),
    months: monthsOf(first, last, columnOf),
    today: isNear ? columnOf(now) : null,
    spanOf: function spanOf(start, finish) {
      const column = columnOf(dayNumber(start));
      return { column, span: columnOf(dayNumber(finish)) - column + 1 };
    },
  };
}

/** The date in the user's time zone. */
export function localDay(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export const dayAfter = (day: string): string => dayFromNumber(dayNumber(day) + 1);
export const dayBefore = (day: string): string => dayFromNumber(dayNumber(day) - 1);

/** Groups rows, in the order in which groups first appear. */
export function groupsOf<R extends { readonly group: string }>(
  rows: readonly R[],
): readonly { readonly group: string; readonly rows: readonly R[] }[] {
  const groups = new Map<string, R[]>();
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  return [...groups].map(([group, own]) => ({ group, rows: own }));
}

/** Days since 1970-01-01, in UTC. */
const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / DAY_MS;
const dayFromNumber = (number: number): string => new Date(number * DAY_MS).toISOString().slice(0, 10);

/** Day 0 (1970-01-01) was a Thursday, so day 4 was a Monday. */
function mondays(first: number, last: number): number[] {
  const found: number[] = [];
  for (let number = first + ((((4 - first) % 7) + 7) % 7); number <= last; number += 7) found.push(number);
  return found;
}

function monthsOf(first: number, last: number, columnOf: (number: number) => number): Month[] {
  const months: Month[] = [];
  for (let number = first; number <= last; ) {
    const date = new Date(number * DAY_MS);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    const next = Math.min(Date.UTC(year, month + 1, 1) / DAY_MS, last + 1);
    const column = columnOf(number);
    months.push({ year, month, column, span: Math.max(1, columnOf(next - 1) - column + 1) });
    number = next;
  }
  return months;
}
