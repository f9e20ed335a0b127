// Fields that several resources of the HTTP API share. Inputs are strict everywhere: an unknown key is refused, so that no
// client believes it had an effect.

import * as z from 'zod';
import { exactText } from '../../durable/input-text.ts';

/** Lowercase, because ids are compared as text. */
export const SessionId = z.uuid().toLowerCase().meta({
  description:
    'A session’s id: a UUID that the client may choose, of any version except 8. Version 8 is reserved for shared conversations.',
});

/** The server chooses the ids of messages. */
export const MessageId = z.uuid().toLowerCase();

/** A program or a design. Its id is stored. */
export const ScopeName = exactText()
  .trim()
  .min(1)
  .max(64)
  .meta({ description: 'An id, code or name. Returns 404 for anything you can’t see.' });

export const ModelId = exactText().trim().min(1).max(128);
/** From a previous page. */
export const Cursor = exactText().max(1024);

/** Words to search for, in the Unicode form in which text is stored. */
export const SearchWords = exactText().normalize('NFC').trim().min(1).max(200);

export const Timestamp = z.iso.datetime().meta({ description: 'ISO 8601, UTC' });
export const Day = z.iso.date().meta({ description: 'A day in UTC, as YYYY-MM-DD.' });
export const NextCursor = z
  .string()
  .nullable()
  .meta({ description: 'Send it back as `cursor` for the next page. Null on the last page.' });
