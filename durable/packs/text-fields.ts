// Text inputs of tools in any pack: text that Postgres can store, in one Unicode form
// so that searches find it however it was typed, and on one line where required.
import { exactText } from '../input-text.ts';

const isLine = (text: string): boolean => !/\p{Cc}|[\u2028\u2029]/u.test(text);

export const line = (max: number) =>
  exactText()
    .normalize('NFC')
    .trim()
    .min(1)
    .max(max)
    .refine(isLine, { error: 'must be one line of text without control characters' });

export const prose = (max: number) => exactText().normalize('NFC').trim().min(1).max(max);
