// Summarizes earlier turns before a question is answered: one request to the model that answers, reserved, charged and audited
// like any other. Whatever goes wrong here, the answer continues without the summary.

import type { Breaker } from '../../breakers/isolate-breakers.ts';
import { NO_USAGE, planTokensOf, type Usage } from '../../contracts/usage.ts';
import { AppError, type ErrorCode } from '../../errors.ts';
import { logFailure } from '../../log.ts';
import { addToOutbox, type OutboxItem } from '../../outbox/outbox.ts';
import { effortOf, NO_EFFORT_RULES } from '../../providers/models/effort.ts';
import { estimateRequestTokens } from '../../providers/models/estimate-tokens.ts';
import { costMicros } from '../../providers/models/models.ts';
import type { ModelRequest } from '../../providers/provider.ts';
import { runAudit } from '../audit-events.ts';
import type { ConversationDeps, LiveRun } from '../deps.ts';
import { threadOf } from '../history/thread.ts';
import { textOf } from '../history/transcript.ts';
import { createAnswerWriter } from '../log/answer-writer.ts';
import { usageOf, writeAnswer } from '../run/answer-stream.ts';
import { settleLease } from '../run/end-run.ts';
import { callsTools, errorOf } from '../run/ending.ts';
import { createLease, unlessAborted } from '../run/reservation.ts';
import { type Lease, type Run, requireRun } from '../run/runs.ts';
import { type HistoryStart, isTooLong, type Plan } from './plan.ts';
import { endAttempt, insertAttempt, type OpenAttempt, openAttempts, setAttemptSending } from './summaries.ts';

/** The answer waits for the summary, so it may not take long. */
const SUMMARY_LIMIT_MS = 60_000;

type CompactDeps = Pick<
  ConversationDeps,
  'sql' | 'session' | 'transaction' | 'log' | 'budget' | 'now' | 'later' | 'newId'
>;

type CompactOptions = {
  /** Aborted when the run is. */
  readonly signal: AbortSignal;
  readonly breaker: Breaker;
  /** The longest answer, which must still fit into the budget. */
  readonly answerTokens: number;
};

/** The result of the request. `usage` is null if none was charged, `lease` if nothing was reserved. */
type Outcome = { readonly usage: Usage | null; readonly lease: Lease | null } & (
  | { readonly text: string }
  | { readonly error: ErrorCode }
);

/** Returns the charged usage; null if there is none. Never rejects. */
export async function compact(
  deps: CompactDeps,
  live: LiveRun,
  plan: Plan,
  options: CompactOptions,
): Promise<Usage | null> {
  // Nothing is stored or shown before the run may be shown.
  if ((await live.gate.refusal()) || options.signal.aborted) return null;
  const run = live.assignment.run();
  const startedAt = deps.now();
  try {
    deps.log.append(run.runId, { type: 'CUSTOM', name: 'compaction', value: { status: 'started' } });
    const outcome = await summarize(deps, live, plan, options);
    const isStopped = options.signal.aborted;
    deps.transaction(() => finish(deps, run, plan, { outcome, isStopped, durationMs: deps.now() - startedAt }));
    return outcome.usage;
  } catch (error) {
    // What was reserved or sent is settled when the object starts again.
    logFailure('compaction.failed', error, { runId: run.runId });
    return null;
  }
}

async function summarize(
  deps: CompactDeps,
  live: LiveRun,
  plan: Plan,
  { signal, breaker, answerTokens }: CompactOptions,
): Promise<Outcome> {
  const { gate, assignment } = live;
  const run = assignment.run();
  const request = toRequest(deps, live, plan);
  const promptTokens = estimateRequestTokens(request);
  const wanted = planTokensOf({ ...NO_USAGE, cacheWriteTokens: promptTokens }) + request.maxOutputTokens;
  const lease = createLease(deps, deps.newId());
  const { through, request: planned } = plan;
  insertAttempt(deps.sql, {
    ...{ ordinal: run.ordinal, runId: run.runId, through, isPartial: planned.isPartial },
    ...{ model: run.model, lease, createdAt: deps.now() },
  });
  const limit = gate.limit();
  const left = deps.budget.figures()?.left ?? 0;
  // A refused reservation would count as a spent month, so one that can't be granted isn't asked for.
  if (limit !== null && left < wanted + answerTokens) return { error: 'QUOTA_EXCEEDED', usage: null, lease: null };
  try {
    const asked = { leaseId: lease.id, month: lease.month, limit, tokens: wanted, atLeast: 0 };
    const reply = await unlessAborted(signal, deps.budget.reserve(run.orgId, asked));
    if (reply === 'aborted') return { error: 'RUN_INTERRUPTED', usage: null, lease };
    lease.tokens = reply.ok ? reply.tokens : 0;
  } catch (error) {
    return { error: error instanceof AppError ? error.code : 'INTERNAL', usage: null, lease };
  }
  if (lease.tokens < wanted) return { error: 'QUOTA_EXCEEDED', usage: null, lease };
  setAttemptSending(deps.sql, run.ordinal, promptTokens);
  const writer = createAnswerWriter(lease.id, () => undefined);
  const { provider } = assignment.resolved();
  const { streamed, isLate } = await requestSummary(deps, { provider, request, signal, writer });
  const failure = errorOf(streamed.ending);
  if (failure && !signal.aborted && !isLate && !streamed.charged) breaker.failed(failure);
  const { maxOutputTokens } = request;
  const usage = streamed.charged ? usageOf(streamed, { promptTokens, maxOutputTokens }, writer.received()) : null;
  if (failure) return { error: failure.code, usage, lease };
  const text = textOf(writer.parts()).trim();
  const isWhole = streamed.ending.kind === 'complete' && !callsTools(streamed.ending);
  if (!isWhole || text === '' || isTooLong(text, plan)) return { error: 'PROVIDER_NO_ANSWER', usage, lease };
  return { text, usage, lease };
}

