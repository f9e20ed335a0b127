// Quotes database text for a prompt on a single line, so that it reads as data and can't end its own quotation.
import { visibleText } from '../tools/visible-text.ts';

/** Longer text would crowd out the rest of the prompt. */
const MAX_CHARS = 200;

export function quoted(text: string, maxChars = MAX_CHARS): string {
  return JSON.stringify(visibleText(text.length > maxChars ? `${text.slice(0, maxChars)}…` : text));
}
