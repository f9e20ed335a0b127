// The string types of everything that comes from outside: requests, tokens and models. Postgres stores neither NUL nor half a
// surrogate pair, so text either has none, or they are replaced on the way in. A test checks that every route and tool uses
// these types (docs/decisions/0062-text-from-outside-is-storable.md).
import * as z from 'zod';

const REPLACEMENT = '\uFFFD';

/** Whether Postgres can store the text. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** The text with U+FFFD in place of what Postgres can't store. */
export const toStorable = (text: string): string => text.toWellFormed().replaceAll('\0', REPLACEMENT);

/** For ids, names, search words and settings: a changed value would mean something else, so the request is refused. */
export const exactText = () =>
  z.string().refine(isStorable, { error: 'must not contain NUL characters or half a surrogate pair' });

/** For what people write, and for transcripts that clients repeat: a pasted half of an emoji must not lose the message. */
export const cleanedText = () => z.string().overwrite(toStorable);

/** The same value with storable keys and strings. @param value JSON of bounded depth */
export function toStorableJson(value: unknown): unknown {
  if (typeof value === 'string') return toStorable(value);
  if (Array.isArray(value)) return value.map(toStorableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [toStorable(key), toStorableJson(member)]));
}
