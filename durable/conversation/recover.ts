// Runs when an object starts: turns that its last instance left unfinished are ended in the log, marked interrupted.
// What was shown is in the log, so the partial answer is rebuilt from it; nothing is asked of a provider again.
import { AppError } from '../errors.ts';
import { createAnswerWriter, replayAnswer } from './answer-writer.ts';
import type { ConversationDeps } from './deps.ts';
import { type AgUiEvent, parseFrames } from './events.ts';
import { endTurn, runStarted } from './run-turn.ts';
import { type Run, unfinishedRuns } from './runs.ts';
import { usageOf } from './turn.ts';

/** How many turns were ended. */
export function recover(deps: ConversationDeps): number {
  const runs = unfinishedRuns(deps.sql);
  for (const run of runs) interrupt(deps, run);
  return runs.length;
}

function interrupt(deps: ConversationDeps, run: Run): void {
  const logged = loggedEvents(deps, run.runId);
  const state = replayAnswer(logged);
  deps.log.open(run.runId, logged.length);
  if (logged.length === 0) deps.log.append(run.runId, runStarted(run));
  const writer = createAnswerWriter(run.assistantId, (event) => deps.log.append(run.runId, event), state);
  const ending = { status: 'interrupted' as const, error: new AppError('RUN_INTERRUPTED') };
  // A turn that had not begun cost nothing. One that had is charged for its prompt and for what was stored of the answer.
  const begun = run.status === 'running';
  const usage = begun
    ? usageOf({ ending, reported: null, charged: true }, run.promptTokens, state.text + state.reasoning)
    : null;
  endTurn(deps, { run, writer }, usage, ending);
}

function loggedEvents(deps: ConversationDeps, runId: string): AgUiEvent[] {
  const events: AgUiEvent[] = [];
  for (let next = deps.log.read(runId, -1); next; next = deps.log.read(runId, next.last))
    events.push(...parseFrames(next.frames));
  return events;
}
