// What the answer under way has used and cost so far. It changes each second, so it is not announced.
import { formatCost, formatCount } from './answer-words.ts';
import { useConversationState } from './conversation.tsx';

export function LiveUsage() {
  const running = useConversationState((state) => state.log.run?.running ?? null);
  if (running === null) return null;
  return (
    <p className="mt-2 text-meta text-muted tabular-nums" aria-hidden>
      About {formatCount(running.inputTokens)} in, {formatCount(running.outputTokens)} out ·{' '}
      {formatCost(running.costMicros)} so far
    </p>
  );
}
