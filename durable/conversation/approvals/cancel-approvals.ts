// Cancels approvals that can no longer be decided: those of a stopped run, and those of a branch that is no longer shown.
// Approvals that the user already decided stay as they are.

import { logFailure } from '../../log.ts';
import { addToOutbox, type OutboxItem } from '../../outbox/outbox.ts';
import type { RefusedCall } from '../../tools/tool-attempt.ts';
import { runAudit, storedMessage } from '../audit-events.ts';
import type { ConversationDeps } from '../deps.ts';
import { isOn, pathTo, readBranches } from '../history/branches.ts';
import { type Run, requireRun } from '../run/runs.ts';
import { type ReplyDeps, showApproval, showReply, toReplyMessage } from '../run/tool-calls.ts';
import {
  getApproval,
  pendingApprovals,
  pendingApprovalsOfRun,
  type StoredApproval,
  settleApproval,
} from './approvals.ts';
import { BRANCH_LEFT, STOPPED_OUTCOME } from './unexecuted.ts';

type CancelDeps = ReplyDeps & Pick<ConversationDeps, 'transaction'>;

/** Cancels the run's approvals at the moment it is aborted. Call the result to stop watching. */
export function cancelOnAbort(deps: CancelDeps, run: Run, signal: AbortSignal): () => void {
  const cancel = (): void => {
    try {
      cancelPending(deps, run);
    } catch (error) {
      // Tried again after the step's calls have ended.
      logFailure('approvals.cancel_failed', error, { runId: run.runId });
    }
  };
  signal.addEventListener('abort', cancel);
  return () => signal.removeEventListener('abort', cancel);
}

/** @throws if storing fails */
export function cancelPending(deps: CancelDeps, run: Run): void {
  const pending = pendingApprovalsOfRun(deps.sql, run.runId);
  if (pending.length === 0) return;
  deps.transaction(() => {
    for (const approval of pending) {
      const audit = cancelOne(deps, run, approval, STOPPED_OUTCOME);
      const { id, callId, tool, place } = approval;
      const reply = showReply(deps, run, { call: { id: callId, name: tool }, place, outcome: STOPPED_OUTCOME });
      const canceled = getApproval(deps.sql, id);
      if (canceled) showApproval(deps, run.runId, canceled);
      addToOutbox(deps.sql, [audit, ...reply]);
    }
  });
}

/** Part of the commit that admits a run on another branch. Returns the rows for the outbox. */
export function cancelOffBranch(deps: ReplyDeps, { ordinal }: Pick<Run, 'ordinal'>): OutboxItem[] {
  const path = pathTo(readBranches(deps.sql), ordinal);
  return pendingApprovals(deps.sql, deps.now())
    .filter(({ place }) => !isOn(path, place.ordinal))
    .flatMap((approval) => {
      const { callId, tool, place } = approval;
      const run = requireRun(deps.sql, approval.runId);
      const audit = cancelOne(deps, run, approval, BRANCH_LEFT);
      const reply = toReplyMessage(deps, run, { call: { id: callId, name: tool }, outcome: BRANCH_LEFT });
      return [audit, ...storedMessage(deps, place, reply)];
    });
}

function cancelOne(deps: ReplyDeps, run: Run, { id, tool, digest }: StoredApproval, outcome: RefusedCall): OutboxItem {
  settleApproval(deps.sql, id, 'cancelled', { message: outcome.message, path: null, label: null });
  return runAudit(deps, run, 'tool.refused', { error: outcome.code, meta: { approvalId: id, tool, digest } });
}
