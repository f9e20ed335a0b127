// Requests one answer. If the model doesn't answer, another one can: the fallback, as long as nothing was written, or the
// model of newer settings, as long as nothing was shown. Each request has its own reservation and its own settlement.

import type { Breaker } from '../../breakers/isolate-breakers.ts';
import { NO_USAGE, type Usage } from '../../contracts/usage.ts';
import { AppError, type ErrorCode } from '../../errors.ts';
import { addToOutbox } from '../../outbox/outbox.ts';
import { estimateTokens } from '../../providers/models/estimate-tokens.ts';
import { costMicros } from '../../providers/models/models.ts';
import { answerWithin } from '../../providers/models/server-limits.ts';
import type { ModelRequest, Provider, ProviderEvent } from '../../providers/provider.ts';
import type { Tool } from '../../tools/tool.ts';
import { pendingApprovals } from '../approvals/approvals.ts';
import { runAudit } from '../audit-events.ts';
import { compact } from '../compaction/compact.ts';
import { type Plan, planCompaction } from '../compaction/plan.ts';
import { summaryFor, wasTriedLately } from '../compaction/summaries.ts';
import type { ConversationDeps, LiveRun } from '../deps.ts';
import { getRemedies, putRemedies } from '../history/model-data.ts';
import { threadOf } from '../history/thread.ts';
import { briefOf } from '../prompt/drafting.ts';
import { historyReader } from '../prompt/history.ts';
import { prepareRequest } from '../prompt/model-request.ts';
import { type StreamResult, usageOf, writeAnswer } from './answer-stream.ts';
import type { AssignedModels } from './assignment.ts';
import { openLog, type StepEnd, settleLease, type TokensUsed, usedBy } from './end-run.ts';
import { type AnswerEnding, abortedEnding, errorOf, failedEnding } from './ending.ts';
import { createLease, reserveTokens } from './reservation.ts';
import { hasEarlierRun, type Lease, type Run, setRunReserving, setRunSending } from './runs.ts';
import { type Step, storeBlank } from './step.ts';

export type AttemptDeps = Pick<
  ConversationDeps,
  'sql' | 'session' | 'transaction' | 'log' | 'budget' | 'breakerFor' | 'viewOf' | 'now' | 'later' | 'newId'
>;

type PlannedRequest = {
  readonly request: ModelRequest;
  readonly promptTokens: number;
  /** The earlier turns to summarize first; null if there are none. */
  readonly compaction: Plan | null;
  /** From the server; null if it is as the catalog lists it. */
  readonly context: number | null;
};

/** The result of one request. */
type Attempt = { readonly ending: AnswerEnding } & (
  | { readonly kind: 'sent'; readonly usage: Usage; readonly isCharged: boolean; readonly firstTokenMs: number | null }
  /** No tokens were granted, or the run was aborted in the meantime. */
  | { readonly kind: 'unsent' }
  /** The provider isn't called: its breaker is open, or the model can't read the request. Nothing was reserved. */
  | { readonly kind: 'blocked' }
);

/** Writes the current step until its end. The tokens of failed requests are added to `used`. */
export async function askModel(
  deps: AttemptDeps,
  live: LiveRun,
  { tools, used }: { readonly tools: readonly Tool[]; readonly used: TokensUsed[] },
): Promise<StepEnd> {
  const { assignment, steps } = live;
  beginStep(deps, assignment.run(), steps.current());
  // The first one may have come with the run's admission, which has stored it.
  let lease = steps.current().lease ?? createLease(deps, steps.current().messageId);
  let isStored = lease === steps.current().lease;
  for (;;) {
    steps.chargeTo(lease);
    if (!isStored) setRunReserving(deps.sql, live.run.runId, lease);
    isStored = false;
    // Without a wait for models whose context is known.
    const context = assignment.resolved().provider.readContext ? await readContext(live) : null;
    const prepare = () => prepareCall(deps, live, tools, context);
    const attempt = await attemptAnswer(deps, live, { prepare, lease, used });
    const next = await nextModel(live, attempt);
    if (!next) return attempt.kind === 'sent' ? attempt : { ending: attempt.ending, usage: null, firstTokenMs: null };
    handOver(deps, live, { attempt, next, used });
    // A lease that was granted nothing can be used for the next request.
    if (lease.tokens > 0) lease = createLease(deps, deps.newId());
  }
}

