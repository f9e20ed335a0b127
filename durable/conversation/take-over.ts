// Another model takes a run over: from then on the run is that model's, at its prices.
import { AppError } from '../errors.ts';
import type { ConversationDeps, LiveTurn, Resolved } from './deps.ts';
import { answeredBy, setRunAnswering } from './runs.ts';

/** The settings name somebody else than who was asked, or is about to be. True where nothing was asked yet. */
export function supersede(deps: ConversationDeps, turn: LiveTurn, resolved: Resolved): boolean {
  if (turn.attempt === null) {
    deps.transaction(() => moveTo(deps, turn, resolved));
    return true;
  }
  turn.successor = resolved;
  // Nobody hears of it: the request comes to nothing, and the successor is asked.
  turn.attempt.abort(new AppError('RUN_INTERRUPTED'));
  return false;
}

/** Part of the caller's commit. */
export function moveTo(deps: Pick<ConversationDeps, 'sql'>, turn: LiveTurn, to: Resolved): void {
  turn.resolved = to;
  turn.run = { ...turn.run, ...answeredBy(to) };
  setRunAnswering(deps.sql, turn.run);
}
