// Executes an admitted run: start, answer step by step, end. Rights are confirmed and tokens are reserved while the model
// already works; the gate keeps the run hidden until both succeed.

import { AppError } from '../../errors.ts';
import { logFailure } from '../../log.ts';
import { toolsFor } from '../../packs/registry.ts';
import type { Tool } from '../../tools/tool.ts';
import { createTurnLimits, type TurnLimits } from '../../tools/turn-limits.ts';
import { getApproval, type StoredApproval } from '../approvals/approvals.ts';
import { cancelOnAbort, cancelPending } from '../approvals/cancel-approvals.ts';
import { executeDecisions, settleUnexecuted } from '../approvals/execute-approval.ts';
import type { ConversationDeps, LiveRun } from '../deps.ts';
import { findMessage } from '../history/transcript.ts';
import { createAnswerWriter } from '../log/answer-writer.ts';
import { isDraft, showSources } from '../prompt/drafting.ts';
import { type AttemptDeps, askModel } from './attempt.ts';
import {
  type EndDeps,
  endRun,
  endStep,
  endWaiting,
  openLog,
  runStarted,
  type StepEnd,
  type TokensUsed,
  unwritten,
  usedBy,
} from './end-run.ts';
import { type AnswerEnding, abortedEnding, callsTools, failedEnding } from './ending.ts';
import { needsReservation } from './reservation.ts';
import { type RightsDeps, watchRights } from './rights.ts';
import { getRunUse, setRunUse } from './runs.ts';
import { runToolCalls, type ToolCallDeps } from './tool-calls.ts';

/** A new conversation is listed this soon; not at once, so that it doesn't slow down the first token. */
const LIST_DELAY_MS = 150;
/** The rest of what a run's start stored leaves together with its end, or after this time. */
const START_DELAY_MS = 10_000;
/** How often a run continues an answer that the provider paused. Each time is a step of its own. */
const MAX_PAUSES = 3;
/** The longest that a run may take to call tools and start its last answer. */
const RUN_LIMIT_MS = 120_000;

export type RunDeps = RightsDeps &
  AttemptDeps &
  ToolCallDeps &
  EndDeps &
  Pick<ConversationDeps, 'live' | 'later' | 'restart'>;

type Options = { readonly tools: readonly Tool[]; readonly limits: TurnLimits };

type TimeLimit = ReturnType<typeof limitTime>;

/**
 * Ends a run that takes too long. An answer that is being written when the time is over may be finished: its own limits
 * follow its length. Tools that it calls no longer run.
 */
function limitTime({ later }: Pick<RunDeps, 'later'>, { gate }: LiveRun) {
  let isOver = false;
  let isAnswering = false;
  const end = (): void => {
    isOver = true;
    if (!isAnswering) gate.abort(new AppError('TIME_LIMIT'));
  };
  const stop = later(RUN_LIMIT_MS, end);

  async function answering<T>(answer: Promise<T>, goesOn: (answered: T) => boolean): Promise<T> {
    isAnswering = true;
    const answered = await answer.finally(() => {
      isAnswering = false;
    });
    if (isOver && goesOn(answered)) end();
    return answered;
  }

  return { stop, answering };
}

/** What a run has done so far and its end must account for. */
type Progress = {
  /** Tokens of finished steps and failed requests. */
  readonly used: TokensUsed[];
  /** Approvals whose execution started: only their result or their journal can show the outcome. */
  readonly executed: Set<string>;
};

/** How a run ends. */
type RunEnd =
  | { readonly kind: 'step'; readonly end: StepEnd }
  /** All steps are committed, and these approvals wait for the user. */
  | { readonly kind: 'waiting'; readonly approvals: readonly StoredApproval[] };

/** Never rejects. When it settles, either the run's log has ended, or this instance has and the next one ends the log. */
export async function executeRun(deps: RunDeps, live: LiveRun): Promise<void> {
  const { gate } = live;
  const progress: Progress = { used: [], executed: new Set() };
  const stopWatching = watchRights(deps, live);
  if (!needsReservation(deps, live)) gate.reservation.open();
  const time = limitTime(deps, live);
  const runEnd = await answer(deps, live, progress, time);
  // A run that never asked for tokens may be shown without them.
  if (gate.claimReservation()) gate.reservation.open();
  const refusal = await gate.refusal();
  time.stop();
  stopWatching();
  finish(deps, live, { runEnd, progress, refusal });
}

/** Ends a run that was removed from the queue before it started. */
export function endUnstarted(deps: RunDeps, live: LiveRun, ending: AnswerEnding): void {
  const runEnd: RunEnd = { kind: 'step', end: unwritten(ending) };
  deps.log.append(live.run.runId, runStarted(live.run));
  finish(deps, live, { runEnd, progress: { used: [], executed: new Set() }, refusal: null });
}

type RunFinish = { readonly runEnd: RunEnd; readonly progress: Progress; readonly refusal: AppError | null };

function finish(deps: RunDeps, live: LiveRun, { runEnd, progress, refusal }: RunFinish): void {
  const run = live.assignment.run();
  try {
    if (runEnd.kind === 'waiting') endWaiting(deps, run, runEnd.approvals, progress.used);
    else if (refusal) endUnseen(deps, live, runEnd.end.usage, progress.used, refusal);
    else endRun(deps, { run, step: live.steps.current() }, runEnd.end, progress.used);
    settleUnexecuted(deps, run, { executed: progress.executed, refusal });
  } catch (error) {
    logFailure('run.end_failed', error, { runId: run.runId });
    // Memory and storage no longer agree about this run.
    deps.restart('a run could not be ended');
  }
  live.gate.finish();
  deps.live.delete(run.runId);
  live.ended.resolve();
}

