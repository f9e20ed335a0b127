// Token allowances are per UTC month, named like `2026-11`.

/** The month of a time in Unix milliseconds. */
export const monthOf = (now: number): string => new Date(now).toISOString().slice(0, 'yyyy-mm'.length);

/** The month `count` months later, or earlier if negative. */
export const monthAfter = (month: string, count: number): string => monthOf(startOf(month, count));

/** When the next month's allowance starts, in Unix milliseconds. */
export const renewalOf = (month: string): number => startOf(month, 1);

function startOf(month: string, monthsLater: number): number {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return Date.UTC(year, number - 1 + monthsLater, 1);
}
