// A turn that is called off takes back the cards that it put before the user: they belong to an answer that will not
// be finished. What the user has decided already stays decided.
import { addToOutbox } from '../audit/outbox.ts';
import { logFailure } from '../log.ts';
import { getApproval, pendingApprovalsOfRun, settleApproval } from './approvals.ts';
import type { ConversationDeps, LiveTurn } from './deps.ts';
import { auditOf } from './facts.ts';
import { showConfirmation, showReply } from './tool-step.ts';
import { WITHDRAWN } from './undone.ts';

/** Takes the turn's cards back at the moment it is called off. The returned function ends the watch. */
export function withdrawOnAbort(deps: ConversationDeps, turn: LiveTurn): () => void {
  const { signal } = turn.controller;
  const withdraw = (): void => {
    try {
      withdrawCards(deps, turn);
    } catch (error) {
      // Tried again when the calls of the step are over.
      logFailure('cards could not be taken back', error);
    }
  };
  signal.addEventListener('abort', withdraw);
  return () => signal.removeEventListener('abort', withdraw);
}

/** @throws where storing fails */
export function withdrawCards(deps: ConversationDeps, { run }: Pick<LiveTurn, 'run'>): void {
  const pending = pendingApprovalsOfRun(deps.sql, run.runId);
  if (pending.length === 0) return;
  deps.transaction(() => {
    for (const approval of pending) {
      const { id, callId, tool, digest, place } = approval;
      settleApproval(deps.sql, id, 'cancelled', { message: WITHDRAWN.message, path: null, label: null });
      const told = showReply(deps, run, { call: { id: callId, name: tool }, place, outcome: WITHDRAWN });
      const withdrawn = getApproval(deps.sql, id);
      if (withdrawn) showConfirmation(deps, run.runId, withdrawn);
      const audit = auditOf(deps, run, 'tool.refused', {
        error: WITHDRAWN.code,
        meta: { approvalId: id, tool, digest },
      });
      addToOutbox(deps.sql, [{ kind: 'audit', orgId: run.orgId, userId: run.actorId, audit }, ...told]);
    }
  });
}