/** Ends a run whose user had no right to it: its usage is charged, but nothing of it is stored or shown. */
function endUnseen(
  deps: RunDeps,
  { gate, assignment, steps }: LiveRun,
  usage: StepEnd['usage'],
  used: readonly TokensUsed[],
  refusal: AppError,
): void {
  const run = assignment.run();
  const step = steps.current();
  gate.discard();
  deps.log.append(run.runId, runStarted(run));
  const unseen = { ...step, writer: createAnswerWriter(step.messageId, () => undefined) };
  endRun(deps, { run, step: unseen }, { ending: failedEnding(refusal), usage, firstTokenMs: null }, used);
}

async function answer(deps: RunDeps, live: LiveRun, progress: Progress, time: TimeLimit): Promise<RunEnd> {
  const { run, gate } = live;
  try {
    const options = begin(deps, live);
    if (run.scope.approvalIds.length > 0) {
      // An effect needs confirmed rights.
      const refusal = await gate.rights.settled;
      if (refusal) return endedBy(failedEnding(refusal));
      await executeDecisions(deps, live, { ...options, executed: progress.executed });
    }
    return await answerInSteps(deps, live, { ...options, time }, progress);
  } catch (error) {
    logFailure('run.failed', error, { runId: run.runId });
    // A stored step keeps its text and its cost; the failure belongs to the next one.
    if (!isBeingWritten(deps, live)) live.steps.next();
    return endedBy(failedEnding(new AppError('INTERNAL', { cause: error })));
  }
}

const endedBy = (ending: AnswerEnding): RunEnd => ({ kind: 'step', end: unwritten(ending) });

function isBeingWritten({ sql }: Pick<RunDeps, 'sql'>, { run, steps }: LiveRun): boolean {
  const stored = findMessage(sql, run.ordinal, steps.current().messageId);
  return stored === null || stored.status === 'streaming';
}

function begin(deps: RunDeps, { run, access }: LiveRun): Options {
  openLog(deps, run);
  deps.drainSoon(START_DELAY_MS);
  // The Account knows the run of a message from its admission.
  if (run.ordinal === 1 || run.scope.approvalIds.length > 0) deps.drainSoon(LIST_DELAY_MS, 'account');
  const [decided] = run.scope.approvalIds;
  const proposed = decided === undefined ? null : getApproval(deps.sql, decided);
  // A run that continues after a decision shares the limits of the run that proposed it.
  const usedBefore = proposed ? getRunUse(deps.sql, proposed.runId) : null;
  showSources(deps, run);
  return {
    tools: isDraft(run) ? [] : toolsFor(access, run.scope.mode),
    limits: createTurnLimits(usedBefore ?? undefined),
  };
}

async function answerInSteps(
  deps: RunDeps,
  live: LiveRun,
  options: Options & { readonly time: TimeLimit },
  { used }: Progress,
): Promise<RunEnd> {
  const { gate, assignment, steps } = live;
  let pauses = 0;
  for (let isSpent = false; ; ) {
    const stopped = endingBeforeStep(gate.signal, options.limits, isSpent);
    if (stopped) return endedBy(stopped);
    const asked = askModel(deps, live, { tools: options.tools, used });
    const isPaused = ({ ending }: StepEnd): boolean => pauses < MAX_PAUSES && isContinued(live, ending);
    const end = await options.time.answering(asked, (answered) => callsTools(answered.ending) || isPaused(answered));
    const continues = isPaused(end);
    if (end.usage === null || !(callsTools(end.ending) || continues)) return { kind: 'step', end };
    // No tool runs, and no step is stored, before the gate is open.
    if (await gate.refusal()) return { kind: 'step', end };
    const run = assignment.run();
    endStep(deps, { run, step: steps.current() }, continues ? { ...end, ending: WHOLE } : end);
    used.push(usedBy(run, end.usage));
    if (continues) {
      pauses += 1;
      steps.next();
      continue;
    }
    const stopCanceling = cancelOnAbort(deps, run, gate.signal);
    const called = await runToolCalls(deps, live, options).finally(stopCanceling);
    setRunUse(deps.sql, run.runId, options.limits.use());
    if (gate.signal.aborted) cancelPending(deps, run);
    else if (called.waiting.length > 0) return { kind: 'waiting', approvals: called.waiting };
    steps.next();
    isSpent = called.isSpent;
  }
}

/** The model is asked to go on behind what it wrote so far, so that part is whole. */
const WHOLE: AnswerEnding = { kind: 'complete', callsTools: false };

/**
 * Whether the provider paused a long turn and waits to be asked again. A draft is one message. Calls of a paused answer may be
 * partial, and an empty one has nothing to continue from.
 */
function isContinued({ run, steps }: LiveRun, ending: AnswerEnding): boolean {
  if (ending.kind !== 'cut' || ending.cause !== 'paused' || isDraft(run)) return false;
  const { writer } = steps.current();
  return writer.received() !== '' && writer.calls().length === 0;
}

/** Why the model isn't called again; null if it is. */
function endingBeforeStep(signal: AbortSignal, limits: TurnLimits, isSpent: boolean): AnswerEnding | null {
  const aborted = abortedEnding(signal);
  if (aborted) return aborted;
  return isSpent || !limits.beginStep() ? failedEnding(new AppError('TURN_LIMIT')) : null;
}
