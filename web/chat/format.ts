// Text for waiting times, token counts and costs. Pure.
import type { Estimate } from '../../worker/api/usage/usage-schema.ts';
import type { AnswerMetadata } from './answer/answer-metadata.ts';

const THINKING_AFTER_MS = 1_000;
const SECONDS_AFTER_MS = 10_000;
const QUIET_AFTER_MS = 15_000;

/** The text beside the caret; null while the caret alone is enough. `silentMs` is the time since the last new text. */
export function waitingText(options: { silentMs: number; hasText: boolean }): string | null {
  const { silentMs, hasText } = options;
  const seconds = Math.floor(silentMs / 1_000);
  if (silentMs >= QUIET_AFTER_MS) return `Still connected, no new text for ${seconds} s`;
  if (hasText || silentMs < THINKING_AFTER_MS) return null;
  return silentMs >= SECONDS_AFTER_MS ? `Thinking… ${seconds} s` : 'Thinking…';
}

/** "Sonnet 4.6 · 6,851 in, 212 out · $0.0237"; null if nothing is known. */
export function usageText(metadata: AnswerMetadata, modelLabel: string | null): string | null {
  const { inputTokens, outputTokens, costMicros } = metadata;
  const parts = [
    modelLabel,
    inputTokens === null || outputTokens === null
      ? null
      : `${formatCount(inputTokens)} in, ${formatCount(outputTokens)} out`,
    costMicros === null ? null : formatCost(costMicros),
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(' · ');
}

export const formatCount = (count: number): string => count.toLocaleString('en-US');

/** Micro-dollars as dollars, with more digits for small amounts. */
export function formatCost(micros: number): string {
  const dollars = micros / 1_000_000;
  if (micros === 0) return '$0';
  if (dollars < 0.0001) return '< $0.0001';
  return `$${dollars.toFixed(dollars < 0.1 ? 4 : 2)}`;
}

/** The estimate for a message: the largest prompt, and the cost of a short to the longest answer. */
export function estimateText({ promptTokens, costMicros }: Pick<Estimate, 'promptTokens' | 'costMicros'>): string {
  const { least, most } = costMicros;
  const range = least === most ? formatCost(most) : `${formatCost(least)} to ${formatCost(most)}`;
  return `Up to ${formatCount(promptTokens)} input tokens · ${range}`;
}

/** Seconds as a countdown: "42 s", "3 min 5 s". */
export function formatWait(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
