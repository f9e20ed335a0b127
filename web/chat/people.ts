// The people of a conversation, as the server names them beside what they said.
import type { UIMessage } from '@tanstack/ai-client';
import type { WatchFact } from '../../worker/watch-contract.ts';
import { asRecord, asText } from './unknown-value.ts';

export type Person = Extract<WatchFact, { type: 'people' }>['people'][number];

export function parseAuthor(value: unknown): Person | null {
  const fields = asRecord(value);
  const [id, name] = [asText(fields['id']), asText(fields['name'])];
  return id === null || name === null ? null : { id, name };
}

/** Who wrote a message, where it was somebody else; null for one's own, which this page may have sent itself. */
export function otherAuthor(message: UIMessage, meId: string | undefined): Person | null {
  const author = parseAuthor(asRecord(asRecord(message.metadata)['groundwire'])['author']);
  return author === null || author.id === meId ? null : author;
}
