// Turns a request into an executing run, and stops runs for users.

import type { ConversationReply, Refusal, RunCall, RunStatus } from '../../../contracts/conversation.ts';
import type { AppError } from '../../../errors.ts';
import type { Access } from '../../../principal.ts';
import { getVisible } from '../../conversation-access.ts';
import type { ConversationDeps, LiveRun } from '../../deps.ts';
import { failedEnding, STOPPED } from '../ending.ts';
import { endUnstarted, executeRun } from '../execute-run.ts';
import { findRun, type Lease } from '../runs.ts';
import { admit } from './admit.ts';

/** Known only once the run's gate has settled. A run that waits in the queue reports its refusal in its stream. */
export type StartedRun = { readonly refusal: Promise<AppError | null> };

/**
 * Admits a run and starts it, or queues it behind the executing one. Null for a run that was admitted before.
 * @throws AppError if it is refused; nothing is stored then
 */
export function startRun(deps: ConversationDeps, call: RunCall, lease: Lease | null = null): StartedRun | null {
  const live = admit(deps, call, lease);
  if (!live) return null;
  const startsNow = deps.queue.idle();
  deps.queue.admit(live.run.runId, () => executeRun(deps, live));
  deps.background(live.ended.promise);
  if (deps.earlyStops.take(live.run.runId, live.access.userId)) stopRun(deps, live, STOPPED);
  return { refusal: startsNow ? live.gate.refusal() : Promise.resolve(null) };
}

const NOT_FOUND: Refusal = { ok: false, code: 'NOT_FOUND' };

/**
 * For a run that has already ended, returns how it ended. A stop can arrive before the message it is for, so a stop of an
 * unknown run is remembered for a moment. The reply doesn't reveal whether the conversation exists.
 */
export function cancelRun(
  deps: ConversationDeps,
  { access, runId }: { access: Access; runId: string },
): ConversationReply<{ status: RunStatus | 'stopping' }> {
  const session = getVisible(deps, access);
  const run = session && findRun(deps.sql, runId);
  if (!run) {
    deps.earlyStops.add(runId, access.userId);
    return NOT_FOUND;
  }
  const isOthers = session?.audience === 'shared' && run.actorId !== access.userId;
  if (isOthers && !deps.members.get(access)?.canManage) {
    const detail = `Only ${run.actorName ?? 'the person who asked'} can stop this answer.`;
    return { ok: false, code: 'FORBIDDEN', detail };
  }
  const live = deps.live.get(runId);
  if (!live) return { ok: true, status: run.status };
  stopRun(deps, live, STOPPED);
  return { ok: true, status: 'stopping' };
}

/** @param reason an error if the product stops the run, and not its user */
function stopRun(deps: ConversationDeps, live: LiveRun, reason: typeof STOPPED | AppError): void {
  if (!deps.queue.withdraw(live.run.runId)) live.gate.abort(reason);
  else endUnstarted(deps, live, reason === STOPPED ? { kind: 'stopped' } : failedEnding(reason));
}

/** Stops runs for the product's own reason, also those that begin while others end. */
export async function stopRuns(
  deps: ConversationDeps,
  reason: AppError,
  isMeant: (live: LiveRun) => boolean = () => true,
): Promise<void> {
  for (;;) {
    const runs = [...deps.live.values()].filter(isMeant);
    if (runs.length === 0) return;
    for (const live of runs) stopRun(deps, live, reason);
    await Promise.all(runs.map(({ ended }) => ended.promise));
  }
}
