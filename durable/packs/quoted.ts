// Text from the database in a prompt: quoted on one line, so that it reads as data and ends nothing but itself.
import { visibleText } from '../tools/visible-text.ts';

/** No name is that long; a text that is would crowd out the rest of the prompt. */
const MAX_CHARS = 200;

export function quoted(text: string): string {
  return JSON.stringify(visibleText(text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text));
}
