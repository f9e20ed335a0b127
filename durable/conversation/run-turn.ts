// The life of one admitted turn: begin, answer step by step, end. Rights are confirmed and tokens are reserved while the
// provider already thinks; until both hold nothing is shown and no tool runs.
import { AppError } from '../errors.ts';
import { logFailure } from '../log.ts';
import { toolsFor } from '../packs/registry.ts';
import type { Usage } from '../providers/models.ts';
import type { Tool } from '../tools/tool.ts';
import { createTurnLimits, type TurnLimits } from '../tools/turn-limits.ts';
import { createAnswerWriter } from './answer-writer.ts';
import { getApproval } from './approvals.ts';
import { type Asked, askProvider } from './ask-provider.ts';
import { carryOut, settleUntried } from './carry-out.ts';
import type { ConversationDeps, LiveTurn } from './deps.ts';
import { briefOf, isDraft, showSources } from './drafting.ts';
import { endAfterTools, endStep, endTurn, runStarted } from './end-turn.ts';
import { prepareRequest } from './model-request.ts';
import { holdUntilReserved, letGoUnreserved, refusalOf } from './reserve-step.ts';
import { getRunUse, setRunStarted, setRunUse } from './runs.ts';
import { nextStep, openLog } from './step.ts';
import { threadOf } from './thread.ts';
import { runCalls } from './tool-step.ts';
import { findMessage, readTurn } from './transcript.ts';
import { abortedEnding, type Ending, failedEnding, type Streamed, usageOf } from './turn.ts';
import { watchRights } from './watch-rights.ts';
import { withdrawCards, withdrawOnAbort } from './withdraw-cards.ts';

/** How long the first rows may wait for the outbox to leave, so that they do not compete with the first token. */
const DRAIN_DELAY_MS = 150;
/** The longest that a turn may take in all, tools included. */
const TURN_MS = 120_000;

/** Never rejects. The run's log is ended when it settles, or this instance is, and the next one ends the log. */
export async function runTurn(deps: ConversationDeps, turn: LiveTurn): Promise<void> {
  const stopWatching = watchRights(deps, turn);
  holdUntilReserved(deps, turn);
  const callOff = deps.later(TURN_MS, () => turn.controller.abort(new AppError('TURN_LIMIT')));
  const { end, usage } = await answer(deps, turn);
  letGoUnreserved(deps, turn);
  const refusal = await refusalOf(turn);
  callOff();
  stopWatching();
  settle(deps, turn, refusal ? () => endUnseen(deps, turn, usage, refusal) : end, refusal);
}

/** Ends a turn that was taken out of the queue before it began. */
export function endUnbegun(deps: ConversationDeps, turn: LiveTurn): void {
  settle(deps, turn, () => {
    deps.log.append(turn.run.runId, runStarted(turn.run));
    endTurn(deps, turn, null, { status: 'stopped' });
  });
}

function settle(deps: ConversationDeps, turn: LiveTurn, end: () => void, refusal: AppError | null = null): void {
  try {
    end();
    settleUntried(deps, turn, refusal);
  } catch (error) {
    logFailure('a run could not be ended', error);
    // What memory says of the run no longer agrees with what is stored.
    deps.restart('a run could not be ended');
  }
  turn.rights.resolve(null);
  turn.quota.resolve(null);
  deps.live.delete(turn.run.runId);
  turn.ended.resolve();
}

type Options = { readonly tools: readonly Tool[]; readonly limits: TurnLimits };

/** How a turn is to be ended, and what its last step used where that is not committed yet. */
type Answered = { readonly end: () => void; readonly usage: Usage | null };

async function answer(deps: ConversationDeps, turn: LiveTurn): Promise<Answered> {
  const endWith = (ending: Ending, usage: Usage | null): Answered => ({
    end: () => endTurn(deps, turn, usage, ending),
    usage,
  });
  try {
    const options = begin(deps, turn);
    if (turn.run.scope.approvalIds.length > 0) {
      // An effect is not for rights that may be gone.
      if (await turn.rights.promise) return UNSEEN;
      await carryOut(deps, turn, options);
    }
    return await answerInSteps(deps, turn, options, endWith);
  } catch (error) {
    logFailure('a run failed', error);
    // A step that is stored keeps its words and its cost: the failure is the next one's.
    if (!isBeingWritten(deps, turn)) nextStep(deps, turn);
    return endWith({ status: 'failed', error: new AppError('INTERNAL', { cause: error }) }, null);
  }
}

