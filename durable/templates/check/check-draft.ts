// Looks up each fact of a draft in its source rows and lists the facts without a source. Checks nothing else: a sentence can
// be false although every name in it is known.
import type { Brief, DraftCheck, Finding } from '../../contracts/draft.ts';
import type { AmountMention } from './amount-mentions.ts';
import { digitsOf, isSamePhone } from './contact-mentions.ts';
import { type DateMention, isoDay, monthDay, weekdayOf } from './date-mentions.ts';
import { findMentions } from './find-mentions.ts';
import { foldWord } from './fold.ts';
import { type KnownFacts, type Moment, readKnown } from './known-facts.ts';
import { isCommon, type NameMention } from './name-mentions.ts';
import type { TimeMention } from './time-mentions.ts';

/** Limits the list when a draft is mostly invented. */
const MAX_FINDINGS = 60;
const MAX_MISSING = 100;
/** Kinds of rows whose `name` is a person's. */
const PEOPLE = ['Crew', 'Party'];

const NO_SOURCE = 'isn’t in any source';

/** @param asides text that counts as known besides the sources: the user and their org */
export function checkDraft(
  text: string,
  brief: Pick<Brief, 'sources' | 'fields' | 'words' | 'notes' | 'prompt'>,
  asides: readonly string[],
): DraftCheck {
  const plain = text.normalize('NFC');
  const rows = brief.sources.map(({ facts, kind }) => ({ facts, isPerson: PEOPLE.includes(kind) }));
  const filled = [...Object.values(brief.fields), ...brief.words.map(({ value }) => value)];
  const known = readKnown(rows, [...filled, ...brief.notes, ...asides]);
  const vocabulary = new Set((brief.prompt.match(/[\p{L}\p{M}'’-]+/gu) ?? []).map(foldWord));
  const found = findMentions(plain);
  const findings: (Finding & { readonly index: number })[] = [
    ...found.dates.flatMap((date) => judge('date', date, dateFault(date, known))),
    ...found.times.flatMap((time) => judge('time', time, timeFault(time, dayBefore(time, found.dates, plain), known))),
    ...found.money.flatMap((amount) => judge('amount', amount, amountFault(amount, known))),
    ...found.counts.flatMap((amount) => judge('amount', amount, countFault(amount, known))),
    ...found.phones.flatMap((phone) => judge('phone', phone, phoneFault(phone.text, known))),
    ...found.emails.flatMap((email) => judge('email', email, textFault(email.text, known))),
    ...found.records.flatMap((record) => judge('name', record, textFault(record.text, known))),
    ...found.names.flatMap((name) => judge('name', name, nameFault(name, known, vocabulary))),
  ];
  return {
    type: 'check',
    checked: Object.values(found).reduce((sum, { length }) => sum + length, 0),
    findings: once(findings.sort((a, b) => a.index - b.index)).slice(0, MAX_FINDINGS),
    missing: [...new Set([...plain.matchAll(/\[missing:\s*([^\]]*?)\s*\\?\]/gi)].map(([, what = '']) => what))].slice(
      0,
      MAX_MISSING,
    ),
  };
}

const judge = (
  kind: Finding['kind'],
  { text, index }: { readonly text: string; readonly index: number },
  reason: string | null,
) => (reason === null ? [] : [{ kind, text: text.trim(), reason, index }]);

/** The same text with the same fault is one finding, however often it occurs. */
function once(findings: readonly (Finding & { readonly index: number })[]): Finding[] {
  const seen = new Map<string, Finding>();
  for (const { kind, text, reason } of findings)
    seen.set(`${kind} ${foldWord(text)} ${reason}`, { kind, text, reason });
  return [...seen.values()];
}

function dateFault({ readings, weekday }: DateMention, known: KnownFacts): string | null {
  const knownDays = readings.flatMap((reading) => {
    const day = isoDay(reading);
    if (day !== null)
      return known.days.has(day) || (known.monthDays.has(monthDay(reading)) && !hasYear(reading, known)) ? [day] : [];
    return [...known.days].filter((one) => one.endsWith(`-${monthDay(reading)}`));
  });
  const isLoose = readings.some((reading) => known.monthDays.has(monthDay(reading)));
  if (knownDays.length === 0) return readings[0]?.year === null && isLoose ? null : NO_SOURCE;
  if (weekday === null || knownDays.some((day) => weekdayOf(day) === weekday)) return null;
  return 'is another day of the week';
}

/** Whether the sources give the year of that day. */
const hasYear = (reading: DateMention['readings'][number], known: KnownFacts): boolean =>
  [...known.days].some((day) => day.endsWith(`-${monthDay(reading)}`));

const DAY_MINUTES = 24 * 60;

/** @param days the day next to the time; empty if there is none */
function timeFault({ readings, offsets }: TimeMention, days: readonly string[], known: KnownFacts): string | null {
  if (offsets === null) {
    const here = known.moments.filter(({ minutes }) => readings.includes(minutes));
    if (readings.some((minutes) => known.looseTimes.has(minutes))) return null;
    if (here.length === 0) return NO_SOURCE;
    return days.length === 0 || here.some(({ day }) => days.includes(day)) ? null : 'is on another day';
  }
  const isAt = ({ utcMs }: Moment, offset: number): boolean => {
    const minutes = Math.floor(utcMs / 60_000) + offset;
    return readings.includes(((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES);
  };
  if (known.moments.some((moment) => offsets.some((offset) => isAt(moment, offset)))) return null;
  if (readings.some((minutes) => known.looseTimes.has(minutes))) return null;
  const isWall = known.moments.some(({ minutes }) => readings.includes(minutes));
  return isWall ? 'is not in that time zone' : NO_SOURCE;
}

/** The days that a time refers to: directly before it, with only a connecting word between them. */
function dayBefore(time: TimeMention, dates: readonly DateMention[], text: string): readonly string[] {
  const before = dates.findLast(({ index }) => index < time.index);
  if (!before) return [];
  const gap = text.slice(before.index + before.text.length, time.index);
  if (!/^(?:\s|,|T|at|@|um|à|from|ab|–|—|-|·|\|(?=[^|]*$))*$/u.test(gap) || gap.includes('\n')) return [];
  return before.readings.flatMap((reading) => isoDay(reading) ?? []);
}

function amountFault({ value, currencies }: AmountMention, known: KnownFacts): string | null {
  const with_ = known.numbers.get(value);
  if (!with_) return NO_SOURCE;
  const isSame = with_.size === 0 || currencies === null || currencies.some((code) => with_.has(code));
  return isSame ? null : 'is in another currency';
}

const countFault = ({ value, text }: AmountMention, known: KnownFacts): string | null =>
  known.numbers.has(value) || known.phones.some((phone) => phone.includes(digitsOf(text))) || hasText(text, known)
    ? null
    : NO_SOURCE;

const phoneFault = (text: string, known: KnownFacts): string | null =>
  known.phones.some((phone) => isSamePhone(phone, digitsOf(text))) || known.text.includes(digitsOf(text))
    ? null
    : NO_SOURCE;

const textFault = (text: string, known: KnownFacts): string | null => (hasText(text, known) ? null : NO_SOURCE);

const hasText = (text: string, known: KnownFacts): boolean => known.text.includes(foldWord(text));

function nameFault({ text, words }: NameMention, known: KnownFacts, vocabulary: ReadonlySet<string>): string | null {
  if (hasText(text, known)) return null;
  const isKnown = (word: string): boolean =>
    word.split('-').every((part) => known.words.has(part)) || known.words.has(word);
  const isOrdinary = (word: string): boolean => isCommon(word) || vocabulary.has(word);
  const unknown = words.filter((word) => !isKnown(word) && !isOrdinary(word));
  // The first word of a sentence is always capitalized.
  if (
    unknown.length === 1 &&
    unknown[0] === words[0] &&
    words.length > 1 &&
    /(?:ing|ly|ed|ion|ment)$/.test(words[0] ?? '')
  )
    return null;
  if (unknown.length > 0) return NO_SOURCE;
  return isMixed(words, known, isOrdinary) ? 'mixes two names from the sources' : null;
}

/** One person's first name with another person's last name. */
function isMixed(words: readonly string[], known: KnownFacts, isOrdinary: (word: string) => boolean): boolean {
  const [first = '', second = ''] = words;
  const names = known.people.get(first);
  if (words.length !== 2 || !names || isOrdinary(second)) return false;
  const isLastName = [...known.people.values()].flat().some((name) => name.endsWith(` ${second}`));
  return isLastName && !names.some((name) => name.includes(second));
}
