// The messages of a conversation as people see them: a question, then one answer, however many steps the model took.
import type { UIMessage } from '@tanstack/ai-client';
import { type AnswerLog, factsOf } from './answer-facts.ts';

export type Turn =
  | { readonly kind: 'question'; readonly key: string; readonly message: UIMessage }
  | {
      readonly kind: 'answer';
      readonly key: string;
      readonly runId: string | null;
      readonly steps: readonly UIMessage[];
    };

/** Steps of one run stand together. An answer that goes on after a decision is another run, and another answer. */
export function toTurns(messages: readonly UIMessage[], log: AnswerLog): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    if (message.role === 'user') {
      turns.push({ kind: 'question', key: message.id, message });
      continue;
    }
    if (!isShown(message)) continue;
    const runId = factsOf(message, log)?.runId ?? null;
    const last = turns.at(-1);
    if (last?.kind === 'answer' && (runId === null || last.runId === runId)) {
      turns[turns.length - 1] = { ...last, steps: [...last.steps, message] };
    } else {
      turns.push({ kind: 'answer', key: message.id, runId, steps: [message] });
    }
  }
  return turns;
}

/** System messages are never shown, nor an answer that has neither begun nor been stored. */
const isShown = (message: UIMessage): boolean =>
  message.role === 'assistant' &&
  (message.metadata !== undefined ||
    message.parts.some((part) => part.type === 'text' || part.type === 'thinking' || part.type === 'tool-call'));

/** The same turns as before keep their identity, so that only what changed is drawn again. */
export function keepTurns(before: readonly Turn[], now: readonly Turn[]): readonly Turn[] {
  // Earlier messages come in at the start and move all others by as many places.
  const first = now.findIndex((turn) => turn.key === before[0]?.key);
  const offset = first === -1 ? 0 : first;
  return now.map((turn, index) => {
    const old = before[index - offset];
    return old !== undefined && isSame(old, turn) ? old : turn;
  });
}

function isSame(old: Turn, turn: Turn): boolean {
  if (old.key !== turn.key) return false;
  if (old.kind === 'question') return turn.kind === 'question' && old.message === turn.message;
  return (
    turn.kind === 'answer' &&
    old.runId === turn.runId &&
    old.steps.length === turn.steps.length &&
    old.steps.every((step, at) => step === turn.steps[at])
  );
}