const isBeingWritten = ({ sql }: ConversationDeps, { run, step }: LiveTurn): boolean =>
  (findMessage(sql, run.ordinal, step.messageId)?.status ?? 'streaming') === 'streaming';

/** For a turn that will not be ended as it went: its user had no right to it. */
const UNSEEN: Answered = { end: () => undefined, usage: null };

async function answerInSteps(
  deps: ConversationDeps,
  turn: LiveTurn,
  options: Options,
  endWith: (ending: Ending, usage: Usage | null) => Answered,
): Promise<Answered> {
  for (let isSpent = false; ; ) {
    const ending = endingBeforeStep(turn, options.limits, isSpent);
    if (ending) return endWith(ending, null);
    const { streamed, promptTokens, isSent } = await askProvider(deps, turn, () => ask(deps, turn, options));
    const usage = isSent ? usageOf(streamed, promptTokens, turn.step.writer.said()) : null;
    if (!usage || !callsTools(streamed)) return endWith(streamed.ending, usage);
    // No tool runs, and no step is stored, before rights and the reservation hold.
    if (await refusalOf(turn)) return { ...UNSEEN, usage };
    endStep(deps, turn, usage, streamed.ending);
    const stopWithdrawing = withdrawOnAbort(deps, turn);
    const called = await runCalls(deps, turn, options).finally(stopWithdrawing);
    setRunUse(deps.sql, turn.run.runId, options.limits.use());
    if (turn.controller.signal.aborted) withdrawCards(deps, turn);
    else if (called.waiting.length > 0) return { end: () => endAfterTools(deps, turn, called.waiting), usage: null };
    nextStep(deps, turn);
    isSpent = called.isSpent;
  }
}

const callsTools = ({ ending }: Streamed): boolean => ending.status === 'complete' && ending.finish === 'tool-calls';

/** Why the model is not asked again; null where it is. */
function endingBeforeStep(turn: LiveTurn, limits: TurnLimits, isSpent: boolean): Ending | null {
  const aborted = abortedEnding(turn.controller.signal);
  if (aborted) return aborted;
  return isSpent || !limits.beginStep() ? failedEnding(new AppError('TURN_LIMIT')) : null;
}

function begin(deps: ConversationDeps, turn: LiveTurn): Options {
  const { run } = turn;
  openLog(deps, run);
  deps.drainSoon(DRAIN_DELAY_MS);
  const [decided] = run.scope.approvalIds;
  const before = decided === undefined ? null : getApproval(deps.sql, decided);
  // What goes on after a click has used what its first part used.
  const used = before ? getRunUse(deps.sql, before.runId) : null;
  showSources(deps, run);
  return {
    tools: isDraft(run) ? [] : toolsFor(turn.access, run.scope.mode),
    limits: createTurnLimits(used ?? undefined),
  };
}

function ask(deps: ConversationDeps, turn: LiveTurn, { tools }: Options): Asked {
  const { run, resolved, access, place } = turn;
  const session = deps.session.get();
  if (!session) throw new Error('a turn without a session');
  const { request, promptTokens, historyFrom } = prepareRequest(deps, {
    access,
    place,
    resolved,
    mode: run.scope.mode,
    instructions: run.scope.instructions ?? null,
    maxOutputTokens: run.scope.maxOutputTokens ?? null,
    programId: run.scope.programId,
    designId: run.scope.designId,
    about: run.scope.about,
    tools,
    draft: briefOf(deps, run),
    ordinal: run.ordinal,
    historyFrom: session.historyFrom,
    thread: threadOf(deps.sql, session),
    readTurn: (ordinal) => ({ ordinal, messages: readTurn(deps.sql, ordinal) }),
  });
  // That the first turn is sent from the start needs no row.
  if (historyFrom > Math.max(session.historyFrom, 1)) deps.session.put({ ...session, historyFrom });
  setRunStarted(deps.sql, run.runId, { promptTokens, lease: turn.step.lease });
  return { request, promptTokens };
}

/** Ends a run whose user turned out to have no right to it: charged as used, but not a word of it is kept or shown. */
function endUnseen(deps: ConversationDeps, turn: LiveTurn, usage: Usage | null, refusal: AppError): void {
  deps.log.discard(turn.run.runId);
  deps.log.append(turn.run.runId, runStarted(turn.run));
  const writer = createAnswerWriter(turn.step.messageId, () => undefined);
  endTurn(deps, { ...turn, step: { ...turn.step, writer } }, usage, { status: 'failed', error: refusal });
}
