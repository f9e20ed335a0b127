// What the page knows about each answer besides its words: how it ended, what it used and cost. Built from the
// stream's own events, and from stored messages after a reload. Pure, so that every ending can be tested.
import type { UIMessage } from '@tanstack/ai-client';
import type { HydratedMessage, Message } from '../../worker/contract.ts';

export type AnswerFacts = {
  readonly runId: string;
  readonly status: Message['status'];
  readonly model: string | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costMicros: number | null;
  readonly error: { readonly code: string; readonly detail: string } | null;
  readonly requestId: string | null;
};

/** The live run of this page, if any, and the facts of each answer by message id. */
export type AnswerLog = {
  readonly run: {
    readonly id: string;
    readonly messageId: string | null;
    readonly requestId: string | null;
    readonly costMicros: number | null;
    readonly model: string | null;
  } | null;
  readonly answers: Readonly<Record<string, AnswerFacts>>;
  /** How the last run ended where it failed before it had an answer to show. */
  readonly unanswered: AnswerFacts | null;
};

export const EMPTY_LOG: AnswerLog = { run: null, answers: {}, unanswered: null };

/** An AG-UI event, as far as it matters here. */
export type StreamEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

export function observeEvent(log: AnswerLog, event: StreamEvent, requestId: string | null): AnswerLog {
  switch (event.type) {
    case 'RUN_STARTED':
      return {
        ...log,
        unanswered: null,
        run: { id: readText(event['runId']) ?? '', messageId: null, requestId, costMicros: null, model: null },
      };
    case 'TEXT_MESSAGE_START': {
      const messageId = readText(event['messageId']);
      if (log.run === null || messageId === null || log.run.messageId !== null || event['role'] === 'user') return log;
      return {
        ...log,
        run: { ...log.run, messageId },
        answers: { ...log.answers, [messageId]: freshFacts(log.run.id, requestId) },
      };
    }
    case 'CUSTOM':
      return event['name'] === 'cost' ? observeCost(log, event['value']) : log;
    case 'RUN_FINISHED': {
      const outcome = readRecord(event['outcome'])['type'];
      return endRun(log, { status: outcome === 'cancelled' ? 'stopped' : 'complete', ...readUsage(event['usage']) });
    }
    case 'RUN_ERROR': {
      const code = readText(event['code']) ?? 'INTERNAL';
      const detail = readText(event['message']) ?? 'The answer ended before it was complete.';
      return endRun(log, {
        status: code === 'RUN_INTERRUPTED' ? 'interrupted' : 'failed',
        error: { code, detail },
        ...readUsage(event['usage']),
      });
    }
    default:
      return log;
  }
}

/** The connection is gone for good on this page; the run itself may well go on. */
export const loseRun = (log: AnswerLog): AnswerLog => endRun(log, { status: 'interrupted' });

/** Facts of one message: the stream's where this page saw it end, else what was stored with it. */
export function factsOf(message: UIMessage, log: AnswerLog): AnswerFacts | null {
  return log.answers[message.id] ?? storedFacts(message);
}

function storedFacts(message: UIMessage): AnswerFacts | null {
  const stored = readRecord(message.metadata)['groundwire'] as HydratedMessage['metadata']['groundwire'] | undefined;
  if (stored === undefined) return null;
  const usage = stored.usage;
  return {
    runId: stored.runId,
    status: stored.status,
    model: stored.model,
    inputTokens: usage ? usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens : null,
    outputTokens: usage ? usage.outputTokens : null,
    costMicros: stored.costMicros,
    error: stored.error,
    requestId: null,
  };
}

function freshFacts(runId: string, requestId: string | null): AnswerFacts {
  return {
    runId,
    status: 'streaming',
    model: null,
    inputTokens: null,
    outputTokens: null,
    costMicros: null,
    error: null,
    requestId,
  };
}

function observeCost(log: AnswerLog, value: unknown): AnswerLog {
  if (log.run === null) return log;
  const { costMicros, model } = readRecord(value);
  const cost = typeof costMicros === 'number' ? costMicros : null;
  const run = { ...log.run, costMicros: cost, model: readText(model) };
  const messageId = run.messageId;
  const known = messageId === null ? undefined : log.answers[messageId];
  if (messageId === null || known === undefined) return { ...log, run };
  return {
    ...log,
    run,
    answers: { ...log.answers, [messageId]: { ...known, costMicros: cost, model: run.model ?? known.model } },
  };
}

function endRun(log: AnswerLog, end: Partial<AnswerFacts>): AnswerLog {
  const messageId = log.run?.messageId ?? null;
  const known = messageId === null ? undefined : log.answers[messageId];
  if (messageId === null || known === undefined) {
    const failed = log.run !== null && end.status !== 'complete';
    return {
      ...log,
      run: null,
      unanswered: failed ? { ...freshFacts(log.run?.id ?? '', log.run?.requestId ?? null), ...end } : null,
    };
  }
  return {
    ...log,
    run: null,
    answers: { ...log.answers, [messageId]: { ...known, ...end, model: end.model ?? known.model } },
  };
}

/** AG-UI's own list of usage rows, or the one object that TanStack's adapter makes of them before it hands events on. */
function readUsage(usage: unknown): Pick<AnswerFacts, 'inputTokens' | 'outputTokens'> | null {
  const rows = Array.isArray(usage) ? usage.map(readRecord) : [readRecord(usage)];
  const input = rows.map((row) => row['inputTokens'] ?? row['promptTokens']);
  const output = rows.map((row) => row['outputTokens'] ?? row['completionTokens']);
  if (![...input, ...output].some((count) => typeof count === 'number')) return null;
  return { inputTokens: sum(input), outputTokens: sum(output) };
}

const readRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const readText = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const sum = (counts: readonly unknown[]): number =>
  counts.reduce<number>((total, count) => total + (typeof count === 'number' ? count : 0), 0);
