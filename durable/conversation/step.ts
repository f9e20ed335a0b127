// The steps of a turn: each answer of the model is a message of its own, at the next place of the turn.
import { monthOf } from '../budget/month.ts';
import { createAnswerWriter } from './answer-writer.ts';
import type { ConversationDeps, LiveTurn, Step } from './deps.ts';
import { runStarted } from './end-turn.ts';
import type { Run } from './runs.ts';
import { blankMessage, nextPosition, type Place, putMessage } from './transcript.ts';

export const newStep = (deps: Pick<ConversationDeps, 'log'>, run: Run, messageId: string, position: number): Step => ({
  messageId,
  place: { ordinal: run.ordinal, position },
  writer: createAnswerWriter(messageId, (event) => deps.log.append(run.runId, event)),
  lease: null,
  firstTokenMs: null,
});

/** Puts the step's message into the transcript, still empty, and opens it in the log. */
export function beginStep(deps: ConversationDeps, turn: LiveTurn): void {
  const { step } = turn;
  markStep(deps, turn);
  step.lease = { id: step.messageId, month: monthOf(deps.now()), tokens: 0 };
  step.writer.open();
}

/** The step's message, still empty, under the name of who answers now. */
export function markStep(deps: Pick<ConversationDeps, 'sql' | 'now'>, { run, step }: LiveTurn): void {
  const blank = blankMessage({
    id: step.messageId,
    runId: run.runId,
    role: 'assistant',
    parts: [],
    status: 'streaming',
    createdAt: deps.now(),
  });
  putMessage(deps.sql, step.place, { ...blank, model: run.model, provider: run.provider });
}

/** The first events of a run's log. */
export function openLog(deps: ConversationDeps, run: Run): void {
  deps.log.append(run.runId, runStarted(run));
  const title = deps.session.get()?.title ?? null;
  if (run.ordinal === 1 && title !== null)
    deps.log.append(run.runId, { type: 'CUSTOM', name: 'title', value: { title } });
}

/** Forgets what a run that nobody has seen yet has said, and begins its only step again. */
export function beginAnew(deps: ConversationDeps, turn: LiveTurn): void {
  const { run, step } = turn;
  deps.log.discard(run.runId);
  openLog(deps, run);
  turn.step = newStep(deps, run, step.messageId, step.place.position);
  beginStep(deps, turn);
}

/** Goes on to the turn's next message. */
export function nextStep(deps: ConversationDeps, turn: LiveTurn): void {
  const { place, writer } = turn.step;
  turn.step = newStep(deps, turn.run, deps.newId(), freePosition(deps.sql, place, writer.calls().length));
}

/** What is free after a step and the replies to its calls: those that wait for the user have places, though no row yet. */
export const freePosition = (sql: SqlStorage, step: Place, calls: number): number =>
  Math.max(step.position + calls + 1, nextPosition(sql, step.ordinal));
