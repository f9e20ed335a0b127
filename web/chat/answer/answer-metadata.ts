// What the page knows about each answer besides its text: how it ended, what it used and what it cost. Built from stream
// events, and from stored messages after a reload. Pure, so that every ending can be tested.
import type { UIMessage } from '@tanstack/ai-client';
import type { HydratedMessage } from '../../../worker/api/chat/chat-schema.ts';
import type { Message } from '../../../worker/api/messages/messages-schema.ts';
import { asRecord, asText } from '../../unknown-value.ts';

export type StoredEnding = NonNullable<Message['ending']>;

export type AnswerMetadata = {
  readonly runId: string;
  /** How it ended, once it has. */
  readonly status: 'streaming' | StoredEnding['kind'];
  /** Why it ended so: `user` for the user's own stop, what cut it, or an error code. Null if it is complete. */
  readonly cause: string | null;
  readonly model: string | null;
  /** The models of its steps in order, if there were several. */
  readonly models?: readonly string[];
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costMicros: number | null;
  readonly error: { readonly code: string; readonly detail: string } | null;
  readonly requestId: string | null;
};

export type LiveUsageFigures = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number;
};

/** The metadata of this page's live run and of each answer it has seen. */
export type AnswerLog = {
  readonly activeRun: {
    readonly id: string;
    readonly messageId: string | null;
    readonly requestId: string | null;
    readonly costMicros: number | null;
    readonly model: string | null;
    /** What the current step has used so far, as the server estimates. */
    readonly running: LiveUsageFigures | null;
  } | null;
  readonly byMessage: Readonly<Record<string, AnswerMetadata>>;
  /** The last run, unless it is complete. Its message may have nothing to show. */
  readonly failedRun: AnswerMetadata | null;
};

export const EMPTY_LOG: AnswerLog = { activeRun: null, byMessage: {}, failedRun: null };

/** An AG-UI event; fields are checked where they are read. */
export type StreamEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

export function observeEvent(log: AnswerLog, event: StreamEvent, requestId: string | null): AnswerLog {
  switch (event.type) {
    case 'RUN_STARTED':
      return {
        ...log,
        failedRun: null,
        activeRun: {
          id: asText(event['runId']) ?? '',
          messageId: null,
          requestId,
          costMicros: null,
          model: null,
          running: null,
        },
      };
    case 'TEXT_MESSAGE_START':
      return event['role'] === 'user' ? log : beginStep(log, asText(event['messageId']), requestId);
    case 'TOOL_CALL_START':
      return beginStep(log, asText(event['parentMessageId']), requestId);
    case 'CUSTOM':
      if (event['name'] === 'usage') return observeUsage(log, event['value']);
      return event['name'] === 'cost' ? observeCost(log, event['value']) : log;
    case 'RUN_FINISHED':
    case 'RUN_ERROR':
      return endRun(log, { ...readEnding(event), ...(hasUsage(log) ? null : readUsage(event['usage'])) });
    default:
      return log;
  }
}

type RunEnding = Pick<AnswerMetadata, 'status' | 'cause'> & Partial<Pick<AnswerMetadata, 'error' | 'requestId'>>;

/**
 * How a run ended, from its last event. The request id is that of the request that started the run, which may not be the one
 * that this page reads it with.
 */
export function readEnding(event: StreamEvent): RunEnding {
  const isError = event.type === 'RUN_ERROR';
  const code = asText(event['code']) ?? 'INTERNAL';
  const detail = asText(event['message']) ?? 'The answer ended early. Try again.';
  const ending = asRecord(asRecord(asRecord(event['metadata'])['groundwire'])['ending']);
  const kind = asText(ending['kind']) as StoredEnding['kind'] | null;
  const requestId = asText(ending['requestId']);
  return {
    ...(kind === null ? olderEnding(event) : { status: kind, cause: asText(ending['cause']) }),
    ...(isError && { error: { code, detail } }),
    ...(requestId !== null && { requestId }),
  };
}

/** The end of a run without a recorded ending. */
function olderEnding(event: StreamEvent): Pick<AnswerMetadata, 'status' | 'cause'> {
  if (event.type === 'RUN_ERROR') {
    const cause = asText(event['code']) ?? 'INTERNAL';
    return { status: cause === 'RUN_INTERRUPTED' ? 'interrupted' : 'failed', cause };
  }
  const isStopped = asRecord(event['outcome'])['type'] === 'cancelled';
  return isStopped ? { status: 'stopped', cause: 'user' } : { status: 'complete', cause: null };
}

/** This page lost the connection for good. The run itself may still be active. */
export const loseRun = (log: AnswerLog): AnswerLog => endRun(log, { status: 'interrupted', cause: null });

/** Metadata of one message: from the stream if this page saw it, otherwise as stored. */
export function metadataOf(message: UIMessage, log: AnswerLog): AnswerMetadata | null {
  return log.byMessage[message.id] ?? storedMetadata(message);
}

