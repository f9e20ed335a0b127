// Finds amounts in a text: money in the common spellings, and numbers of four digits or more. Smaller numbers are often not
// facts, so they are ignored.
import { blank } from './fold.ts';

export type AmountMention = {
  readonly text: string;
  readonly index: number;
  readonly value: number;
  /** ISO codes that the sign can mean; null for a bare number. */
  readonly currencies: readonly string[] | null;
};

const SIGNS: Readonly<Record<string, readonly string[]>> = {
  $: ['USD', 'CAD', 'AUD', 'NZD', 'MXN', 'SGD', 'HKD'],
  '€': ['EUR'],
  '£': ['GBP'],
  '¥': ['JPY', 'CNY'],
  '₹': ['INR'],
};
const CODES = 'USD|EUR|GBP|CAD|AUD|NZD|CHF|JPY|CNY|INR|MXN|SEK|NOK|DKK|PLN|CZK|SGD|HKD|BRL|ZAR|AED';
const CURRENCY = `US\\$|C\\$|A\\$|[${Object.keys(SIGNS).join('')}]|\\b(?:${CODES})\\b`;
const NUMBER = "\\d{1,3}(?:[,.'’\\u00a0\\u202f ]\\d{3})+(?:[.,]\\d{1,2})?|\\d+(?:[.,]\\d{1,2})?";
const TIMES = '\\s?(?<times>k|m|million|mio|thousand|tsd)\\b\\.?';

const MONEY_BEFORE = new RegExp(`(?<sign>${CURRENCY})\\s?(?<number>${NUMBER})(?!\\d)(?:${TIMES})?`, 'giu');
const MONEY_BEHIND = new RegExp(`(?<![\\d.,])(?<number>${NUMBER})(?:${TIMES})?\\s?(?<sign>${CURRENCY})`, 'giu');
const BARE = /(?<![\w.,/#-])(?<number>\d{1,3}(?:[,.'’\u00a0\u202f ]\d{3})+|\d{4,9})(?![\w/-]|[.,]\d)/gu;

/** Finds money first, then bare numbers. @param text with dates, times and contacts removed */
export function findMoney(text: string): AmountMention[] {
  let rest = text;
  const found: AmountMention[] = [];
  for (const form of [MONEY_BEFORE, MONEY_BEHIND]) {
    const mentions = [...rest.matchAll(form)].map((match) => {
      const { sign = '', number = '', times } = match.groups ?? {};
      const value = parseNumber(number) * multiplierOf(times);
      return { text: match[0].trim(), index: match.index, value, currencies: currenciesOf(sign) };
    });
    found.push(...mentions);
    rest = blank(rest, mentions);
  }
  return found;
}

/** @param text with money removed too */
export function findCounts(text: string): AmountMention[] {
  return [...text.matchAll(BARE)].flatMap((match) => {
    const number = match.groups?.['number'] ?? '';
    // A plain number in this range is probably a year.
    if (/^(?:19|20|21)\d{2}$/.test(number)) return [];
    return [{ text: match[0], index: match.index, value: parseNumber(number), currencies: null }];
  });
}

const currenciesOf = (sign: string): readonly string[] =>
  SIGNS[sign] ?? { US$: ['USD'], C$: ['CAD'], A$: ['AUD'] }[sign.toUpperCase()] ?? [sign.toUpperCase()];

const multiplierOf = (times: string | undefined): number =>
  times === undefined ? 1 : /^(?:k|thousand|tsd)$/i.test(times) ? 1_000 : 1_000_000;

/** "12,500.50", "12.500,50", "12 500": the last separator is the decimal one if one or two digits follow it. */
export function parseNumber(text: string): number {
  const decimal = /[.,](\d{1,2})$/.exec(text);
  const whole = decimal ? text.slice(0, decimal.index) : text;
  return Number(`${whole.replace(/\D/g, '')}${decimal ? `.${decimal[1]}` : ''}`);
}
