// Runs when an object starts: turns that its last instance left unfinished are ended in the log, marked interrupted.
// What was shown is in the log, so the partial answer is rebuilt from it; nothing is asked of a provider again.
import { addToOutbox } from '../audit/outbox.ts';
import { AppError } from '../errors.ts';
import { logFailure } from '../log.ts';
import { type AnswerState, createAnswerWriter, replayAnswer } from './answer-writer.ts';
import { chargeBarely } from './charge-barely.ts';
import type { ConversationDeps, Step } from './deps.ts';
import { endTurn, runStarted } from './end-turn.ts';
import { storedEvents } from './event-store.ts';
import { type AgUiEvent, frame, parseFrames } from './events.ts';
import { type Run, requireRun, setRunEnded, unfinishedRunIds } from './runs.ts';
import { freePosition, newStep } from './step.ts';
import { findMessage, findStreaming, markInterrupted, nextPosition } from './transcript.ts';
import { usageOf } from './turn.ts';

/** How many turns were ended. Never throws: an object that cannot start is lost with all it holds. */
export function recover(deps: ConversationDeps): number {
  const runIds = unfinishedRunIds(deps.sql);
  for (const runId of runIds) {
    try {
      interrupt(deps, requireRun(deps.sql, runId));
    } catch (error) {
      logFailure('an interrupted run could not be ended in full', error);
      endBarely(deps, runId);
    }
  }
  return runIds.length;
}

function interrupt(deps: ConversationDeps, run: Run): void {
  const logged = loggedEvents(deps, run.runId);
  const state = replayAnswer(logged);
  const ending = { status: 'interrupted' as const, error: new AppError('RUN_INTERRUPTED') };
  deps.log.open(run.runId, logged.length);
  if (logged.length === 0) deps.log.append(run.runId, runStarted(run));
  const begun = findStreaming(deps.sql, run.ordinal);
  const step = begun ? begunStep(deps, run, state, begun) : unbegunStep(deps, run, state);
  // A turn that had not begun cost nothing. One that had is charged for its prompt and for what was stored of the answer.
  const said = begun?.id === state.messageId ? saidIn(state) : '';
  const usage = begun ? usageOf({ ending, reported: null, charged: true }, run.promptTokens, said) : null;
  endTurn(deps, { run, step, used: [] }, usage, ending);
}

/** The step whose answer was cut off. Of its events perhaps none is stored. */
function begunStep(
  deps: ConversationDeps,
  run: Run,
  state: AnswerState,
  begun: { id: string; position: number },
): Step {
  const step = newStep(deps, run, begun.id, begun.position);
  const lease = run.budgetMonth === null ? null : { id: run.leaseId ?? begun.id, month: run.budgetMonth, tokens: 0 };
  if (begun.id !== state.messageId) return { ...step, lease };
  const writer = createAnswerWriter(begun.id, (event) => deps.log.append(run.runId, event), state);
  return { ...step, writer, lease };
}

/** Before the first step, and between two, all that was said is stored: what is interrupted is a message yet to come. */
function unbegunStep(deps: ConversationDeps, run: Run, state: AnswerState): Step {
  const last = state.messageId === null ? null : findMessage(deps.sql, run.ordinal, state.messageId);
  if (!last) return newStep(deps, run, run.assistantId, nextPosition(deps.sql, run.ordinal));
  const place = { ordinal: run.ordinal, position: last.position };
  return newStep(deps, run, deps.newId(), freePosition(deps.sql, place, state.calls.length));
}

const saidIn = (state: AnswerState): string =>
  state.text + state.reasoning + state.calls.map((call) => call.name + call.arguments).join('');

function loggedEvents(deps: ConversationDeps, runId: string): AgUiEvent[] {
  const events: AgUiEvent[] = [];
  for (let next = deps.log.read(runId, -1); next; next = deps.log.read(runId, next.last))
    events.push(...parseFrames(next.frames));
  return events;
}

/** Without reading a word of what is stored: readers and the next turn go on, and what is sure is charged. */
function endBarely(deps: ConversationDeps, runId: string): void {
  try {
    deps.transaction(() => {
      const store = storedEvents(deps.sql);
      addToOutbox(deps.sql, chargeBarely(deps, runId));
      const { code, detail } = new AppError('RUN_INTERRUPTED');
      const seq = store.count(runId);
      store.insert(runId, {
        first: seq,
        count: 1,
        frames: frame(runId, seq, { type: 'RUN_ERROR', message: detail, code }),
      });
      setRunEnded(deps.sql, runId, 'interrupted', deps.now());
      markInterrupted(deps.sql, runId);
    });
    deps.log.forget(runId);
  } catch (error) {
    logFailure('an interrupted run could not be ended at all', error);
  }
}
