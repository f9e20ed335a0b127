// The title of a conversation, taken from its first message.
const MAX_TITLE_LENGTH = 50;
/** More than a title can need, whatever the script: segmenting a long message whole would cost milliseconds. */
const LOOKED_AT = 1_000;
/** What lists and Postgres take. Only characters of many combining marks come near it. */
const MAX_TITLE_UNITS = 255;

/** Up to the first sign that ends a sentence in its script, closing quotes and brackets included. */
const FIRST_SENTENCE = /^.*?(?:[.!?…؟۔।]["'”’»)\]]*(?=\s|$)|[。！？][」』”’）]*)/u;

/**
 * The first sentence, where it fits in 50 characters as readers count them; else as many whole words as fit
 * and "…", or the cut word where there is but one. Text without a visible character gives null.
 */
export function titleFrom(text: string): string | null {
  const line = text
    .slice(0, LOOKED_AT)
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
