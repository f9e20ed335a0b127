// Text as tools of every pack take it: what Postgres can store, and what stands on one line of a list or a button.
import { z } from 'zod';

/** Neither NUL nor half a surrogate pair. */
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');
const isLine = (text: string): boolean => isStorable(text) && !/\p{Cc}|[\u2028\u2029]/u.test(text);

export const line = (max: number) =>
  z.string().trim().min(1).max(max).refine(isLine, { error: 'must be one line of text without control characters' });

export const prose = (max: number) =>
  z.string().trim().min(1).max(max).refine(isStorable, { error: 'must be text without NUL characters' });
