// The owner's click on a card: a run of its own, which carries out what was decided and reports it.

import type { z } from 'zod';
import { AppError } from '../errors.ts';
import { getApproval, toConfirmation } from './approvals.ts';
import { getVisible } from './audience.ts';
import type { ConversationDeps } from './deps.ts';
import type { Answer, Confirmation, DecideCall, RunCall } from './requests.ts';
import { mayDecide } from './watch-rights.ts';

type Start = (call: RunCall) => { readonly refusal: Promise<AppError | null> } | null;

export async function decide(
  deps: ConversationDeps,
  start: Start,
  call: z.output<typeof DecideCall>,
): Promise<Answer<{ runId: string; confirmation: Confirmation }>> {
  const { access, settings, requestId, runId, approvalId, approve, digest } = call;
  const session = getVisible(deps, access);
  if (!session) return { ok: false, code: 'NOT_FOUND' };
  const parentRunId = getApproval(deps.sql, approvalId)?.runId ?? null;
  const nothing = { message: null, model: null, programId: null, designId: null, parentRunId };
  const run = {
    ...nothing,
    sessionId: session.id,
    runId,
    decisions: [{ approvalId, approve }],
    mode: 'chat' as const,
    digest,
  };
  try {
    const unproven = await mayDecide(deps, access);
    if (unproven) return { ok: false, code: unproven.code };
    const started = start({ run, access, settings, requestId, lastEventId: null });
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
