// A user's click on an approval. It starts a run that executes the decision and reports the outcome.

import type { ShownApproval } from '../../contracts/approval.ts';
import type { ConversationReply, DecideCall, RunRequest } from '../../contracts/conversation.ts';
import { AppError } from '../../errors.ts';
import { getVisible } from '../conversation-access.ts';
import type { ConversationDeps } from '../deps.ts';
import { startRun } from '../run/admission/start-run.ts';
import { mayDecide } from '../run/rights.ts';
import { getApproval, toConfirmation } from './approvals.ts';

export async function decideAndRun(
  deps: ConversationDeps,
  call: DecideCall,
): Promise<ConversationReply<{ runId: string; confirmation: ShownApproval }>> {
  const { access, settings, requestId, runId, approvalId, approve, digest } = call;
  const session = getVisible(deps, access);
  if (!session) return { ok: false, code: 'NOT_FOUND' };
  const run: RunRequest = {
    sessionId: session.id,
    runId,
    message: null,
    decisions: [{ approvalId, approve }],
    model: null,
    programId: null,
    designId: null,
    mode: 'chat',
    parentRunId: getApproval(deps.sql, approvalId)?.runId ?? null,
    digest,
  };
  try {
    const unproven = await mayDecide(deps, access);
    if (unproven) return { ok: false, code: unproven.code };
    const started = startRun(deps, { run, access, settings, requestId, lastEventId: null });
    const refusal = (await started?.refusal) ?? null;
    if (refusal) return { ok: false, code: refusal.code };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, code: error.code, detail: error.detail };
    throw error;
  }
  const approval = getApproval(deps.sql, approvalId);
  if (!approval) return { ok: false, code: 'NOT_FOUND' };
  return { ok: true, runId, confirmation: toConfirmation(approval, deps.now()) };
}
