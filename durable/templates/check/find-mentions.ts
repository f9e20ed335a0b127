// Finds everything in a text that can be looked up. Matches of one kind are removed before the next kind is searched, so
// that a date is not read as a phone number, or a phone number as an amount.
import { type AmountMention, findCounts, findMoney } from './amount-mentions.ts';
import { findEmails, findPhones, findRecordNumbers, findUrls, type Mention } from './contact-mentions.ts';
import { type DateMention, findDates } from './date-mentions.ts';
import { blank } from './fold.ts';
import { findNames, type NameMention } from './name-mentions.ts';
import { findTimes, type TimeMention } from './time-mentions.ts';

export type Mentions = {
  readonly emails: readonly Mention[];
  readonly records: readonly Mention[];
  readonly dates: readonly DateMention[];
  readonly times: readonly TimeMention[];
  readonly money: readonly AmountMention[];
  readonly phones: readonly Mention[];
  readonly counts: readonly AmountMention[];
  readonly names: readonly NameMention[];
};

/** @param text NFC */
export function findMentions(text: string): Mentions {
  let rest = text;
  const take = <M extends Mention>(found: readonly M[]): readonly M[] => {
    rest = blank(rest, found);
    return found;
  };
  const gaps = [...text.matchAll(/\[missing:[^\]]*\]/gi)].map(({ 0: gap, index }) => ({ text: gap, index }));
  take(gaps);
  const emails = take(findEmails(rest));
  take(findUrls(rest));
  const records = take(findRecordNumbers(rest));
  const dates = take(findDates(rest));
  const times = take(findTimes(rest));
  const money = take(findMoney(rest));
  const phones = take(findPhones(rest));
  const counts = take(findCounts(rest));
  return { emails, records, dates, times, money, phones, counts, names: findNames(rest) };
}