function beginStep(deps: Pick<AttemptDeps, 'sql' | 'now'>, run: Run, step: Step): void {
  storeBlank(deps.sql, run, step, deps.now());
  step.writer.open();
}

const servedBy = ({ connection, model }: AssignedModels) => ({ connection, model: model.id });

/** The context that a server really gives a model. */
type ServerContext = { readonly provider: Provider; readonly tokens: number };

/** Null to believe the catalog. */
async function readContext({ assignment, gate }: LiveRun): Promise<ServerContext | null> {
  const { provider, model } = assignment.resolved();
  try {
    const tokens = (await provider.readContext?.(model.id, gate.signal)) ?? null;
    return tokens === null ? null : { provider, tokens };
  } catch {
    // The run was stopped or its key can't be read. The attempt ends for the same reason.
    return null;
  }
}

/** The models with the context that the server gives the first one. Confirmed settings may have named another one meanwhile. */
const withContext = (models: AssignedModels, context: ServerContext | null): AssignedModels => {
  if (context?.provider !== models.provider) return models;
  const { tokens } = context;
  const maxOutputTokens = answerWithin(tokens, models.model.maxOutputTokens);
  return { ...models, model: { ...models.model, contextTokens: tokens, maxOutputTokens } };
};

function prepareCall(
  deps: AttemptDeps,
  live: LiveRun,
  tools: readonly Tool[],
  context: ServerContext | null,
): PlannedRequest {
  const { run, access, place, assignment } = live;
  const session = deps.session.get();
  if (!session) throw new Error('a run without a session');
  const resolved = withContext(assignment.resolved(), context);
  const thread = threadOf(deps.sql, session);
  const summary = summaryFor(deps.sql, session, thread, run.ordinal);
  const readTurn = historyReader(deps.sql);
  const { request, promptTokens, historyFrom, maxHistoryTokens, needsSummary } = prepareRequest({
    access,
    place,
    resolved,
    mode: run.scope.mode,
    instructions: run.scope.instructions ?? null,
    maxOutputTokens: run.scope.maxOutputTokens ?? null,
    effort: run.scope.effort ?? null,
    tools,
    draft: briefOf(deps, run),
    ordinal: run.ordinal,
    historyFrom: session.historyFrom,
    summary,
    thread,
    remedies: getRemedies(deps.sql, session.id, servedBy(assignment.resolved())),
    readTurn,
  });
  const compaction =
    needsSummary && maySummarize(deps, live)
      ? planCompaction(
          {
            readTurn,
            parentOf: thread.parentOf,
            ownerId: thread.ownerId,
            isShared: place !== null,
            connection: resolved.connection,
          },
          {
            current: run.ordinal,
            previous: summary,
            model: resolved.model,
            maxHistoryTokens,
            historyFrom,
            waiting: new Set(pendingApprovals(deps.sql, deps.now()).map((pending) => pending.place.ordinal)),
          },
        )
      : null;
  // Sending the conversation from its first turn is the default, so it needs no write.
  if (historyFrom > Math.max(session.historyFrom, 1)) deps.session.put({ ...session, historyFrom });
  const isListed = resolved === assignment.resolved() && resolved.model.limitsFrom !== 'server';
  return { request, promptTokens, compaction, context: isListed ? null : resolved.model.contextTokens };
}

/**
 * Only before the first request for a question: later ones continue its prompt, and so does a run after a decision. The first
 * run never: a client that brings its own transcript would pay for a summary with every conversation that it starts.
 */
const maySummarize = ({ sql }: AttemptDeps, { run, steps }: LiveRun): boolean =>
  steps.current().place.position === 1 &&
  run.scope.approvalIds.length === 0 &&
  hasEarlierRun(sql, run.ordinal) &&
  !wasTriedLately(sql, run.ordinal);

