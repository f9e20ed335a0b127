// Runs when an object starts: ends the runs that its last instance left unfinished, as interrupted. Everything that was
// shown is in the log, so the partial answer is rebuilt from it; no model is called again.

import { auditEvent, auditItem } from '../../contracts/audit-event.ts';
import { NO_USAGE, planTokensOf } from '../../contracts/usage.ts';
import { AppError } from '../../errors.ts';
import { logFailure } from '../../log.ts';
import { addToOutbox, type OutboxItem } from '../../outbox/outbox.ts';
import { recoverCompactions } from '../compaction/compact.ts';
import type { ConversationDeps } from '../deps.ts';
import { findMessage, findStreaming, markInterrupted, nextPosition } from '../history/transcript.ts';
import { type AnswerState, createAnswerWriter, receivedIn, replayAnswer } from '../log/answer-writer.ts';
import { storedEvents } from '../log/event-store.ts';
import { type AgUiEvent, frame, parseFrames } from '../log/events.ts';
import { usageOf } from './answer-stream.ts';
import { type EndDeps, endRun, runStarted } from './end-run.ts';
import { failedEnding, toRecord } from './ending.ts';
import { type Lease, type Run, requireRun, setRunEnded, unfinishedRunIds } from './runs.ts';
import { createStep, freePosition, type Step } from './step.ts';

export type RecoverDeps = EndDeps & Pick<ConversationDeps, 'log'>;

/** Returns the number of ended runs. Never throws, because an object that can't start would lose all its data. */
export function recover(deps: RecoverDeps): number {
  recoverCompactions(deps);
  const runIds = unfinishedRunIds(deps.sql);
  for (const runId of runIds) {
    try {
      interrupt(deps, requireRun(deps.sql, runId));
    } catch (error) {
      logFailure('run.recovery_incomplete', error, { runId });
      endUnreadable(deps, runId);
    }
  }
  return runIds.length;
}

function interrupt(deps: RecoverDeps, run: Run): void {
  const logged = loggedEvents(deps, run.runId);
  const state = replayAnswer(logged);
  const ending = failedEnding(new AppError('RUN_INTERRUPTED'));
  deps.log.open(run.runId, logged.length);
  if (logged.length === 0) deps.log.append(run.runId, runStarted(run));
  const streaming = findStreaming(deps.sql, run.ordinal);
  const step = streaming ? startedStep(deps, run, state, streaming) : unstartedStep(deps, run, state);
  // A run that asked no model cost nothing. One that did is charged for its prompt and for what was stored of the answer.
  const received = streaming?.id === state.messageId ? receivedIn(state.parts) : '';
  const usage =
    streaming && run.promptTokens > 0
      ? usageOf(
          { ending, isComplete: false, reported: null, charged: true },
          { promptTokens: run.promptTokens, maxOutputTokens: 0 },
          received,
        )
      : null;
  endRun(deps, { run, step }, { ending, usage, firstTokenMs: null }, []);
}

/** The step whose answer was cut off. Maybe none of its events was stored. */
function startedStep(
  deps: RecoverDeps,
  run: Run,
  state: AnswerState,
  streaming: { id: string; position: number },
): Step {
  const step = createStep(deps, run, { messageId: streaming.id, position: streaming.position });
  const lease = leaseOf(run, streaming.id);
  if (streaming.id !== state.messageId) return { ...step, lease };
  const writer = createAnswerWriter(streaming.id, (event) => deps.log.append(run.runId, event), state);
  return { ...step, writer, lease };
}

/** A lease that was settled before is not settled again. */
const leaseOf = ({ budgetMonth, leaseId }: Run, messageId: string | null): Lease | null => {
  const id = leaseId ?? messageId;
  return budgetMonth === null || id === null ? null : { id, month: budgetMonth, tokens: 0 };
};

