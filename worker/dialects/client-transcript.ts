// The transcript that a client keeps itself and repeats with each request: its last message is what is asked, the rest is
// what was said before. Two transcripts are the same where their words are, however they are cut into messages.
import { digestOf } from '../../durable/canonical-json.ts';
import type { EarlierMessage } from '../../durable/conversation/requests.ts';
import { AppError } from '../../durable/errors.ts';
import { requireMessageSize } from './message-limit.ts';

export type ClientTranscript = {
  /** User and assistant in turn, the user first. */
  readonly earlier: readonly EarlierMessage[];
  readonly text: string;
};

/** A message as wires have them; only what user and assistant say is taken. */
type ClientMessage = { readonly role: string; readonly content?: string | null | undefined };

/** @throws AppError BAD_REQUEST where it does not end with words of the user, PAYLOAD_TOO_LARGE where with too many. */
export function splitTranscript(messages: readonly ClientMessage[]): ClientTranscript {
  const turns = inTurns(wordsOf(messages));
  const last = turns.at(-1);
  // A client that ends with what a function of its own answered asks for something else than the question before it.
  if (last?.role !== 'user' || FUNCTION_ROLES.includes(messages.at(-1)?.role ?? ''))
    throw new AppError('BAD_REQUEST', { detail: 'The last message must be the user’s, and hold text.' });
  requireMessageSize(last.text);
  return { earlier: turns.slice(0, -1), text: last.text };
}

const FUNCTION_ROLES: readonly string[] = ['tool', 'function'];

export const wordsOf = (messages: readonly ClientMessage[]): EarlierMessage[] =>
  messages.flatMap(({ role, content }) =>
    (role === 'user' || role === 'assistant') && content ? [{ role, text: content }] : [],
  );

/** What a transcript can be known by; null for one in which nobody has answered yet. */
export async function digestOfTranscript(messages: readonly EarlierMessage[]): Promise<string | null> {
  const turns = inTurns(messages);
  return turns.length < 2 ? null : digestOf(turns.map(({ role, text }) => [role, text]));
}

/** What follows directly from one side is one message; a greeting before the first question is nobody's answer. */
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
