// The AG-UI events of the durable log, and the SSE frames in which they are stored and sent. Only types come from @ag-ui/core,
// so the bundle contains none of it.
import type { Event as AgUiEventObject, TokenUsage } from '@ag-ui/core';
import type { Usage } from '../../contracts/usage.ts';

type WithLiteralType<E> = E extends { type: infer T extends string } ? Omit<E, 'type'> & { type: `${T}` } : never;

/** Any AG-UI 1.0 event, its `type` as a plain string. */
export type AgUiEvent = WithLiteralType<AgUiEventObject>;

/** Events that end a run. Each run's log ends with exactly one. */
export const isTerminal = (event: AgUiEvent): boolean => event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR';

/** One server-sent event: id line, data line, blank line, LF only. */
export const frame = (runId: string, seq: number, event: AgUiEvent): string =>
  `id: ${runId}.${seq}\ndata: ${JSON.stringify(event)}\n\n`;

/** A comment that keeps proxies and clients from closing the connection. */
export const KEEP_ALIVE = ': keep-alive\n\n';

/** The sequence number in an SSE id of this run; null if it is another run's id, or no id at all. */
export function parseEventId(runId: string, id: string | null): number | null {
  if (!id?.startsWith(`${runId}.`)) return null;
  const digits = id.slice(runId.length + 1);
  return /^\d{1,15}$/.test(digits) ? Number(digits) : null;
}

/** The events of stored frames, in order. It only reads the output of `frame`. */
export function parseFrames(frames: string): AgUiEvent[] {
  return frames
    .split('\n\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text.slice(text.indexOf('\ndata: ') + 7)) as AgUiEvent);
}

/** In AG-UI, `inputTokens` includes what was read from and written to a cache. */
export function toTokenUsage(provider: string, model: string, usage: Usage): TokenUsage {
  return {
    provider,
    model,
    inputTokens: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
    outputTokens: usage.outputTokens,
    cachedInputTokens: usage.cacheReadTokens,
    cacheWriteInputTokens: usage.cacheWriteTokens,
    reasoningTokens: usage.reasoningTokens,
  };
}
