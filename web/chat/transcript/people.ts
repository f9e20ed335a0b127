// The people in a conversation, as the server names them in message metadata and watch events.
import type { UIMessage } from '@tanstack/ai-client';
import type { WatchFact } from '../../../worker/api/chat/chat-schema.ts';
import { asRecord, asText } from '../../unknown-value.ts';

export type Person = Extract<WatchFact, { type: 'people' }>['people'][number];

export function parseAuthor(value: unknown): Person | null {
  const fields = asRecord(value);
  const [id, name] = [asText(fields['id']), asText(fields['name'])];
  return id === null || name === null ? null : { id, name };
}

/** The author of a message, if it is someone else. A message just sent from this page has no author yet. */
export function otherAuthor(message: UIMessage, meId: string | undefined): Person | null {
  const author = parseAuthor(asRecord(asRecord(message.metadata)['groundwire'])['author']);
  return author === null || author.id === meId ? null : author;
}
