// Allowances are of UTC months, named like `2026-11`.
import { z } from 'zod';

export const Month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/);

/** The month in which a time (Unix milliseconds) lies. */
export const monthOf = (now: number): string => new Date(now).toISOString().slice(0, 'yyyy-mm'.length);

/** The month `count` months after this one, or before it. */
export const monthAfter = (month: string, count: number): string => monthOf(startOf(month, count));

/** When the allowance of a month is followed by the next one's, in Unix milliseconds. */
export const renewalOf = (month: string): number => startOf(month, 1);

function startOf(month: string, monthsLater: number): number {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return Date.UTC(year, number - 1 + monthsLater, 1);
}