/** Metadata of an answer with several steps: usage and cost are summed, the status is that of the last step. */
export function turnMetadata(steps: readonly UIMessage[], log: AnswerLog): AnswerMetadata | null {
  const known = steps.map((step) => metadataOf(step, log)).filter((metadata) => metadata !== null);
  const last = known.at(-1);
  if (last === undefined) return null;
  const total = (key: 'inputTokens' | 'outputTokens' | 'costMicros'): number | null => {
    const counts = known.map((metadata) => metadata[key]).filter((count) => count !== null);
    return counts.length === 0 ? null : sum(counts);
  };
  const models = [...new Set(known.flatMap(({ model }) => model ?? []))];
  return {
    ...last,
    ...(models.length > 1 && { models }),
    inputTokens: total('inputTokens'),
    outputTokens: total('outputTokens'),
    costMicros: total('costMicros'),
  };
}

function storedMetadata(message: UIMessage): AnswerMetadata | null {
  const stored = asRecord(message.metadata)['groundwire'] as HydratedMessage['metadata']['groundwire'] | undefined;
  if (stored === undefined) return null;
  const usage = stored.usage;
  return {
    runId: stored.runId,
    status: stored.ending?.kind ?? stored.status,
    cause: stored.ending?.cause ?? null,
    model: stored.model,
    inputTokens: usage ? usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens : null,
    outputTokens: usage ? usage.outputTokens : null,
    costMicros: stored.costMicros,
    error: stored.error,
    requestId: stored.ending?.requestId ?? null,
  };
}

function newMetadata(runId: string, requestId: string | null): AnswerMetadata {
  return {
    runId,
    status: 'streaming',
    cause: null,
    model: null,
    inputTokens: null,
    outputTokens: null,
    costMicros: null,
    error: null,
    requestId,
  };
}

/** Each step of a run is a message; the next one starts when the previous one is complete. */
function beginStep(log: AnswerLog, messageId: string | null, requestId: string | null): AnswerLog {
  if (log.activeRun === null || messageId === null || log.activeRun.messageId === messageId) return log;
  const before = log.activeRun.messageId === null ? undefined : log.byMessage[log.activeRun.messageId];
  return {
    ...log,
    activeRun: { ...log.activeRun, messageId },
    byMessage: {
      ...log.byMessage,
      ...(before &&
        log.activeRun.messageId !== null && { [log.activeRun.messageId]: { ...before, status: 'complete' } }),
      [messageId]: newMetadata(log.activeRun.id, requestId),
    },
  };
}

function observeUsage(log: AnswerLog, value: unknown): AnswerLog {
  const { inputTokens, outputTokens, costMicros } = asRecord(value);
  if (log.activeRun === null || ![inputTokens, outputTokens, costMicros].every((count) => typeof count === 'number'))
    return log;
  return {
    ...log,
    activeRun: { ...log.activeRun, running: { inputTokens, outputTokens, costMicros } as LiveUsageFigures },
  };
}

function observeCost(log: AnswerLog, value: unknown): AnswerLog {
  if (log.activeRun === null) return log;
  const { costMicros, model, inputTokens, outputTokens } = asRecord(value);
  const cost = typeof costMicros === 'number' ? costMicros : null;
  const run = { ...log.activeRun, costMicros: cost, model: asText(model), running: null };
  const messageId = run.messageId;
  const known = messageId === null ? undefined : log.byMessage[messageId];
  if (messageId === null || known === undefined) return { ...log, activeRun: run };
  return {
    ...log,
    activeRun: run,
    byMessage: {
      ...log.byMessage,
      [messageId]: {
        ...known,
        costMicros: cost,
        model: run.model ?? known.model,
        inputTokens: typeof inputTokens === 'number' ? inputTokens : known.inputTokens,
        outputTokens: typeof outputTokens === 'number' ? outputTokens : known.outputTokens,
      },
    },
  };
}

/** Whether the last step's own usage is known. The end of a run has that of all its steps together. */
const hasUsage = ({ activeRun, byMessage }: AnswerLog): boolean =>
  activeRun?.messageId != null && byMessage[activeRun.messageId]?.inputTokens != null;

function endRun(log: AnswerLog, end: Pick<AnswerMetadata, 'status'> & Partial<AnswerMetadata>): AnswerLog {
  const run = log.activeRun;
  if (run === null) return { ...log, failedRun: null };
  const known = run.messageId === null ? undefined : log.byMessage[run.messageId];
  const before = known ?? newMetadata(run.id, run.requestId);
  const ended: AnswerMetadata = { ...before, ...end, model: end.model ?? before.model };
  return {
    ...log,
    activeRun: null,
    byMessage: run.messageId === null ? log.byMessage : { ...log.byMessage, [run.messageId]: ended },
    failedRun: ended.status === 'complete' ? null : ended,
  };
}

/** Usage is AG-UI's list of rows, or the single object that TanStack's adapter makes of them. */
function readUsage(usage: unknown): Pick<AnswerMetadata, 'inputTokens' | 'outputTokens'> | null {
  const rows = Array.isArray(usage) ? usage.map(asRecord) : [asRecord(usage)];
  const input = rows.map((row) => row['inputTokens'] ?? row['promptTokens']);
  const output = rows.map((row) => row['outputTokens'] ?? row['completionTokens']);
  if (![...input, ...output].some((count) => typeof count === 'number')) return null;
  return { inputTokens: sum(input), outputTokens: sum(output) };
}

const sum = (counts: readonly unknown[]): number =>
  counts.reduce<number>((total, count) => total + (typeof count === 'number' ? count : 0), 0);
