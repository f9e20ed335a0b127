// Groups messages into turns as people see them: a question, then one answer, however many steps the model took. Pure.
import type { UIMessage } from '@tanstack/ai-client';
import { type AnswerLog, type AnswerMetadata, metadataOf } from '../answer/answer-metadata.ts';

export type Turn =
  | { readonly kind: 'question'; readonly key: string; readonly message: UIMessage }
  | {
      readonly kind: 'answer';
      readonly key: string;
      readonly runId: string | null;
      readonly steps: readonly UIMessage[];
    };

/** All steps of a run form one answer. After an approval a new run continues, which is another answer. */
export function toTurns(messages: readonly UIMessage[], log: AnswerLog): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    if (message.role === 'user') {
      turns.push({ kind: 'question', key: message.id, message });
      continue;
    }
    if (!isShown(message, log)) continue;
    const runId = metadataOf(message, log)?.runId ?? null;
    const last = turns.at(-1);
    if (last?.kind === 'answer' && (runId === null || last.runId === runId)) {
      turns[turns.length - 1] = { ...last, steps: [...last.steps, message] };
    } else {
      turns.push({ kind: 'answer', key: message.id, runId, steps: [message] });
    }
  }
  return turns;
}

/**
 * System messages are hidden, and so are answers that are neither stored nor have any content. An answer that ended without
 * any content is shown for how it ended.
 */
const isShown = (message: UIMessage, log: AnswerLog): boolean =>
  message.role === 'assistant' &&
  (message.metadata !== undefined ||
    message.parts.some((part) => part.type === 'text' || part.type === 'thinking' || part.type === 'tool-call') ||
    hasFailed(log.byMessage[message.id]));

const hasFailed = (metadata: AnswerMetadata | undefined): boolean =>
  metadata !== undefined && metadata.status !== 'streaming' && metadata.status !== 'complete';

/** Unchanged turns keep their identity, so that only changed ones render again. */
export function keepTurns(before: readonly Turn[], now: readonly Turn[]): readonly Turn[] {
  // Earlier messages are added at the start and shift all others.
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
