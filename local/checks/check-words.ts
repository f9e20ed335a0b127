// Keeps text plain: finds archaic or unclear words, and British spellings, and names a replacement for each. Checks every
// text file and file names.
import type { TextFile } from './check-repository.ts';

type Rule = { readonly words: string; readonly instead: string };

/** `|` separates alternatives; a space also matches a line break inside a comment. */
const PLAIN_WORDS: readonly Rule[] = [
  { words: 'whoever|whomever|whosoever', instead: 'anyone who, users who' },
  { words: 'nobody', instead: 'no one' },
  { words: 'somebody', instead: 'someone' },
  { words: 'anew', instead: 'again' },
  { words: 'is told|are told|was told|were told|be told|been told|being told', instead: 'sees, gets, learns' },
  { words: 'tells of|told of', instead: 'reports, shows' },
  { words: 'stands(?! for\\b)|stood', instead: 'is, was' },
  { words: "one['’]s own|of one['’]s own", instead: 'your own, their own' },
  { words: 'of its own accord|of their own accord', instead: 'by itself, automatically' },
  { words: 'goes on', instead: 'continues' },
  { words: 'holds for', instead: 'applies to' },
  { words: 'how one', instead: 'how to' },
  { words: 'so many', instead: 'the number of, this many' },
  { words: 'of now', instead: 'current' },
  { words: 'mend|mends|mended|mending', instead: 'fix' },
  { words: 'said so', instead: 'say what it said' },
  { words: 'is had|are had', instead: 'has' },
  { words: 'has its end|have their end', instead: 'ends' },
  { words: 'by the way', instead: 'leave it out' },
  { words: 'hitherto|whereof|thereof|thither|henceforth|lest', instead: 'so far, of which, so that … not' },
];

/** Matched anywhere, inside names too. */
const AMERICAN_SPELLINGS: readonly Rule[] = [
  { words: 'organis(?:e|ation|ing)', instead: 'organiz…' },
  {
    words:
      '(?:serial|recogn|author|normal|initial|summar|material|virtual|memor|minim|maxim|util|visual)is(?:e|ation|ing)',
    instead: '…iz…',
  },
  { words: 'colour', instead: 'color' },
  { words: 'behaviour', instead: 'behavior' },
  { words: 'neighbour', instead: 'neighbor' },
  { words: 'favour', instead: 'favor' },
  { words: 'labell(?:ed(?!by)|ing)', instead: 'label…' },
  { words: 'catalogue', instead: 'catalog' },
  { words: 'licence', instead: 'license' },
  // In quotes, or as a key, it is a value of AG-UI and of the database.
  { words: `(?<!['"\`])cancell(?:ed|ing)(?!['"\`:])`, instead: 'cancel…' },
  // A label is text for people.
  { words: `(?<=(?:label|title|cancelled): ['"\`])cancelled`, instead: 'canceled' },
];

const RULES = [
  ...PLAIN_WORDS.map(({ words, instead }) => ({ pattern: plainPattern(words), instead })),
  ...AMERICAN_SPELLINGS.map(({ words, instead }) => ({
    pattern: new RegExp(`[a-z]*(?:${words})[a-z]*`, 'gi'),
    instead,
  })),
];

/** Files that aren't checked. */
const UNCHECKED: readonly { readonly path: RegExp; readonly why: string }[] = [
  { path: /^(LICENSE|package-lock\.json|worker-configuration\.d\.ts)$/, why: 'written by others' },
  { path: /^docs\/tests-by-requirement\.md$/, why: 'quotes test titles, which are checked in their own files' },
  { path: /^local\/checks\/check-words(\.test)?\.ts$/, why: 'the list itself' },
];

/** Words that these files need. */
const ALLOWED: readonly { readonly path: RegExp; readonly words: RegExp; readonly why: string }[] = [
  {
    path: /^(durable\/providers|worker\/api|web\/settings\/providers)\//,
    words: /^organisation$/,
    why: 'the published value of `origins` in the settings API',
  },
  {
    path: /^local\/demo-data\/production\/projects\.ts$|^local\/demo-model\/questions\.postgres\.test\.ts$/,
    words: /^cancelled$/i,
    why: 'a state in the database, without quotes in demo tables and answers',
  },
  {
    path: /^durable\/templates\/check\/common-words\.ts$/,
    words: /^(cancelled|licence|organisation)$/,
    why: 'words that users may write in drafts',
  },
  {
    path: /^local\/demo-model\/words\.ts$/,
    words: /^summarise$/,
    why: 'a word that users may write to the demo model',
  },
  { path: /^local\/postgres\/postgres\.ts$/, words: /^nobody$/, why: 'the Unix user' },
];

export type Word = { readonly path: string; readonly line: number; readonly word: string; readonly instead: string };

/** One line for each word; empty if there is none. */
export function findWordProblems(files: readonly TextFile[]): string[] {
  return findWords(files).map(({ path, line, word, instead }) => `${path}:${line}: ${word} → ${instead}`);
}

/** A word in a file's name is reported on line 0. */
export function findWords(files: readonly TextFile[]): Word[] {
  return files.flatMap(({ path, text }) => [
    ...search(path, path, () => 0),
    ...search(path, text, (index) => text.slice(0, index).split('\n').length),
  ]);
}

function search(path: string, text: string, lineAt: (index: number) => number): Word[] {
  if (UNCHECKED.some((unchecked) => unchecked.path.test(path))) return [];
  return RULES.flatMap(({ pattern, instead }) =>
    [...text.matchAll(pattern)]
      .filter(([word]) => !ALLOWED.some((allowed) => allowed.path.test(path) && allowed.words.test(word)))
      .map(({ 0: word, index }) => ({ path, line: lineAt(index), word: word.replaceAll(/\s+\W*/g, ' '), instead })),
  );
}

/** A whole word, or a part of a name in camelCase, kebab-case or snake_case. */
function plainPattern(words: string): RegExp {
  const parts = words.split('|').map((word) => {
    const [first = '', ...rest] = word.replaceAll(' ', String.raw`(?:[ _-]|\s+(?:(?://|--|\*|>)\s*)?)`);
    return `(?:(?<![A-Za-z])${first}|${first.toUpperCase()})${rest.join('')}`;
  });
  return new RegExp(`(?:${parts.join('|')})(?![a-z])`, 'g');
}
