// Indexes the facts of a draft's sources for lookup. Sources and drafts go through the same parsers, so a fact matches in
// any format.
import { digitsOf } from './contact-mentions.ts';
import { isoDay, monthDay } from './date-mentions.ts';
import { findMentions } from './find-mentions.ts';
import { foldWord, spellingsOf } from './fold.ts';

/** An instant with its local clock time. */
export type Moment = { readonly utcMs: number; readonly day: string; readonly minutes: number };

export type KnownFacts = {
  /** `2026-07-04`. */
  readonly days: ReadonlySet<string>;
  /** `07-04`, including days without a year. */
  readonly monthDays: ReadonlySet<string>;
  readonly moments: readonly Moment[];
  /** Minutes of the day that are given in text without a time zone. */
  readonly looseTimes: ReadonlySet<number>;
  /** Number → the currencies it appears with. */
  readonly numbers: ReadonlyMap<number, ReadonlySet<string>>;
  readonly phones: readonly string[];
  /** All text, folded, one value per line: for addresses, record numbers and whole names. */
  readonly text: string;
  readonly words: ReadonlySet<string>;
  /** First word of a person's name → their names, folded. */
  readonly people: ReadonlyMap<string, readonly string[]>;
};

/** Keys whose values are people. */
const IS_PERSON = /^(?:contactName|responsible|vendorContact)$/i;
const MOMENT = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

type Leaf = { readonly key: string; readonly value: string | number; readonly currency: string | null };

/**
 * @param rows the facts of the sources
 * @param asides further text that counts as known: the form's values, the user's name and org
 * @param isPerson whether the names of rows of this kind are people's
 */
export function readKnown(
  rows: readonly { readonly facts: unknown; readonly isPerson: boolean }[],
  asides: readonly string[],
): KnownFacts {
  const leaves = rows.flatMap(({ facts, isPerson }) =>
    leavesOf(facts, '', null).map((leaf) => ({ ...leaf, isPerson })),
  );
  const texts = [
    ...leaves.map(({ value }) => String(value).normalize('NFC')),
    ...asides.map((text) => text.normalize('NFC')),
  ];
  const days = new Set<string>();
  const monthDays = new Set<string>();
  const looseTimes = new Set<number>();
  const phones: string[] = [];
  const numbers = new Map<number, Set<string>>();
  const moments: Moment[] = [];
  const addNumber = (value: number, currencies: readonly string[]): void => {
    numbers.set(value, new Set([...(numbers.get(value) ?? []), ...currencies]));
  };
  for (const { value, currency } of leaves)
    if (typeof value === 'number') addNumber(value, currency === null ? [] : [currency]);
  for (const text of texts) {
    const found = findMentions(text);
    for (const { readings } of found.dates) {
      for (const reading of readings) {
        const day = isoDay(reading);
        if (day !== null) days.add(day);
        monthDays.add(monthDay(reading));
      }
    }
    const moment = toMoment(text);
    if (moment) moments.push(moment);
    else for (const { readings } of found.times) for (const minutes of readings) looseTimes.add(minutes);
    for (const { text: phone } of found.phones) phones.push(digitsOf(phone));
    for (const { value, currencies } of found.money) addNumber(value, currencies ?? []);
    for (const { value } of found.counts) addNumber(value, []);
    // A phone number can be stored as digits only.
    if (/^\+?\d{7,15}$/.test(text.trim())) phones.push(digitsOf(text));
  }
  return {
    days,
    monthDays,
    moments,
    looseTimes,
    numbers,
    phones,
    text: texts.map(foldWord).join('\n'),
    words: new Set(texts.flatMap((text) => (text.match(/[\p{L}\p{M}'’-]+/gu) ?? []).flatMap(wordForms))),
    people: peopleOf(leaves),
  };
}

/** "Jean-Luc" is known as a whole and by its parts; so is "O'Neil's". */
const wordForms = (word: string): string[] =>
  [word, word.replace(/['’]s$/u, ''), ...word.split(/[-'’]/)].filter((part) => part !== '').flatMap(spellingsOf);

function leavesOf(value: unknown, key: string, currency: string | null): Leaf[] {
  if (typeof value === 'string' || typeof value === 'number') return [{ key, value, currency }];
  if (Array.isArray(value)) return value.flatMap((member) => leavesOf(member, key, currency));
  if (typeof value !== 'object' || value === null) return [];
  const own = 'currency' in value && typeof value.currency === 'string' ? value.currency : currency;
  return Object.entries(value).flatMap(([name, member]) => leavesOf(member, name, own));
}

function toMoment(text: string): Moment | null {
  const match = MOMENT.exec(text);
  if (!match) return null;
  const [, day = '', hours, minutes] = match;
  return { utcMs: Date.parse(text), day, minutes: Number(hours) * 60 + Number(minutes) };
}

function peopleOf(leaves: readonly (Leaf & { readonly isPerson: boolean })[]): Map<string, string[]> {
  const people = new Map<string, string[]>();
  for (const { key, value, isPerson } of leaves) {
    if (typeof value !== 'string' || !(IS_PERSON.test(key) || (isPerson && key === 'name'))) continue;
    const name = foldWord(value);
    const [first = ''] = name.split(/\s+/);
    if (/\s/.test(name)) people.set(first, [...(people.get(first) ?? []), name]);
  }
  return people;
}
