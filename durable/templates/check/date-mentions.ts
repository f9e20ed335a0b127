// Days that a text names, in the forms in which people write them. A form that can be read as two days has both readings.
import { anyOf, MONTHS, WEEKDAYS } from './calendar-words.ts';
import { blank, foldKeepingLength } from './fold.ts';

/** `year` is null where the text leaves it open. */
export type Day = { readonly year: number | null; readonly month: number; readonly day: number };
export type DateMention = {
  readonly text: string;
  readonly index: number;
  readonly readings: readonly Day[];
  /** The day of the week that stands with it, Sunday 0. */
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

/** Words of English that are also names of months: taken for one only where they are written like a name. */
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
  // A leap year where none is named.
  const date = new Date(Date.UTC(year ?? 2028, month - 1, day));
  return month >= 1 && month <= 12 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

const two = (number: number): string => String(number).padStart(2, '0');
export const monthDay = ({ month, day }: Day): string => `${two(month)}-${two(day)}`;
export const isoDay = (day: Day): string | null => (day.year === null ? null : `${day.year}-${monthDay(day)}`);
export const weekdayOf = (iso: string): number => new Date(`${iso}T00:00:00Z`).getUTCDay();
