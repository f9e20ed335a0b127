// The title of a conversation, taken from its first message.
const MAX_TITLE_LENGTH = 50;
/** More than a title needs in any script: segmenting a whole long message would take milliseconds. */
const LOOKED_AT = 1_000;
/** The limit of lists and Postgres. Only characters with many combining marks come near it. */
const MAX_TITLE_UNITS = 255;

/**
 * Up to the first sign that ends a sentence in its script, closing quotes and brackets included. A full stop after a single
 * letter or a number, or before a small letter, belongs to an abbreviation or a list.
 */
const FIRST_SENTENCE =
  /^.*?(?:[!?…؟۔।]["'”’»)\]]*(?=\s|$)|(?<!(?:^|[\s(])(?:\p{L}|\p{N}+|[Vv]s|[Nn]o|[Ff]ig|[Rr]ev|[Aa]pprox|e\.g|i\.e))\.["'”’»)\]]*(?=$|\s+[^\s\p{Ll}])|[。！？][」』”’）]*)/u;

/** Hides or reorders text: bidi marks, zero-width characters. The joiners of emoji and scripts stay. */
const INVISIBLE = /(?![\u200c\u200d])\p{Cf}/gu;
const FENCE = /^\s*(?:```|~~~).*$/gm;
const LINE_MARKS = /^\s*(?:#{1,6}\s+|>\s*|[-*+•]\s+|\d{1,3}[.)]\s+)+/gm;
const LINK = /!?\[([^\]\n]*)\]\([^)\s]*\)/g;
/** Pairs only: one star may be a multiplication sign. */
const EMPHASIS = /(\*\*|__|~~|`)(?=\S)([^\n]*?\S)\1/g;

/**
 * The first sentence, if it has at most 50 characters as readers count them; otherwise as many whole words as fit and "…",
 * or one word, cut. Text without a visible character gives null.
 */
export function titleFrom(text: string): string | null {
  const line = text
    .slice(0, LOOKED_AT)
    .replace(INVISIBLE, '')
    .replace(FENCE, '')
    .replace(LINE_MARKS, '')
    .replace(LINK, '$1')
    .replace(EMPHASIS, '$2')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (line === '') return null;
  const title = shorten(FIRST_SENTENCE.exec(line)?.[0] ?? line);
  return title.slice(0, MAX_TITLE_UNITS).toWellFormed();
}

function shorten(sentence: string): string {
  const characters = Array.from(
    new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(sentence),
    (part) => part.segment,
  );
  if (characters.length <= MAX_TITLE_LENGTH) return sentence.replace(/(?<!\.)\.$/u, '');
  const room = characters.slice(0, MAX_TITLE_LENGTH - 1);
  const boundary = characters[MAX_TITLE_LENGTH - 1] === ' ' ? room.length : room.lastIndexOf(' ');
  return `${room
    .slice(0, boundary > 0 ? boundary : room.length)
    .join('')
    .trimEnd()}…`;
}