/** Before the first step and between two steps everything is stored: the message that is interrupted has not started. */
function unstartedStep(deps: RecoverDeps, run: Run, state: AnswerState): Step {
  const last = state.messageId === null ? null : findMessage(deps.sql, run.ordinal, state.messageId);
  if (!last) {
    const position = nextPosition(deps.sql, run.ordinal);
    return createStep(deps, run, { messageId: run.assistantId, position, lease: leaseOf(run, null) });
  }
  const place = { ordinal: run.ordinal, position: last.position };
  const position = freePosition(deps.sql, place, callCount(state));
  return createStep(deps, run, { messageId: deps.newId(), position });
}

const callCount = ({ parts }: AnswerState): number => parts.filter(({ type }) => type === 'tool-call').length;

function loggedEvents(deps: Pick<RecoverDeps, 'log'>, runId: string): AgUiEvent[] {
  const events: AgUiEvent[] = [];
  for (let next = deps.log.read(runId, -1); next; next = deps.log.read(runId, next.last))
    events.push(...parseFrames(next.frames));
  return events;
}

/** For a run whose row or log can't be read: readers and the next run can continue, and the known usage is charged. */
function endUnreadable(deps: RecoverDeps, runId: string): void {
  try {
    deps.transaction(() => {
      const store = storedEvents(deps.sql);
      addToOutbox(deps.sql, chargeUnreadable(deps, runId));
      const error = new AppError('RUN_INTERRUPTED');
      const ending = toRecord(failedEnding(error), null);
      const seq = store.count(runId);
      store.insert(runId, {
        first: seq,
        count: 1,
        frames: frame(runId, seq, {
          type: 'RUN_ERROR',
          message: error.detail,
          code: error.code,
          metadata: { groundwire: { ending } },
        }),
      });
      setRunEnded(deps.sql, runId, 'interrupted', deps.now());
      markInterrupted(deps.sql, runId, ending);
    });
    deps.log.forget(runId);
  } catch (error) {
    logFailure('run.recovery_failed', error, { runId });
  }
}

type ChargedColumns = {
  ordinal: number;
  session_id: string;
  org_id: string;
  actor_id: string;
  request_id: string;
  model: string;
  provider: string;
  prompt_tokens: number;
  budget_month: string | null;
  lease_id: string | null;
};

/**
 * The charge of a run from its plain columns: its prompt, if it was sent to a provider. The cost stays unknown, because the run's
 * prices can't be read; its tokens can. Empty if nothing was reserved. Call it before the message is marked as interrupted.
 */
function chargeUnreadable(deps: Pick<RecoverDeps, 'sql' | 'now' | 'newId'>, runId: string): OutboxItem[] {
  const run = deps.sql
    .exec<ChargedColumns>(
      `select ordinal, session_id, org_id, actor_id, request_id, model, provider, prompt_tokens, budget_month,
         lease_id
       from runs where run_id = ?`,
      runId,
    )
    .one();
  const streaming = findStreaming(deps.sql, run.ordinal);
  if (!streaming || run.budget_month === null) return [];
  const usage = { ...NO_USAGE, inputTokens: run.prompt_tokens, estimated: true };
  const settlement = { leaseId: run.lease_id ?? streaming.id, month: run.budget_month, tokens: planTokensOf(usage) };
  const settled: OutboxItem = { kind: 'settlement', orgId: run.org_id, settlement };
  if (run.prompt_tokens === 0) return [settled];
  const audit = auditEvent({
    id: deps.newId(),
    orgId: run.org_id,
    actorId: run.actor_id,
    event: 'answer.interrupted',
    sessionId: run.session_id,
    runId,
    requestId: run.request_id,
    messageId: streaming.id,
    provider: run.provider,
    model: run.model,
    usage,
    budgetMonth: run.budget_month,
    error: 'RUN_INTERRUPTED',
    createdAt: deps.now(),
  });
  return [settled, auditItem(audit, run.actor_id)];
}
