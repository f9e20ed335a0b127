// What a conversation has used: how much of the model's context its last answer filled, and what all that is loaded of it
// cost. Pure.
import type { UIMessage } from '@tanstack/ai-client';
import { type AnswerLog, factsOf } from './answer-facts.ts';
import { formatCost, formatCount } from './answer-words.ts';

export type ConversationUse = {
  /** Tokens that the next message builds on; null before anything was answered. */
  readonly contextTokens: number | null;
  readonly costMicros: number | null;
  /** Earlier messages are not loaded, so the cost is of a part. */
  readonly isPartial: boolean;
};

export function conversationUse(messages: readonly UIMessage[], log: AnswerLog, hasOlder: boolean): ConversationUse {
  let contextTokens: number | null = null;
  let costMicros: number | null = null;
  for (const message of messages) {
    if (message.role !== 'assistant') continue;
    const facts = factsOf(message, log);
    if (facts?.inputTokens != null && facts.outputTokens != null)
      contextTokens = facts.inputTokens + facts.outputTokens;
    if (facts?.costMicros != null) costMicros = (costMicros ?? 0) + facts.costMicros;
  }
  return { contextTokens, costMicros, isPartial: hasOlder };
}

/** The part of the context that is filled, from 0 to 1. */
export const filledPart = (used: number, size: number): number => (size <= 0 ? 0 : Math.min(1, used / size));

export function contextLine(used: number, size: number): string {
  const percent = Math.round(filledPart(used, size) * 100);
  return `${formatCount(used)} of ${formatCount(size)} tokens (${percent === 0 && used > 0 ? 'under 1' : percent} %)`;
}

export function costLine({ costMicros, isPartial }: ConversationUse): string {
  if (costMicros === null) return 'Not known';
  return isPartial ? `${formatCost(costMicros)}, of the messages that are loaded` : formatCost(costMicros);
}
