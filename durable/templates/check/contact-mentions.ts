// Finds email addresses, phone numbers and record numbers in a text. Record numbers are looked up exactly as written.
export type Mention = { readonly text: string; readonly index: number };

const EMAIL = /[\p{L}\d._%+'-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+/gu;
/** Digits in web addresses are not phone or record numbers. */
const URL = /\bhttps?:\/\/\S+/g;
const RECORD = /\b[A-Z]{2,8}-\d{3,8}\b/g;
/** Digits with common separators. The number of digits decides what it is. */
const PHONE = /(?<![\w.,$€£-])(?:\+\s?|00)?\(?\d(?:[\s()./‑–-]{0,3}\d){5,15}(?![\w%]|[.,]\d)/g;
const MIN_DIGITS = 7;
const MAX_DIGITS = 15;

const all = (text: string, form: RegExp): Mention[] =>
  [...text.matchAll(form)].map((match) => ({ text: match[0], index: match.index }));

export const findEmails = (text: string): Mention[] =>
  all(text, EMAIL).map(({ text: address, index }) => ({ text: address.replace(/[.'-]+$/, ''), index }));
export const findUrls = (text: string): Mention[] => all(text, URL);
export const findRecordNumbers = (text: string): Mention[] => all(text, RECORD);

export const digitsOf = (text: string): string => text.replace(/\D/g, '').replace(/^00/, '');

/** @param text with dates, times and amounts removed */
export const findPhones = (text: string): Mention[] =>
  all(text, PHONE).filter(({ text: number }) => {
    const digits = digitsOf(number);
    // Digits without separators could be any number, so they don't count.
    return digits.length >= MIN_DIGITS && digits.length <= MAX_DIGITS && /\D/.test(number.trim());
  });

/** Whether two spellings are the same number: with or without the country code or the trunk zero. */
export function isSamePhone(one: string, other: string): boolean {
  const [a, b] = [one, other].map((digits) => digits.replace(/^0+/, '')) as [string, string];
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  return short.length >= MIN_DIGITS && long.endsWith(short) && long.length - short.length <= 4;
}
