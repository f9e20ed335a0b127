// Text from the database in a prompt: quoted on one line, so that it reads as data and ends nothing but itself.
import { visibleText } from '../tools/visible-text.ts';

/** No name is that long; a text that is would crowd out the rest of the prompt. */
const MAX_CHARS = 200;

export function quoted(text: string, maxChars = MAX_CHARS): string {
  return JSON.stringify(visibleText(text.length > maxChars ? `${text.slice(0, maxChars)}…` : text));
}
