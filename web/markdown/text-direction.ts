// Direction of text: which way a block runs, and quantities that have to read from left to right in it.
import type { Block, Inline } from './parse/nodes.ts';
import { plainText } from './parse/parse-inline.ts';

const RTL =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\p{Script=Samaritan}\p{Script=Mandaic}]/u;
const FIRST_LETTER = /\p{L}/u;

export const hasRtl = (text: string): boolean => RTL.test(text);

/** By the first letter, as `dir="auto"` decides. Null if there is none. */
export function directionOf(text: string): 'ltr' | 'rtl' | null {
  const letter = FIRST_LETTER.exec(text)?.[0];
  if (letter === undefined) return null;
  return RTL.test(letter) ? 'rtl' : 'ltr';
}

/**
 * The direction of a block that contains blocks. `dir="auto"` would ignore those, because they have a direction of
 * their own.
 */
export function blocksDirection(blocks: readonly Block<Inline[]>[]): 'ltr' | 'rtl' | null {
  for (const block of blocks) {
    const direction = blockDirection(block);
    if (direction !== null) return direction;
  }
  return null;
}

function blockDirection(block: Block<Inline[]>): 'ltr' | 'rtl' | null {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return directionOf(plainText(block.content));
    case 'list':
      return blocksDirection(block.items.flatMap((item) => item.children));
    case 'table':
      return directionOf([block.header, ...block.rows].flat().map(plainText).join(' '));
    case 'quote':
    case 'footnote':
      return blocksDirection(block.children);
    default:
      return null;
  }
}

/** A number with its sign, a range or product of numbers, and what follows it in Latin letters. */
const QUANTITY =
  /(?:[-+−±~≈<>≤≥]\s?)?\d+(?:[.,:/]\d+)*(?:\s?[-–—+*×x/]\s?\d+(?:[.,]\d+)*)*(?:[ \u00a0\u202f]?[%‰°A-Za-zµμΩ][\wµμΩ²³·/°%-]*)*/gu;

/** Splits text at its quantities. In text from right to left, "12 kg" would read "kg 12". */
export function splitQuantities(text: string): { readonly text: string; readonly isQuantity: boolean }[] {
  const pieces: { text: string; isQuantity: boolean }[] = [];
  let from = 0;
  for (const match of text.matchAll(QUANTITY)) {
    if (/^\d+$/.test(match[0]) || belongsToLatin(text, match.index)) continue;
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), isQuantity: false });
    pieces.push({ text: match[0], isQuantity: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), isQuantity: false });
  return pieces;
}

/** After letters from left to right, as in "M8 x 20 mm", a number runs on with them. */
function belongsToLatin(text: string, at: number): boolean {
  for (let before = at - 1; before >= 0; before--) {
    const char = text[before] ?? '';
    if (FIRST_LETTER.test(char)) return !RTL.test(char);
  }
  return false;
}
