// A question that is edited, or answered again, takes back the cards of the answer that it leaves: they belong to words
// that no longer count. What was decided already stays decided.
import type { OutboxItem } from '../audit/outbox.ts';
import { pendingApprovals, settleApproval } from './approvals.ts';
import { isOn, pathTo, readBranches } from './branches.ts';
import type { ConversationDeps } from './deps.ts';
import { keepMessage } from './end-turn.ts';
import { auditOf } from './facts.ts';
import { type Run, requireRun } from './runs.ts';
import { toReplyMessage } from './tool-step.ts';
import { ABANDONED } from './undone.ts';

/** Part of the commit that admits the turn; answers what Postgres is to be told. */
export function abandonCards(deps: ConversationDeps, { ordinal }: Pick<Run, 'ordinal'>): OutboxItem[] {
  const path = pathTo(readBranches(deps.sql), ordinal);
  return pendingApprovals(deps.sql, deps.now())
    .filter(({ place }) => !isOn(path, place.ordinal))
    .flatMap((approval): OutboxItem[] => {
      const { id, callId, tool, digest, place } = approval;
      settleApproval(deps.sql, id, 'cancelled', { message: ABANDONED.message, path: null, label: null });
      const run = requireRun(deps.sql, approval.runId);
      const reply = toReplyMessage(deps, run, { call: { id: callId, name: tool }, outcome: ABANDONED });
      const meta = { approvalId: id, tool, digest };
      const audit = auditOf(deps, run, 'tool.refused', { error: ABANDONED.code, meta });
      return [{ kind: 'audit', orgId: run.orgId, userId: run.actorId, audit }, ...keepMessage(deps, place, reply)];
    });
}
