// Finds days in a text, in the common formats. An ambiguous date has both readings.
import { blank, foldKeepingLength, foldWord } from './fold.ts';

const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'sv', 'da'];

/** Folded name → month, 1 to 12. */
const MONTHS: ReadonlyMap<string, number> = namesOf(12, 'month', (month) => Date.UTC(2026, month, 15), [['sept', 8]]);

/** Folded name → day of the week, Sunday 0. 2026-02-01 was a Sunday. */
const WEEKDAYS: ReadonlyMap<string, number> = namesOf(7, 'weekday', (day) => Date.UTC(2026, 1, 1 + day), [
  ['tues', 2],
  ['thur', 4],
  ['thurs', 4],
]);

/** Longest first, so that "march" is not read as "mar". */
const anyOf = (names: ReadonlyMap<string, number>): string =>
  [...names.keys()].sort((a, b) => b.length - a.length).join('|');

/** `year` is null if the text doesn't give it. */
export type Day = { readonly year: number | null; readonly month: number; readonly day: number };
export type DateMention = {
  readonly text: string;
  readonly index: number;
  readonly readings: readonly Day[];
  /** The day of the week next to the date, Sunday 0. */
  readonly weekday: number | null;
};

const WEEKDAY = `(?:\\b(?<weekday>${anyOf(WEEKDAYS)})\\.?,?\\s+(?:the\\s+|den\\s+|le\\s+|el\\s+)?)?`;
const MONTH = `(?<month>${anyOf(MONTHS)})\\b\\.?`;
const NTH = '(?:st|nd|rd|th)?';
const ORDINAL = '(?:st|nd|rd|th|er|º|\\.)?';
const YEAR = '(?:,?\\s+(?:de\\s+|del\\s+)?(?<year>(?:19|20|21)\\d{2})\\b)?';
const TO = '\\s*(?:–|—|-|to|bis|through|until|&|and)\\s*';

const FORMS: readonly RegExp[] = [
  // 2026-07-04, also before a T
  /(?<![\d-])(?<year>\d{4})[-/.](?<mm>\d{2})[-/.](?<dd>\d{2})(?!\d)/g,
  // 4/7/2026, 04.07.26
  /(?<![\d./-])(?<a>\d{1,2})(?<separator>[./-])(?<b>\d{1,2})\k<separator>(?<year>\d{4}|\d{2})(?![\d/-])/g,
  // Saturday, July 4–6, 2026
  new RegExp(
    `${WEEKDAY}\\b${MONTH}\\s+(?<day>\\d{1,2})${NTH}(?!\\d|:\\d)(?:${TO}(?<last>\\d{1,2})${NTH}(?![\\d:]|\\s*[ap]\\.?m))?${YEAR}`,
    'g',
  ),
  // Samstag, 4.–6. Juli 2026; the 4th of July
  new RegExp(
    `${WEEKDAY}(?<![\\d.,:-])(?<day>\\d{1,2})${ORDINAL}(?:${TO}(?<last>\\d{1,2})${ORDINAL})?\\s+(?:of\\s+|de\\s+)?${MONTH}${YEAR}`,
    'g',
  ),
];

/** English words that are also names of months: read as months only when capitalized. */
const WORDS_TOO = /^(?:may|march|mar|set|out|ago|lug|ott)$/;

/** @param text NFC */
export function findDates(text: string): DateMention[] {
  let rest = foldKeepingLength(text);
  const found: DateMention[] = [];
  for (const form of FORMS) {
    const mentions = [...rest.matchAll(form)].flatMap((match) => toMentions(text, match));
    found.push(...mentions);
    rest = blank(rest, mentions);
  }
  return found.sort((a, b) => a.index - b.index);
}

function toMentions(text: string, match: RegExpMatchArray): DateMention[] {
  const { weekday, month, day, last, year, mm, dd, a, b } = match.groups ?? {};
  const index = match.index ?? 0;
  const span = text.slice(index, index + match[0].length);
  if (month !== undefined && WORDS_TOO.test(month) && !isNameLike(span, month)) return [];
  const inYear = year === undefined ? null : Number(year.length === 2 ? `20${year}` : year);
  const mention = (readings: readonly Day[], onDay: string | undefined): DateMention[] => {
    const real = readings.filter(isReal);
    if (real.length === 0) return [];
    return [{ text: span, index, readings: real, weekday: onDay === undefined ? null : (WEEKDAYS.get(onDay) ?? null) }];
  };
  const at = (inMonth: number, on: string): Day => ({ year: inYear, month: inMonth, day: Number(on) });
  if (mm !== undefined && dd !== undefined) return mention([at(Number(mm), dd)], undefined);
  if (a !== undefined && b !== undefined) return mention([at(Number(a), b), at(Number(b), a)], undefined);
  const number = MONTHS.get(month ?? '');
  if (number === undefined || day === undefined) return [];
  return [
    ...mention([at(number, day)], weekday),
    ...(last === undefined ? [] : mention([at(number, last)], undefined)),
  ];
}

const isNameLike = (span: string, month: string): boolean => {
  const place = foldKeepingLength(span).indexOf(month);
  return /\p{Lu}/u.test(span.charAt(place));
};

function isReal({ year, month, day }: Day): boolean {
  // Without a year, a leap year, so that February 29 is valid.
  const date = new Date(Date.UTC(year ?? 2028, month - 1, day));
  return month >= 1 && month <= 12 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

const two = (number: number): string => String(number).padStart(2, '0');
export const monthDay = ({ month, day }: Day): string => `${two(month)}-${two(day)}`;
export const isoDay = (day: Day): string | null => (day.year === null ? null : `${day.year}-${monthDay(day)}`);
export const weekdayOf = (iso: string): number => new Date(`${iso}T00:00:00Z`).getUTCDay();

function namesOf(
  count: number,
  part: 'month' | 'weekday',
  at: (index: number) => number,
  more: readonly (readonly [string, number])[],
): Map<string, number> {
  const shift = part === 'month' ? 1 : 0;
  const names = new Map<string, number>(more.map(([name, index]) => [name, index + shift]));
  for (const language of LANGUAGES) {
    for (const length of ['long', 'short'] as const) {
      const format = new Intl.DateTimeFormat(language, { [part]: length, timeZone: 'UTC' });
      for (let index = 0; index < count; index += 1) {
        const name = foldWord(format.format(at(index))).replace(/\.$/, '');
        // A short name can mean different days in two languages: the first language wins.
        if (/^[a-z-]{3,}$/.test(name) && !names.has(name)) names.set(name, index + shift);
      }
    }
  }
  return names;
}
