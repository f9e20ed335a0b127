// Where a summary ends and the turns that are still sent begin. The boundary moves rarely: each move changes the start of the
// prompt, which costs a request and the provider's cache. Pure.

/** History above this part of its limit is summarized. */
const CROWDED = 0.75;
/** What is left of it then, so that the next summary is many turns away. */
const KEPT = 0.4;
/** The last exchange is kept whole if no more than this is left with it. */
const KEPT_WITH_LAST = 0.6;

export const isCrowded = (tokens: number, maxTokens: number): boolean => tokens > maxTokens * CROWDED;

export type TurnSize = {
  readonly ordinal: number;
  readonly tokens: number;
  /** False for a turn that continues an earlier one after a decision. */
  readonly hasQuestion: boolean;
  /** One of its calls waits for a decision; the model will have to report its result. */
  readonly isWaiting: boolean;
};

/**
 * The last turn to summarize; null if nothing can be. What follows begins with a question and contains every turn that waits
 * for a decision.
 * @param turns oldest first; the last one is being answered and is always kept
 */
export function chooseBoundary(turns: readonly TurnSize[], maxTokens: number): number | null {
  const current = turns.length - 1;
  const waiting = turns.findIndex(({ isWaiting }) => isWaiting);
  const latest = waiting < 0 ? current : waiting;
  const starts = turns.flatMap(({ hasQuestion }, index) =>
    index > 0 && index <= latest && hasQuestion ? [index] : [],
  );
  const keptFrom = (start: number): number => turns.slice(start).reduce((sum, { tokens }) => sum + tokens, 0);
  const fitting = starts.find((start) => keptFrom(start) <= maxTokens * KEPT) ?? current;
  const lastExchange = starts.findLast((start) => start < current && keptFrom(start) <= maxTokens * KEPT_WITH_LAST);
  const start = fitting < current ? fitting : (lastExchange ?? current);
  return starts.includes(start) ? (turns[start - 1]?.ordinal ?? null) : null;
}
