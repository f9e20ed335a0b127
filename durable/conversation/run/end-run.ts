// Ends a run and each of its steps: closing events, the message, its cost and the outbox rows, in one synchronous commit, so
// that neither a crash nor an error can leave half of it.

import { quotaOf } from '../../budget/quota.ts';
import type { TranscriptMessage } from '../../contracts/transcript.ts';
import { planTokensOf, type Usage } from '../../contracts/usage.ts';
import { addToOutbox, type OutboxItem } from '../../outbox/outbox.ts';
import { costMicros } from '../../providers/models/models.ts';
import type { StoredApproval } from '../approvals/approvals.ts';
import { toInterrupt } from '../approvals/interrupts.ts';
import { listedSession, runAudit, storedMessage } from '../audit-events.ts';
import type { ConversationDeps } from '../deps.ts';
import { putStates } from '../history/model-data.ts';
import { type AgUiEvent, toTokenUsage } from '../log/events.ts';
import { checkAnswer, showCheck } from '../prompt/drafting.ts';
import { changeSession } from '../session.ts';
import { type AnswerEnding, callsTools, errorOf, statusOf, toRecord } from './ending.ts';
import { type Lease, type Run, setRunEnded } from './runs.ts';
import type { Step } from './step.ts';

export type EndDeps = Pick<
  ConversationDeps,
  'sql' | 'session' | 'transaction' | 'log' | 'budget' | 'drainSoon' | 'now' | 'newId'
>;

/** Tokens that a request used, and the lease and model to charge. */
export type TokensUsed = { readonly usage: Usage; readonly provider: string; readonly model: string };

export const usedBy = ({ provider, model }: Run, usage: Usage): TokensUsed => ({ usage, provider, model });

/** How a step ended. */
export type StepEnd = {
  readonly ending: AnswerEnding;
  /** Null if no request was sent. */
  readonly usage: Usage | null;
  readonly firstTokenMs: number | null;
};

/** The end of a step that no model wrote to. */
export const unwritten = (ending: AnswerEnding): StepEnd => ({ ending, usage: null, firstTokenMs: null });

/** The step that ends, and the run with its current model. When a run is ended after a restart, nothing else is known. */
export type EndingStep = { readonly run: Run; readonly step: Step };

/** Commits a step after which the run continues. */
export function endStep(deps: EndDeps, ending: EndingStep, end: StepEnd): void {
  deps.transaction(() => addToOutbox(deps.sql, commitMessage(deps, ending, end)));
}

/**
 * Ends a run with its last step.
 * @param used what earlier steps and abandoned requests used
 * @throws if storing fails; nothing is stored then, but the log in memory has ended
 */
export function endRun(deps: EndDeps, ending: EndingStep, end: StepEnd, used: readonly TokensUsed[]): void {
  const { run } = ending;
  deps.transaction(() => {
    const items = commitMessage(deps, ending, end);
    closeRun(deps, run, end.usage === null ? used : [...used, usedBy(run, end.usage)], end.ending, []);
    addToOutbox(deps.sql, items);
  });
  deps.drainSoon(0);
}

/** Ends a run whose steps are all committed: it waits for the user's decisions. */
export function endWaiting(
  deps: EndDeps,
  run: Run,
  waiting: readonly StoredApproval[],
  used: readonly TokensUsed[],
): void {
  deps.transaction(() => {
    closeRun(deps, run, used, { kind: 'complete', callsTools: false }, waiting);
    addToOutbox(deps.sql, touchSession(deps, run));
  });
  deps.drainSoon(0);
}

function closeRun(
  deps: EndDeps,
  run: Run,
  used: readonly TokensUsed[],
  ending: AnswerEnding,
  waiting: readonly StoredApproval[],
): void {
  const figures = deps.budget.figures();
  const quota = figures && quotaOf(figures);
  if (quota) deps.log.append(run.runId, { type: 'CUSTOM', name: 'quota', value: quota });
  deps.log.append(run.runId, terminalEvent(run, used, ending, waiting));
  setRunEnded(deps.sql, run.runId, statusOf(ending), deps.now());
}

