// What a client sends and its wire can't use. Protocols of others ask servers to ignore unknown keys, and their clients always
// send some. Nothing is dropped silently: the reply names all of it in `X-Ignored`. Attachments leave a note in the message.
import { visibleText } from '../../durable/tools/visible-text.ts';

/** Enough for a person to see what is missing. */
const MAX_NAMES = 24;
const MAX_NAME_CHARS = 64;

/** Whether a value says something. Clients send empty lists and objects for what they don't use. */
export function isFilled(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** The keys of an object, as names, that say something and are not among the used ones. */
export function unusedKeys(value: unknown, used: readonly string[], prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    used.includes(key) || !isFilled(member) ? [] : [`${prefix}${key}`],
  );
}

/** Names as they are stored and sent: a client chooses them, so they are short, few, and safe in a header. */
export const toNames = (names: readonly string[]): string[] =>
  [...new Set(names.map((name) => name.replaceAll(/[^\w.-]/g, '?').slice(0, MAX_NAME_CHARS)))].slice(0, MAX_NAMES);

export const ignoredHeader = (names: readonly string[] | undefined): Record<string, string> =>
  names?.length ? { 'X-Ignored': names.join(', ') } : {};

type Attachment = {
  /** Such as image or file. */
  readonly kind: string;
  readonly name?: unknown;
  readonly mediaType?: unknown;
};

const MAX_ATTACHMENT_NAME = 120;

/** The text that the model and the people of a conversation read in place of a file. */
export function attachmentNote({ kind, name, mediaType }: Attachment): string {
  const shown = (text: unknown): string[] =>
    typeof text === 'string' && text !== ''
      ? [visibleText(text.slice(0, MAX_ATTACHMENT_NAME)).replaceAll('\n', ' ')]
      : [];
  const what = [
    ...shown(kind),
    ...shown(name).map((text) => `“${text}”`),
    ...shown(mediaType).map((text) => `(${text})`),
  ];
  return `[Not read: ${what.join(' ')}. The assistant reads only text.]`;
}
