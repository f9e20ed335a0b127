// Finds likely names of people, companies and places: two or more capitalized words in a row, or one after a greeting or a
// title. Headings, labels and languages that capitalize nouns make this a guess, so it prefers to miss a name.
import { COMMON_WORDS, GERMAN_WORDS } from './common-words.ts';
import type { Mention } from './contact-mentions.ts';
import { foldWord } from './fold.ts';

export type NameMention = Mention & { readonly words: readonly string[] };

const WORD = "\\p{Lu}[\\p{L}\\p{M}'’.&-]*";
/** Lowercase words inside names. */
const PARTICLE = "(?:(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|los|las|bin|al|el|y|zu|zur|of|the)\\s|d['’])";
const RUN = new RegExp(`(?<![\\p{L}\\d@/])${WORD}(?: (?:${PARTICLE}){0,3}${WORD})+`, 'gu');
const GREETED = new RegExp(
  `(?:\\b(?:Hi|Hello|Hey|Dear|Hallo|Liebe|Lieber|Bonjour|Hola|Ciao|Attn:?|Mr|Mrs|Ms|Mx|Dr|Prof|Herr|Frau)\\b\\.?,? )(?<name>${WORD}(?: (?:${PARTICLE}){0,3}${WORD})*)`,
  'gu',
);

/** @param text with all other mentions removed */
export function findNames(text: string): NameMention[] {
  const plain = text.split('\n').map(withoutLabels).join('\n');
  const greeted = [...plain.matchAll(GREETED)].map((match) => {
    const name = match.groups?.['name'] ?? '';
    return { text: trimmed(name), index: match.index + match[0].length - name.length, words: wordsOf(name) };
  });
  const runs = isGerman(plain) ? [] : [...plain.matchAll(RUN)].map(({ 0: run, index }) => toMention(run, index));
  // The greeting is not part of the name.
  const apart = runs.filter((run) => !greeted.some(({ index }) => isInside(index, run)));
  const mentions = [...greeted, ...apart];
  return mentions.filter(({ words }) => words.length > 0).sort((a, b) => a.index - b.index);
}

const toMention = (run: string, index: number): NameMention => ({ text: trimmed(run), index, words: wordsOf(run) });

const isInside = (index: number, { index: from, text }: Mention): boolean =>
  index >= from && index < from + text.length;

const trimmed = (text: string): string => text.replace(/(?<=\p{L}{2})[.'’&-]+$/u, '');

/** Folded words that distinguish one name from another: no initials, acronyms or single letters. */
export const wordsOf = (text: string): string[] =>
  text
    .split(/[\s/]+/)
    .map((word) => word.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '').replace(/['’]s$/u, ''))
    .filter((word) => word.length > 1 && !/^\p{Lu}{2,5}$/u.test(word) && /^\p{Lu}|['’]\p{Lu}/u.test(word))
    .map(foldWord);

/** Keeps the length. Headings, bold labels and table headers name kinds of things, not things. */
function withoutLabels(line: string, at: number, lines: readonly string[]): string {
  const isHeading = /^\s*#{1,6}\s/.test(line);
  const isTableHead = /^\s*\|/.test(line) && /^\s*\|[\s:|-]+\|?\s*$/.test(lines[at + 1] ?? '');
  if (isHeading || isTableHead) return ' '.repeat(line.length);
  return line
    .replace(/\*\*([^*]{1,60}?):?\*\*:?(?=\s|$)/g, (label) =>
      /:\*\*|\*\*:$/.test(label) ? ' '.repeat(label.length) : label,
    )
    .replace(/\[missing:[^\]]*\]/gi, (gap) => ' '.repeat(gap.length))
    .replace(/[*_`|[\]()]/g, '\n');
}

function isGerman(text: string): boolean {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const german = words.filter((word) => GERMAN_WORDS.has(word)).length;
  return words.length > 0 && german / words.length > 0.08;
}

export const isCommon = (word: string): boolean =>
  COMMON_WORDS.has(word) ||
  // Plurals, and compounds of two common words.
  (word.endsWith('s') && COMMON_WORDS.has(word.slice(0, -1))) ||
  word.split('-').every((part) => part === '' || COMMON_WORDS.has(part));