function commitMessage(deps: EndDeps, { run, step }: EndingStep, end: StepEnd): OutboxItem[] {
  const { ending, usage, firstTokenMs } = end;
  const now = deps.now();
  const cost = usage && { costMicros: costMicros(run.pricing, usage), priceVersion: run.pricing.priceVersion };
  const error = errorOf(ending);
  const record = toRecord(ending, run.requestId);
  const message: TranscriptMessage = {
    id: step.messageId,
    runId: run.runId,
    role: 'assistant',
    parts: step.writer.parts(),
    status: statusOf(ending),
    createdAt: now,
    model: run.model,
    provider: run.provider,
    usage,
    costMicros: cost?.costMicros ?? null,
    priceVersion: cost?.priceVersion ?? null,
    error: error && { code: error.code, detail: error.detail },
    ending: record,
    draft: checkAnswer(deps, run, step),
  };
  const isLast = !callsTools(ending);
  const audit = runAudit(deps, run, isLast ? `answer.${statusOf(ending)}` : 'answer.step', {
    usage,
    costMicros: message.costMicros,
    priceVersion: message.priceVersion,
    error: error?.code ?? null,
    durationMs: now - run.createdAt,
    messageId: step.messageId,
    ...(usage && step.lease && { budgetMonth: step.lease.month }),
    meta: {
      ...(firstTokenMs !== null && { firstTokenMs }),
      ...(isLast && record.kind !== statusOf(ending) && { ending: record.kind, cause: record.cause }),
    },
  });
  step.writer.close();
  showCheck(deps, run, message);
  if (cost && usage) {
    const { inputTokens, outputTokens } = toTokenUsage(run.provider, run.model, usage);
    const value = { ...cost, model: run.model, messageId: step.messageId, inputTokens, outputTokens };
    deps.log.append(run.runId, { type: 'CUSTOM', name: 'cost', value });
  }
  return [
    audit,
    ...settleLease(deps, run, step.lease, usage),
    ...storedAnswer(deps, step, message, ending),
    ...(isLast ? touchSession(deps, run) : []),
  ];
}

/** What a provider wants back is kept only with a whole answer: no model may continue from half of one. */
function storedAnswer(deps: EndDeps, step: Step, message: TranscriptMessage, ending: AnswerEnding): OutboxItem[] {
  const items = storedMessage(deps, step.place, message);
  if (items.length > 0 && ending.kind === 'complete') putStates(deps.sql, message.id, step.writer.states());
  return items;
}

/** A lease may have been granted whatever happened to the request, so every lease is settled. */
export function settleLease(
  { budget }: Pick<EndDeps, 'budget'>,
  { orgId }: Run,
  lease: Lease | null,
  usage: Usage | null,
): OutboxItem[] {
  if (!lease) return [];
  const tokens = usage ? planTokensOf(usage) : 0;
  budget.count(lease, tokens);
  return [{ kind: 'settlement', orgId, settlement: { leaseId: lease.id, month: lease.month, tokens } }];
}

/** Moves the conversation to the top of its owner's list, unless it was deleted meanwhile. */
export function touchSession(deps: Pick<EndDeps, 'session' | 'now'>, run: Run): OutboxItem[] {
  const before = deps.session.get();
  if (!before || before.deletedAt !== null) return [];
  const session = changeSession(before, {}, deps.now());
  deps.session.put(session);
  return listedSession(session, run.runId);
}

/** The first events of a run's log. */
export function openLog(deps: Pick<EndDeps, 'log' | 'session'>, run: Run): void {
  deps.log.append(run.runId, runStarted(run));
  const { ignored } = run.scope;
  if (ignored?.length) deps.log.append(run.runId, { type: 'CUSTOM', name: 'ignored', value: { names: ignored } });
  const title = deps.session.get()?.title ?? null;
  if (run.ordinal === 1 && title !== null)
    deps.log.append(run.runId, { type: 'CUSTOM', name: 'title', value: { title } });
}

/** The first event of every run. */
export const runStarted = (run: Run): AgUiEvent => ({
  type: 'RUN_STARTED',
  threadId: run.sessionId,
  runId: run.runId,
  protocolVersion: '1.0',
  ...(run.scope.parentRunId === null ? {} : { parentRunId: run.scope.parentRunId }),
});

function terminalEvent(
  run: Run,
  used: readonly TokensUsed[],
  ending: AnswerEnding,
  waiting: readonly StoredApproval[],
): AgUiEvent {
  const tokens =
    used.length > 0 ? { usage: used.map(({ provider, model, usage }) => toTokenUsage(provider, model, usage)) } : {};
  const metadata = { groundwire: { ending: toRecord(ending, run.requestId) } };
  const error = errorOf(ending);
  if (error) return { type: 'RUN_ERROR', message: error.detail, code: error.code, ...tokens, metadata };
  const ids = { threadId: run.sessionId, runId: run.runId };
  if (ending.kind === 'stopped')
    return { type: 'RUN_FINISHED', ...ids, outcome: { type: 'cancelled' }, ...tokens, metadata };
  if (waiting.length > 0) {
    const interrupts = waiting.map((approval) => toInterrupt(approval, run.runId));
    return { type: 'RUN_FINISHED', ...ids, outcome: { type: 'interrupt', interrupts }, ...tokens, metadata };
  }
  return {
    type: 'RUN_FINISHED',
    ...ids,
    outcome: { type: 'success' },
    result: { finishReason: ending.kind === 'cut' ? 'length' : 'stop' },
    ...tokens,
    metadata,
  };
}
