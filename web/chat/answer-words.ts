// The few words that say how an answer stands: waiting lines, token counts, cost. Pure, in one voice.
import type { Estimate } from '../../worker/usage-contract.ts';
import type { AnswerFacts } from './answer-facts.ts';

const THINKING_AFTER_MS = 1_000;
const SECONDS_AFTER_MS = 10_000;
const QUIET_AFTER_MS = 15_000;

/** What stands beside the caret, or null where the caret says enough. `silentMs` is the time since the last new text. */
export function waitingLine(options: { silentMs: number; hasText: boolean }): string | null {
  const { silentMs, hasText } = options;
  const seconds = Math.floor(silentMs / 1_000);
  if (silentMs >= QUIET_AFTER_MS) return `Still connected, no new text for ${seconds} s`;
  if (hasText || silentMs < THINKING_AFTER_MS) return null;
  return silentMs >= SECONDS_AFTER_MS ? `Thinking… ${seconds} s` : 'Thinking…';
}

/** What an answer used and cost, in one line; null where nothing is known. */
export function usageLine(facts: AnswerFacts, modelLabel: string | null): string | null {
  const { inputTokens, outputTokens, costMicros } = facts;
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

/** Micro-dollars as dollars, with as many digits as a small sum needs. */
export function formatCost(micros: number): string {
  const dollars = micros / 1_000_000;
  if (micros === 0) return '$0';
  if (dollars < 0.0001) return '< $0.0001';
  return `$${dollars.toFixed(dollars < 0.1 ? 4 : 2)}`;
}

/** What a message would take: its prompt at most, and its cost from a short answer to the longest. */
export function estimateLine({ promptTokens, costMicros }: Pick<Estimate, 'promptTokens' | 'costMicros'>): string {
  const { least, most } = costMicros;
  const range = least === most ? formatCost(most) : `${formatCost(least)} to ${formatCost(most)}`;
  return `Up to ${formatCount(promptTokens)} tokens in · ${range}`;
}

/** Seconds as a countdown: "42 s", "3 min 5 s". */
export function formatWait(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
