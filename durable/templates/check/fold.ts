// Folds case and diacritics, so that "Núñez" is found as "Nunez".

const LETTERS: Readonly<Record<string, string>> = {
  ß: 's',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 't',
  æ: 'a',
  œ: 'o',
  ı: 'i',
};

/** Keeps the length of the text, so that indexes are valid in both. Expects NFC. */
export function foldKeepingLength(text: string): string {
  let folded = '';
  for (const unit of text.split('')) {
    const lower = unit.toLowerCase();
    const base = (LETTERS[lower] ?? lower).normalize('NFD').charAt(0);
    folded += base === '' ? unit : base;
  }
  return folded;
}

const WHOLE: readonly (readonly [RegExp, string])[] = [
  [/ß/g, 'ss'],
  [/æ/g, 'ae'],
  [/œ/g, 'oe'],
  [/ø/g, 'o'],
  [/ł/g, 'l'],
  [/[đð]/g, 'd'],
  [/þ/g, 'th'],
  [/[’ʼ‘]/g, "'"],
];

/** A word's comparison key: "Großmann" and "Grossmann" are the same. */
export function foldWord(word: string): string {
  const lower = WHOLE.reduce((text, [from, to]) => text.replace(from, to), word.toLowerCase());
  return lower.normalize('NFD').replace(/\p{M}/gu, '');
}

/** Further spellings of a German word: "Müller" is also written "Mueller". */
export function spellingsOf(word: string): string[] {
  const lower = word.toLowerCase().normalize('NFC');
  const expanded = lower.replace(/ä/g, 'ae').replace(/ö/g, 'oe').replace(/ü/g, 'ue');
  return [...new Set([foldWord(word), foldWord(expanded)])];
}

/** Blanks matches out of a text without moving the rest. */
export function blank(text: string, found: readonly { readonly index: number; readonly text: string }[]): string {
  const kept: string[] = [];
  let end = 0;
  for (const { index, text: span } of [...found].sort((a, b) => a.index - b.index)) {
    // Two mentions can share a place, like the days of a range.
    kept.push(
      text.slice(end, Math.max(index, end)),
      ' '.repeat(Math.max(index + span.length - Math.max(index, end), 0)),
    );
    end = Math.max(end, index + span.length);
  }
  return kept.join('') + text.slice(end);
}