async function attemptAnswer(
  deps: AttemptDeps,
  live: LiveRun,
  {
    prepare,
    lease,
    used,
  }: { readonly prepare: () => PlannedRequest; readonly lease: Lease; readonly used: TokensUsed[] },
): Promise<Attempt> {
  let planned = prepare();
  // The server would cut the start of the request without a word: the rules and the data.
  if (planned.context !== null && planned.promptTokens > planned.context) {
    return { kind: 'blocked', ending: failedEnding(tooSmall(planned.context, planned.promptTokens)) };
  }
  const { assignment, gate, steps } = live;
  const { provider, connection } = assignment.resolved();
  const { writer } = steps.current();
  const signal = AbortSignal.any([gate.signal, assignment.beginRequest()]);
  const breaker = deps.breakerFor(live.run.orgId, connection);
  const blocked = breaker.refusal();
  if (blocked) return { kind: 'blocked', ending: failedEnding(blocked) };
  const reserved = await reserveTokens(deps, live, lease, {
    promptTokens: planned.promptTokens,
    maxOutputTokens: planned.request.maxOutputTokens,
  });
  if (reserved.ok && planned.compaction) {
    const usage = await compact(deps, live, planned.compaction, {
      ...{ signal, breaker, answerTokens: planned.request.maxOutputTokens },
    });
    if (usage) used.push(usedBy(assignment.run(), usage));
    // With the summary it is shorter, so what was reserved is enough.
    planned = prepare();
  }
  const aborted = abortedEnding(signal);
  if (aborted) return { kind: 'unsent', ending: aborted };
  if (!reserved.ok) return { kind: 'unsent', ending: failedEnding(reserved.error ?? new AppError('INTERNAL')) };
  const { request, promptTokens } = planned;
  const { maxOutputTokens, allowance } = reserved;
  const meter = createMeter(deps, assignment.run(), steps.current(), promptTokens);
  const sending = allowance ? AbortSignal.any([signal, allowance.signal]) : signal;
  setRunSending(deps.sql, live.run.runId, promptTokens);
  const streamed = await writeAnswer({
    provider,
    request: { ...request, maxOutputTokens },
    signal: sending,
    writer,
    tries: breaker,
    observe: (event) => {
      meter.observe(event);
      if (event.type === 'remedies')
        putRemedies(deps.sql, live.run.sessionId, { connection, model: request.model, remedies: event.remedies });
      if (allowance && 'delta' in event) allowance.count(event.delta, writer.received);
    },
  });
  if (!sending.aborted) reportToBreaker(breaker, streamed, writer.received() !== '');
  return {
    kind: 'sent',
    ending: streamed.ending,
    usage: usageOf(streamed, { promptTokens, maxOutputTokens }, writer.received()),
    isCharged: streamed.charged,
    firstTokenMs: meter.firstTokenMs(),
  };
}

const tooSmall = (context: number, promptTokens: number): AppError =>
  new AppError('PROVIDER_CONTEXT', {
    detail:
      `The model’s server reads ${context.toLocaleString('en-US')} tokens at most, and this question needs about ` +
      `${promptTokens.toLocaleString('en-US')}. An admin can raise the server’s context, or choose another model.`,
  });

/** The provider works, and refuses this request. */
const REFUSALS: readonly ErrorCode[] = ['PROVIDER_REFUSED', 'PROVIDER_NO_MODEL', 'PROVIDER_CONTEXT'];

/** A request that we aborted, or that failed because of our own bug, says nothing about the provider. */
function reportToBreaker(breaker: Breaker, { ending }: StreamResult, hasBegun: boolean): void {
  const error = errorOf(ending);
  const isNoOutage = error === null || ending.kind === 'refused' || REFUSALS.includes(error.code);
  if (isNoOutage || hasBegun) breaker.answered();
  else breaker.failed(error);
}

/** Another provider may be able to answer. An error in the request itself would fail there too. */
const FALLS_BACK: readonly ErrorCode[] = [
  'PROVIDER_UNREACHABLE',
  'PROVIDER_OVERLOADED',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_STALLED',
  'PROVIDER_BROKEN_STREAM',
  'PROVIDER_NO_ANSWER',
  'PROVIDER_NOT_A_STREAM',
  'PROVIDER_AUTH',
  // It may have the model, or one that reads more.
  'PROVIDER_NO_MODEL',
  'PROVIDER_CONTEXT',
];

type NextModel = { readonly to: AssignedModels; readonly reason: 'settings' | 'fallback' };

