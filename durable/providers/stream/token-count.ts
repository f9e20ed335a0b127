// The counts in a provider's usage, as far as they can be read. A count only decides what is charged, so one that can't be read
// is missing and never ends an answer.
import * as z from 'zod';

const MOST = 1_000_000_000;

/** Whole tokens, rounded up; null if it isn't a count. Some servers send floats or text. */
export function toCount(value: unknown): number | null {
  const given = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof given !== 'number' || !Number.isFinite(given) || given < 0 || given > MOST) return null;
  return Math.ceil(given);
}

/** Any value; null instead of one that isn't a count. */
export const Count = z.unknown().optional().transform(toCount);

/** Details of a count. Anything else is as if there were none. */
export const counts = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape).nullish().catch(null);
