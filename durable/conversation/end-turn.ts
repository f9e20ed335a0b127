// How a turn and each of its steps end: closing events, the message, its cost, and what the outbox must tell, in one
// synchronous commit, so that neither a crash nor an error can leave half of it.
import { addToOutbox, type OutboxItem } from '../audit/outbox.ts';
import { quotaOf } from '../budget/quota.ts';
import { costMicros, tokensOf, type Usage } from '../providers/models.ts';
import type { StoredApproval } from './approvals.ts';
import type { ConversationDeps, LiveTurn, TokensUsed } from './deps.ts';
import { type AgUiEvent, toTokenUsage } from './events.ts';
import { auditOf, indexItems, messageItem } from './facts.ts';
import { toInterrupt } from './interrupts.ts';
import type { TranscriptMessage } from './requests.ts';
import { type Run, setRunEnded } from './runs.ts';
import { changeSession, toRecord } from './session.ts';
import { type Place, putMessage } from './transcript.ts';
import type { Ending } from './turn.ts';

/** What ending a turn needs of it; a turn that is ended after a restart has no more than this. */
export type EndingTurn = Pick<LiveTurn, 'run' | 'step' | 'used'>;

/**
 * Ends a turn with its last step.
 * @throws where storing fails; nothing is stored then, but the log in memory is at its end.
 */
export function endTurn(deps: ConversationDeps, turn: EndingTurn, usage: Usage | null, ending: Ending): void {
  deps.transaction(() => {
    const told = commitMessage(deps, turn, usage, ending);
    closeRun(deps, turn, usage === null ? turn.used : [...turn.used, usedBy(turn.run, usage)], ending, []);
    addToOutbox(deps.sql, told);
  });
  deps.drainSoon(0);
}

/** Commits a step after which the turn goes on. */
export function endStep(deps: ConversationDeps, turn: LiveTurn, usage: Usage, ending: Ending): void {
  deps.transaction(() => addToOutbox(deps.sql, commitMessage(deps, turn, usage, ending)));
  turn.used.push(usedBy(turn.run, usage));
}

/** Ends a turn whose last step is committed: it waits for the user, or has nothing left to do. */
export function endAfterTools(deps: ConversationDeps, turn: LiveTurn, waiting: readonly StoredApproval[]): void {
  deps.transaction(() => {
    closeRun(deps, turn, turn.used, { status: 'complete', finish: 'stop' }, waiting);
    addToOutbox(deps.sql, tellSession(deps, turn.run));
  });
  deps.drainSoon(0);
}

export const usedBy = ({ provider, model }: Run, usage: Usage): TokensUsed => ({ usage, provider, model });

function closeRun(
  deps: ConversationDeps,
  { run }: EndingTurn,
  used: readonly TokensUsed[],
  ending: Ending,
  waiting: readonly StoredApproval[],
): void {
  const figures = deps.budget.figures();
  const quota = figures && quotaOf(figures);
  if (quota) deps.log.append(run.runId, { type: 'CUSTOM', name: 'quota', value: quota });
  deps.log.append(run.runId, terminalEvent(run, used, ending, waiting));
  setRunEnded(deps.sql, run.runId, ending.status, deps.now());
}

function commitMessage(
  deps: ConversationDeps,
  { run, step }: EndingTurn,
  usage: Usage | null,
  ending: Ending,
): OutboxItem[] {
  const now = deps.now();
  const cost = usage && { costMicros: costMicros(run.pricing, usage), priceVersion: run.pricing.priceVersion };
  const error = 'error' in ending ? ending.error : null;
  const message: TranscriptMessage = {
    id: step.messageId,
    runId: run.runId,
    role: 'assistant',
    parts: step.writer.parts(),
    status: ending.status,
    createdAt: now,
    model: run.model,
    provider: run.provider,
    usage,
    costMicros: cost?.costMicros ?? null,
    priceVersion: cost?.priceVersion ?? null,
    error: error && { code: error.code, detail: error.detail },
  };
  const goesOn = ending.status === 'complete' && ending.finish === 'tool-calls';
  const audit = auditOf(deps, run, goesOn ? 'answer.step' : `answer.${ending.status}`, {
    usage,
    costMicros: message.costMicros,
    priceVersion: message.priceVersion,
    error: error?.code ?? null,
    durationMs: now - run.createdAt,
    messageId: step.messageId,
    ...(usage && step.lease && { budgetMonth: step.lease.month }),
    meta: step.firstTokenMs === null ? {} : { firstTokenMs: step.firstTokenMs },
  });
  step.writer.close();
  if (cost) {
    const value = { ...cost, model: run.model, messageId: step.messageId };
    deps.log.append(run.runId, { type: 'CUSTOM', name: 'cost', value });
  }
  return [
    { kind: 'audit', orgId: run.orgId, userId: run.actorId, audit },
    ...settleLease(deps, run, step, usage),
    ...keepMessage(deps, step.place, message),
    ...(goesOn ? [] : tellSession(deps, run)),
  ];
}

/** A step that was begun may hold a reservation, whatever came of it, so it is settled in any case. */
export function settleLease(
  deps: ConversationDeps,
  run: Run,
  { lease }: EndingTurn['step'],
  usage: Usage | null,
): OutboxItem[] {
  if (!lease) return [];
  const tokens = usage ? tokensOf(usage) : 0;
  deps.budget.count(lease, tokens);
  return [{ kind: 'settlement', orgId: run.orgId, settlement: { leaseId: lease.id, month: lease.month, tokens } }];
}

/** Stores a message and tells Postgres, unless the conversation was deleted meanwhile. Part of the caller's commit. */
export function keepMessage(deps: ConversationDeps, place: Place, message: TranscriptMessage): OutboxItem[] {
  const session = deps.session.get();
  if (!session || session.deletedAt !== null) return [];
  putMessage(deps.sql, place, message);
  return [messageItem(deps, session, place, message)];
}

function tellSession(deps: ConversationDeps, run: Run): OutboxItem[] {
  const before = deps.session.get();
  if (!before || before.deletedAt !== null) return [];
  const session = changeSession(before, {}, deps.now());
  deps.session.put(session);
  return [
    { kind: 'conversation', orgId: session.orgId, userId: session.ownerId, session: toRecord(session) },
    ...indexItems(session, run.runId),
  ];
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
  ending: Ending,
  waiting: readonly StoredApproval[],
): AgUiEvent {
  const tokens =
    used.length > 0 ? { usage: used.map(({ provider, model, usage }) => toTokenUsage(provider, model, usage)) } : {};
  if ('error' in ending) return { type: 'RUN_ERROR', message: ending.error.detail, code: ending.error.code, ...tokens };
  const ids = { threadId: run.sessionId, runId: run.runId };
  if (ending.status === 'stopped') return { type: 'RUN_FINISHED', ...ids, outcome: { type: 'cancelled' }, ...tokens };
  if (waiting.length > 0) {
    const interrupts = waiting.map((approval) => toInterrupt(approval, run.runId));
    return { type: 'RUN_FINISHED', ...ids, outcome: { type: 'interrupt', interrupts }, ...tokens };
  }
  return {
    type: 'RUN_FINISHED',
    ...ids,
    outcome: { type: 'success' },
    result: { finishReason: ending.finish },
    ...tokens,
  };
}
