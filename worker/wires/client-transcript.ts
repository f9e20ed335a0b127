// The transcript that a client keeps and repeats with each request. The last message is the question, the rest is history.
// Two transcripts are the same if their texts are, however they are split into messages.
import { digestOf } from '../../durable/canonical-json.ts';
import type { EarlierMessage } from '../../durable/contracts/conversation.ts';
import { AppError } from '../../durable/errors.ts';

const MESSAGE_LIMIT_BYTES = 64 * 1024;
const MAX_INSTRUCTIONS_CHARS = 16 * 1024;

export type ClientTranscript = {
  /** User and assistant in turn, the user first. */
  readonly earlier: readonly EarlierMessage[];
  readonly text: string;
};

/** A message as wires have them. Only the text of user and assistant is used. */
type ClientMessage = { readonly role: string; readonly content?: string | null | undefined };

/** @throws AppError BAD_REQUEST if it does not end with text of the user, PAYLOAD_TOO_LARGE if that is too long. */
export function splitTranscript(messages: readonly ClientMessage[]): ClientTranscript {
  const turns = inTurns(wordsOf(messages));
  const last = turns.at(-1);
  // A transcript that ends with a function's result does not repeat the question before it.
  if (last?.role !== 'user' || FUNCTION_ROLES.includes(messages.at(-1)?.role ?? ''))
    throw new AppError('BAD_REQUEST', { detail: 'The last message must be the user’s and contain text.' });
  requireMessageSize(last.text);
  return { earlier: turns.slice(0, -1), text: last.text };
}

/** The limit on every wire. @throws AppError PAYLOAD_TOO_LARGE */
export function requireMessageSize(text: string): void {
  if (new TextEncoder().encode(text).byteLength > MESSAGE_LIMIT_BYTES)
    throw new AppError('PAYLOAD_TOO_LARGE', { detail: 'A message can have at most 64 kB of text.' });
}

/**
 * What the user's program adds to the turn. It counts as the user's wish: our rules come first.
 * @throws AppError PAYLOAD_TOO_LARGE
 */
export function instructionsIn(messages: readonly ClientMessage[], more?: string | null): string | null {
  const said = messages.flatMap(({ role, content }) =>
    (role === 'system' || role === 'developer') && content ? [content] : [],
  );
  const text = [...(more ? [more] : []), ...said].join('\n\n').trim();
  if (text.length > MAX_INSTRUCTIONS_CHARS)
    throw new AppError('PAYLOAD_TOO_LARGE', {
      detail: 'Instructions and system messages can have at most 16,384 characters in total.',
    });
  return text === '' ? null : text;
}

const FUNCTION_ROLES: readonly string[] = ['tool', 'function'];

export const wordsOf = (messages: readonly ClientMessage[]): EarlierMessage[] =>
  messages.flatMap(({ role, content }) =>
    (role === 'user' || role === 'assistant') && content ? [{ role, text: content }] : [],
  );

/** Identifies a transcript. Null if it has no answer yet. */
export async function digestOfTranscript(messages: readonly EarlierMessage[]): Promise<string | null> {
  const turns = inTurns(messages);
  return turns.length < 2 ? null : digestOf(turns.map(({ role, text }) => [role, text]));
}

/** Consecutive messages of one side are one turn. A greeting before the first question is dropped. */
function inTurns(messages: readonly EarlierMessage[]): readonly EarlierMessage[] {
  const turns: EarlierMessage[] = [];
  for (const message of messages) {
    const text = message.text.trim();
    const before = turns.at(-1);
    if (text === '' || (!before && message.role === 'assistant')) continue;
    if (before?.role === message.role) turns.splice(-1, 1, { role: message.role, text: `${before.text}\n\n${text}` });
    else turns.push({ role: message.role, text });
  }
  return turns;
}
