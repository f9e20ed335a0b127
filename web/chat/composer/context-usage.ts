// How much of the model's context the last answer filled, and what the loaded messages cost. Pure.
import type { UIMessage } from '@tanstack/ai-client';
import { type AnswerLog, metadataOf } from '../answer/answer-metadata.ts';
import { formatCost, formatCount } from '../format.ts';

export type ContextUsage = {
  /** Tokens in the context of the next message; null before the first answer. */
  readonly contextTokens: number | null;
  readonly costMicros: number | null;
  /** Earlier messages are not loaded, so the cost is incomplete. */
  readonly isPartial: boolean;
};

/** `summaryMicros`: what summaries of earlier messages cost, which is part of no message. */
export function contextUsage(
  messages: readonly UIMessage[],
  log: AnswerLog,
  { hasOlder, summaryMicros }: { readonly hasOlder: boolean; readonly summaryMicros: number },
): ContextUsage {
  let contextTokens: number | null = null;
  let costMicros: number | null = null;
  for (const message of messages) {
    if (message.role !== 'assistant') continue;
    const metadata = metadataOf(message, log);
    if (metadata?.inputTokens != null && metadata.outputTokens != null)
      contextTokens = metadata.inputTokens + metadata.outputTokens;
    if (metadata?.costMicros != null) costMicros = (costMicros ?? 0) + metadata.costMicros;
  }
  if (costMicros !== null) costMicros += summaryMicros;
  return { contextTokens, costMicros, isPartial: hasOlder };
}

/** From 0 to 1. */
export const usedFraction = (used: number, size: number): number => (size <= 0 ? 0 : Math.min(1, used / size));

export function contextText(used: number, size: number): string {
  const percent = Math.round(usedFraction(used, size) * 100);
  return `${formatCount(used)} of ${formatCount(size)} tokens (${percent === 0 && used > 0 ? 'under 1' : percent}%)`;
}

export function costText({ costMicros, isPartial }: ContextUsage): string {
  if (costMicros === null) return 'Unknown';
  return isPartial ? `${formatCost(costMicros)} (loaded messages only)` : formatCost(costMicros);
}
