// Where the model's part of the conversation begins, and what it reads instead of the messages before. Pure.
import type { UIMessage } from '@tanstack/ai-client';
import type { Message } from '../../../worker/api/messages/messages-schema.ts';
import { asRecord, asText } from '../../unknown-value.ts';

export type Earlier = {
  /** The first message that the model still reads. */
  readonly messageId: string;
  readonly hasSummary: boolean;
  /** Null if this page has not loaded it. */
  readonly text: string | null;
  /** Some messages are in no summary. */
  readonly isPartial: boolean;
  /** Micro-dollars of all summaries so far. */
  readonly costMicros: number;
};

/** As the live run reported it, or as stored. */
export function earlierIn(messages: readonly UIMessage[], live: Earlier | null): Earlier | null {
  if (live !== null) return live;
  const found = messages.findLast((message) => storedIn(message) !== null);
  const stored = found && storedIn(found);
  if (!stored) return null;
  const { summary, isPartial, costMicros } = stored;
  return { messageId: found.id, hasSummary: summary !== null, text: summary?.text ?? null, isPartial, costMicros };
}

const storedIn = ({ metadata }: UIMessage): Message['earlier'] =>
  (asRecord(asRecord(metadata)['groundwire'])['earlier'] as Message['earlier'] | undefined) ?? null;

type Compaction = { readonly summarizing: boolean; readonly earlier: Earlier | null };

/**
 * Applies the event `compaction`. The page has other ids for messages that it sent itself, so the boundary is found by the
 * number of questions after it.
 */
export function observeCompaction(
  state: Compaction & { readonly messages: readonly UIMessage[] },
  value: unknown,
): Compaction {
  const { status, earlier: now, costMicros } = asRecord(value);
  if (status !== 'ended') return { summarizing: status === 'started', earlier: state.earlier };
  const { messageId, questions, hasSummary, isPartial } = asRecord(now);
  const asked = state.messages.filter(({ role }) => role === 'user');
  const first = typeof questions === 'number' ? asked.at(-questions) : undefined;
  const id = state.messages.some((message) => message.id === messageId) ? asText(messageId) : (first?.id ?? null);
  if (id === null) return { summarizing: false, earlier: state.earlier };
  const cost = typeof costMicros === 'number' ? costMicros : 0;
  return {
    summarizing: false,
    earlier: {
      messageId: id,
      hasSummary: hasSummary === true,
      text: null,
      isPartial: isPartial === true,
      costMicros: (earlierIn(state.messages, state.earlier)?.costMicros ?? 0) + cost,
    },
  };
}
