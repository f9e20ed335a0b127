// Names of months and days of the week in the languages that drafts are written in, as the runtime's own data has them.
import { foldWord } from './fold.ts';

const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'sv', 'da'];

/** Folded name → month, 1 to 12. */
export const MONTHS: ReadonlyMap<string, number> = namesOf(12, 'month', (month) => Date.UTC(2026, month, 15), [
  ['sept', 8],
]);
/** Folded name → day of the week, Sunday 0. 2026-02-01 was a Sunday. */
export const WEEKDAYS: ReadonlyMap<string, number> = namesOf(7, 'weekday', (day) => Date.UTC(2026, 1, 1 + day), [
  ['tues', 2],
  ['thur', 4],
  ['thurs', 4],
]);

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
        // A short name of one language may be another day of another: the first language that has it keeps it.
        if (/^[a-z-]{3,}$/.test(name) && !names.has(name)) names.set(name, index + shift);
      }
    }
  }
  return names;
}

/** The longest first, so that "march" is not read as "mar". */
export const anyOf = (names: ReadonlyMap<string, number>): string =>
  [...names.keys()].sort((a, b) => b.length - a.length).join('|');