/** Gives up after a minute. What was written until then is charged like any answer that was cut off. */
export async function requestSummary(
  { later }: Pick<CompactDeps, 'later'>,
  { signal, ...asked }: Pick<Parameters<typeof writeAnswer>[0], 'provider' | 'request' | 'signal' | 'writer'>,
) {
  const late = new AbortController();
  const stopClock = later(SUMMARY_LIMIT_MS, () => late.abort(new AppError('TIME_LIMIT')));
  const streamed = await writeAnswer({ ...asked, signal: AbortSignal.any([signal, late.signal]) }).finally(stopClock);
  return { streamed, isLate: late.signal.aborted };
}

/** Without tools, and with as little thinking as the model allows. */
function toRequest(deps: CompactDeps, { access, assignment }: LiveRun, { request }: Plan): ModelRequest {
  const session = deps.session.get();
  if (!session) throw new Error('a run without a session');
  const { model, connection, effortRules } = assignment.resolved();
  const { system, messages, maxOutputTokens } = request;
  const effort = effortOf(model, 'fast', effortRules ?? NO_EFFORT_RULES);
  return {
    ...{ model: model.id, system, messages, tools: [], maxOutputTokens },
    ...(effort !== null && { effort }),
    cacheKey: threadOf(deps.sql, session).cacheKey,
    asker: { orgId: access.orgId, userId: access.userId },
    connection,
  };
}

type Ended = { readonly outcome: Outcome; readonly isStopped: boolean; readonly durationMs: number };

function finish(deps: CompactDeps, run: Run, plan: Plan, { outcome, isStopped, durationMs }: Ended): void {
  const { usage, lease } = outcome;
  const cost = usage && costMicros(run.pricing, usage);
  const text = 'text' in outcome && !isStopped ? outcome.text : null;
  const end =
    text === null ? ({ state: isStopped ? 'stopped' : 'failed' } as const) : ({ state: 'made', text } as const);
  const isStored = endAttempt(deps.sql, run.ordinal, end, cost) && text !== null;
  const session = deps.session.get();
  if (isStored && session) deps.session.put({ ...session, historyFrom: plan.start.ordinal });
  const error = 'error' in outcome ? outcome.error : isStored ? null : 'RUN_INTERRUPTED';
  addToOutbox(deps.sql, [
    ...(usage && lease ? [summaryAudit(deps, run, { usage, lease, error, durationMs, turns: plan.turns })] : []),
    ...settleLease(deps, run, lease, usage),
  ]);
  const earlier = isStored ? toShown(plan.start, true, plan.request.isPartial) : leftOut(plan);
  const value = { status: 'ended', earlier, costMicros: cost, error };
  deps.log.append(run.runId, { type: 'CUSTOM', name: 'compaction', value });
}

const leftOut = ({ startWithout, hasPrevious }: Plan) => startWithout && toShown(startWithout, hasPrevious, true);

const toShown = ({ messageId, questions }: HistoryStart, hasSummary: boolean, isPartial: boolean) => ({
  messageId,
  questions,
  hasSummary,
  isPartial,
});

type Audited = {
  readonly usage: Usage;
  readonly lease: Lease;
  readonly error: ErrorCode | null;
  readonly durationMs: number;
  readonly turns?: number;
};

function summaryAudit(deps: RecoverDeps, run: Run, { usage, lease, error, durationMs, turns }: Audited): OutboxItem {
  return runAudit(deps, run, 'history.summarized', {
    usage,
    costMicros: costMicros(run.pricing, usage),
    priceVersion: run.pricing.priceVersion,
    budgetMonth: lease.month,
    error,
    durationMs,
    meta: turns === undefined ? {} : { turns },
  });
}

type RecoverDeps = Omit<CompactDeps, 'later' | 'log'>;

/** Charges the requests of an earlier instance of the object for their prompts. Never throws. */
export function recoverCompactions(deps: RecoverDeps): void {
  for (const attempt of openAttempts(deps.sql)) {
    try {
      deps.transaction(() => settleAttempt(deps, attempt));
    } catch (error) {
      logFailure('compaction.recovery_failed', error, { runId: attempt.runId });
    }
  }
}

function settleAttempt(deps: RecoverDeps, { ordinal, runId, promptTokens, lease }: OpenAttempt): void {
  const run = requireRun(deps.sql, runId);
  const usage = promptTokens > 0 ? { ...NO_USAGE, inputTokens: promptTokens, estimated: true } : null;
  endAttempt(deps.sql, ordinal, { state: 'failed' }, usage && costMicros(run.pricing, usage));
  const durationMs = Math.max(0, deps.now() - run.createdAt);
  const audit = usage && summaryAudit(deps, run, { usage, lease, error: 'RUN_INTERRUPTED', durationMs });
  addToOutbox(deps.sql, [...(audit ? [audit] : []), ...settleLease(deps, run, lease, usage)]);
}