/** The next model; null if the attempt ends the step. */
async function nextModel({ gate, assignment, steps }: LiveRun, attempt: Attempt): Promise<NextModel | null> {
  if (gate.signal.aborted) return null;
  // No other model is called before the user's rights and settings are confirmed.
  const refusal = await (attempt.kind === 'blocked' ? gate.rights.settled : gate.refusal());
  if (refusal || gate.signal.aborted) return null;
  const successor = assignment.takeSuccessor();
  if (successor) return { to: successor, reason: 'settings' };
  const { ending } = attempt;
  const error = errorOf(ending);
  const isFailure = error !== null && FALLS_BACK.includes(error.code);
  const { fallback } = assignment.resolved();
  if (!isFailure || !fallback || steps.current().writer.received() !== '') return null;
  return { to: { ...fallback, fallback: null }, reason: 'fallback' };
}

/** Accounts for a failed request and switches to another model, in one commit. */
function handOver(
  deps: AttemptDeps,
  { assignment, steps, gate }: LiveRun,
  { attempt, next, used }: { readonly attempt: Attempt; readonly next: NextModel; readonly used: TokensUsed[] },
): void {
  const run = assignment.run();
  const { messageId, lease } = steps.current();
  const usage = attempt.kind === 'sent' && attempt.isCharged ? attempt.usage : null;
  if (usage) used.push(usedBy(run, usage));
  const { to, reason } = next;
  const error = errorOf(attempt.ending)?.code ?? null;
  deps.transaction(() => {
    const abandoned = runAudit(deps, run, 'answer.abandoned', {
      ...(usage && chargeOf(run, lease, usage)),
      error: reason === 'settings' ? null : error,
      durationMs: deps.now() - run.createdAt,
      messageId,
      meta: { reason, to: { provider: to.provider.name, model: to.model.id } },
    });
    const settled = lease && lease.tokens > 0 ? settleLease(deps, run, lease, usage) : [];
    addToOutbox(deps.sql, [abandoned, ...settled]);
    assignment.switchTo(deps.sql, to);
    if (reason === 'settings') restartStep(deps, { assignment, steps, gate });
    else {
      steps.current().writer.dropStates();
      storeBlank(deps.sql, assignment.run(), steps.current(), deps.now());
      const value = { provider: run.provider, model: run.model, code: error, to: to.model.id };
      deps.log.append(run.runId, { type: 'CUSTOM', name: 'fallback', value });
    }
  });
}

/** No one has seen the first model's text. */
function restartStep(deps: AttemptDeps, { assignment, steps, gate }: Pick<LiveRun, 'assignment' | 'steps' | 'gate'>) {
  gate.restart();
  openLog(deps, assignment.run());
  steps.restart();
  beginStep(deps, assignment.run(), steps.current());
}

const chargeOf = (run: Run, lease: Lease | null, usage: Usage) => ({
  usage,
  costMicros: costMicros(run.pricing, usage),
  priceVersion: run.pricing.priceVersion,
  ...(lease && { budgetMonth: lease.month }),
});

const SHOW_USAGE_EVERY_MS = 1_000;

/** Shows readers the answer's usage and cost so far, and measures the time to its first token. */
function createMeter(
  deps: Pick<AttemptDeps, 'log' | 'now'>,
  run: Run,
  { messageId, writer }: Step,
  promptTokens: number,
) {
  let reported: Usage | null = null;
  let firstTokenMs: number | null = null;
  let shownAt: number | null = null;

  /** Called with each event before it is written, so that the usage leaves together with the text. */
  function observe(event: ProviderEvent): void {
    if (event.type === 'usage') reported = event.usage;
    if (!('delta' in event)) return;
    const now = deps.now();
    firstTokenMs ??= now - run.createdAt;
    shownAt ??= now;
    // Only with text: an update without text would be one more row in the log.
    if (event.type === 'tool-call-args' || now - shownAt < SHOW_USAGE_EVERY_MS) return;
    shownAt = now;
    // Estimated from the whole text, because each piece would be rounded up.
    const outputTokens = estimateTokens(writer.received());
    const usage = { ...(reported ?? { ...NO_USAGE, inputTokens: promptTokens }), outputTokens, estimated: true };
    const value = {
      messageId,
      model: run.model,
      inputTokens: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
      outputTokens,
      costMicros: costMicros(run.pricing, usage),
    };
    deps.log.append(run.runId, { type: 'CUSTOM', name: 'usage', value });
  }

  return { observe, firstTokenMs: () => firstTokenMs };
}
