// Tells readers of a run, while it streams, what it has used and cost so far, and measures how long its first word took.
import { estimateTokens } from '../providers/estimate-tokens.ts';
import { costMicros, NO_USAGE, type Usage } from '../providers/models.ts';
import type { ProviderEvent } from '../providers/provider.ts';
import type { ConversationDeps, LiveTurn } from './deps.ts';

const EVERY_MS = 1_000;

/** To be called with each event of a step before it is written: what is said of it then goes out with its words. */
export function watchUsage(
  deps: Pick<ConversationDeps, 'log' | 'now'>,
  { run, step }: Pick<LiveTurn, 'run' | 'step'>,
  promptTokens: number,
): (event: ProviderEvent) => void {
  let known: Usage | null = null;
  let saidAt: number | null = null;

  return function observe(event) {
    if (event.type === 'usage') known = event.usage;
    if (!('delta' in event)) return;
    const now = deps.now();
    step.firstTokenMs ??= now - run.createdAt;
    saidAt ??= now;
    // Only with words: alone it would be a row of its own in the log.
    if (event.type === 'tool-call-args' || now - saidAt < EVERY_MS) return;
    saidAt = now;
    // Of the whole text: pieces by themselves would each be rounded up.
    const outputTokens = estimateTokens(step.writer.said());
    const usage = { ...(known ?? { ...NO_USAGE, inputTokens: promptTokens }), outputTokens, estimated: true };
    const value = {
      messageId: step.messageId,
      model: run.model,
      inputTokens: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
      outputTokens,
      costMicros: costMicros(run.pricing, usage),
    };
    deps.log.append(run.runId, { type: 'CUSTOM', name: 'usage', value });
  };
}
