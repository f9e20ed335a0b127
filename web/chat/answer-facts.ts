// What the page knows about each answer besides its words: how it ended, what it used and cost. Built from the
// stream's own events, and from stored messages after a reload. Pure, so that every ending can be tested.
import type { UIMessage } from '@tanstack/ai-client';
import type { Message } from '../../worker/contract.ts';
import type { HydratedMessage } from '../../worker/hydration-contract.ts';
import { asRecord, asText } from './unknown-value.ts';

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

export type RunningUsage = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number;
};

/** The live run of this page, if any, and the facts of each answer by message id. */
export type AnswerLog = {
  readonly run: {
    readonly id: string;
    readonly messageId: string | null;
    readonly requestId: string | null;
    readonly costMicros: number | null;
    readonly model: string | null;
    /** What the step under way has used so far, by the server's estimate. */
    readonly running: RunningUsage | null;
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
        run: {
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
    case 'RUN_FINISHED': {
      const outcome = asRecord(event['outcome'])['type'];
      return endRun(log, { status: outcome === 'cancelled' ? 'stopped' : 'complete', ...readUsage(event['usage']) });
    }
    case 'RUN_ERROR': {
      const code = asText(event['code']) ?? 'INTERNAL';
      const detail = asText(event['message']) ?? 'The answer ended before it was complete.';
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

/** What one answer of several steps used and cost together; how it ended is how its last step did. */
export function turnFacts(steps: readonly UIMessage[], log: AnswerLog): AnswerFacts | null {
  const known = steps.map((step) => factsOf(step, log)).filter((facts) => facts !== null);
  const last = known.at(-1);
  if (last === undefined) return null;
  const total = (key: 'inputTokens' | 'outputTokens' | 'costMicros'): number | null => {
    const counts = known.map((facts) => facts[key]).filter((count) => count !== null);
    return counts.length === 0 ? null : sum(counts);
  };
  return {
    ...last,
    inputTokens: total('inputTokens'),
    outputTokens: total('outputTokens'),
    costMicros: total('costMicros'),
  };
}

function storedFacts(message: UIMessage): AnswerFacts | null {
  const stored = asRecord(message.metadata)['groundwire'] as HydratedMessage['metadata']['groundwire'] | undefined;
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

/** A run answers in steps, each a message of its own: the next one begins when the one before is complete. */
function beginStep(log: AnswerLog, messageId: string | null, requestId: string | null): AnswerLog {
  if (log.run === null || messageId === null || log.run.messageId === messageId) return log;
  const before = log.run.messageId === null ? undefined : log.answers[log.run.messageId];
  return {
    ...log,
    run: { ...log.run, messageId },
    answers: {
      ...log.answers,
      ...(before && log.run.messageId !== null && { [log.run.messageId]: { ...before, status: 'complete' } }),
      [messageId]: freshFacts(log.run.id, requestId),
    },
  };
}

function observeUsage(log: AnswerLog, value: unknown): AnswerLog {
  const { inputTokens, outputTokens, costMicros } = asRecord(value);
  if (log.run === null || ![inputTokens, outputTokens, costMicros].every((count) => typeof count === 'number'))
    return log;
  return { ...log, run: { ...log.run, running: { inputTokens, outputTokens, costMicros } as RunningUsage } };
}

function observeCost(log: AnswerLog, value: unknown): AnswerLog {
  if (log.run === null) return log;
  const { costMicros, model } = asRecord(value);
  const cost = typeof costMicros === 'number' ? costMicros : null;
  const run = { ...log.run, costMicros: cost, model: asText(model), running: null };
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
  const rows = Array.isArray(usage) ? usage.map(asRecord) : [asRecord(usage)];
  const input = rows.map((row) => row['inputTokens'] ?? row['promptTokens']);
  const output = rows.map((row) => row['outputTokens'] ?? row['completionTokens']);
  if (![...input, ...output].some((count) => typeof count === 'number')) return null;
  return { inputTokens: sum(input), outputTokens: sum(output) };
}

const sum = (counts: readonly unknown[]): number =>
  counts.reduce<number>((total, count) => total + (typeof count === 'number' ? count : 0), 0);
