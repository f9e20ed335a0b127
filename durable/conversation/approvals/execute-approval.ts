// Executes a user's decision: runs the stored arguments of a confirmed approval once, or reports to the model that it was
// canceled. Only the server knows the outcome; a lost result is looked up, and the change is never tried again.

import type { ApprovalOutcome } from '../../contracts/approval.ts';
import type { AuditEvent } from '../../contracts/audit-event.ts';
import type { AppError } from '../../errors.ts';
import { logFailure } from '../../log.ts';
import { addToOutbox } from '../../outbox/outbox.ts';
import type { Access } from '../../principal.ts';
import type { Tool } from '../../tools/tool.ts';
import type { ToolOutcome } from '../../tools/tool-attempt.ts';
import { createTurnLimits, type TurnLimits } from '../../tools/turn-limits.ts';
import { storedMessage, toolAudits } from '../audit-events.ts';
import type { ConversationDeps, LiveRun } from '../deps.ts';
import { touchSession } from '../run/end-run.ts';
import { isUnproven } from '../run/rights.ts';
import { type Run, requireRun } from '../run/runs.ts';
import { contextOf, type ReplyDeps, showApproval, showReply, toReplyMessage } from '../run/tool-calls.ts';
import {
  type ApprovalState,
  getApproval,
  reopenApproval,
  type StoredApproval,
  settleApproval,
  unsettledApprovals,
} from './approvals.ts';
import { DECLINED, INTERRUPTED } from './unexecuted.ts';

export type ExecuteDeps = ReplyDeps & Pick<ConversationDeps, 'openTools' | 'transaction' | 'drainSoon'>;

/** The decisions that the run was admitted with, in order. Adds to `executed` before an effect starts. */
export async function executeDecisions(
  deps: ExecuteDeps,
  { run, access, assignment, gate }: LiveRun,
  options: { readonly tools: readonly Tool[]; readonly limits: TurnLimits; readonly executed: Set<string> },
): Promise<void> {
  const { tools, limits, executed } = options;
  for (const id of run.scope.approvalIds) {
    const approval = getApproval(deps.sql, id);
    if (approval?.state === 'cancelled') settleShown(deps, run, { approval, outcome: DECLINED, audits: [] });
    // An aborted run starts no effect.
    if (approval?.state !== 'approved' || gate.signal.aborted) continue;
    const audits: AuditEvent[] = [];
    const runner = deps.openTools({ tools, limits, audit: (event) => audits.push(event) });
    executed.add(id);
    const outcome = await runner.execute(contextOf(assignment.run(), access, approval.messageId), {
      tool: approval.tool,
      input: approval.input,
      digest: approval.digest,
      versions: approval.versions,
      key: id,
    });
    settleShown(deps, run, { approval, outcome, audits });
  }
}

/** Settles the decisions that an ended run didn't reach. If the access check failed, the user's click is undone. */
export function settleUnexecuted(
  deps: ExecuteDeps,
  run: Run,
  { executed, refusal }: { readonly executed: ReadonlySet<string>; readonly refusal: AppError | null },
): void {
  for (const id of run.scope.approvalIds) {
    const approval = executed.has(id) ? null : getApproval(deps.sql, id);
    if (!approval) continue;
    if (refusal && isUnproven(refusal)) reopenApproval(deps.sql, { id, runId: run.runId, now: deps.now() });
    else if (approval.state === 'approved') settleUnshown(deps, run, { approval, outcome: INTERRUPTED, audits: [] });
    else if (isUnreportedCancel(approval)) settleUnshown(deps, run, { approval, outcome: DECLINED, audits: [] });
  }
}

const isUnreportedCancel = ({ state, outcome }: StoredApproval): boolean => state === 'cancelled' && outcome === null;

type ExecutedApproval = {
  readonly approval: StoredApproval;
  readonly outcome: ToolOutcome;
  readonly audits: readonly AuditEvent[];
};

function settleShown(deps: ExecuteDeps, run: Run, { approval, outcome, audits }: ExecutedApproval): void {
  deps.transaction(() => {
    settleApproval(deps.sql, approval.id, stateAfter(outcome), toOutcome(outcome));
    const call = { id: approval.callId, name: approval.tool };
    const reply = showReply(deps, run, { call, place: approval.place, outcome: withoutLink(outcome) });
    const settled = getApproval(deps.sql, approval.id);
    if (settled) showApproval(deps, run.runId, settled);
    addToOutbox(deps.sql, [...toolAudits(run, audits), ...reply]);
  });
}

/** Only in the transcript, because the run that was to execute it has ended. */
function settleUnshown(deps: ExecuteDeps, run: Run, { approval, outcome, audits }: ExecutedApproval): void {
  deps.transaction(() => {
    settleApproval(deps.sql, approval.id, stateAfter(outcome), toOutcome(outcome));
    const call = { id: approval.callId, name: approval.tool };
    const reply = toReplyMessage(deps, run, { call, outcome: withoutLink(outcome) });
    const stored = storedMessage(deps, approval.place, reply);
    // The conversation's version grows, so that pages that have it open load the outcome.
    addToOutbox(deps.sql, [...toolAudits(run, audits), ...stored, ...touchSession(deps, run)]);
  });
  deps.drainSoon(0);
}

/** The approval shows the link to the created item, so a button below the answer would repeat it. */
const withoutLink = (outcome: ToolOutcome): ToolOutcome =>
  outcome.kind === 'result' ? { ...outcome, link: null } : outcome;

const STATE_OF = { result: 'confirmed', refused: 'failed', unknown: 'unknown' } as const;
const stateAfter = (outcome: ToolOutcome): ApprovalState =>
  outcome === DECLINED ? 'cancelled' : STATE_OF[outcome.kind];

function toOutcome(outcome: ToolOutcome): ApprovalOutcome {
  if (outcome.kind !== 'result') return { message: outcome.message, path: null, label: null };
  return { message: 'Done', path: outcome.link?.path ?? null, label: outcome.link?.label ?? null };
}

/** By then, a transaction of an earlier instance has committed or failed. */
const EFFECT_IS_OVER_MS = 30_000;

/**
 * Looks up the outcome of decisions that an earlier instance started to execute, or whose result was lost. True if nothing
 * is left to look up. Never rejects.
 */
export async function settleLost(
  deps: ExecuteDeps & Pick<ConversationDeps, 'live'>,
  toolsFor: (access: Access) => readonly Tool[],
): Promise<boolean> {
  const lost = unsettledApprovals(deps.sql).filter((approval) => !isBeingExecuted(deps, approval));
  const settled = await Promise.all(lost.map((approval) => lookUp(deps, approval, toolsFor)));
  return settled.every(Boolean);
}

/** Whether a decision has no outcome yet and no run that will bring it. */
export function isLost(deps: Pick<ConversationDeps, 'sql' | 'live'>, approvalId: string): boolean {
  const approval = getApproval(deps.sql, approvalId);
  return approval !== null && ['approved', 'unknown'].includes(approval.state) && !isBeingExecuted(deps, approval);
}

const isBeingExecuted = ({ live }: Pick<ConversationDeps, 'live'>, { id }: StoredApproval): boolean =>
  [...live.values()].some(({ run }) => run.scope.approvalIds.includes(id));

async function lookUp(
  deps: ExecuteDeps,
  approval: StoredApproval,
  toolsFor: (access: Access) => readonly Tool[],
): Promise<boolean> {
  const { decidedAccess: access, decidedAt } = approval;
  if (!access || decidedAt === null) return true;
  try {
    const run = requireRun(deps.sql, approval.runId);
    if (approval.state === 'cancelled') {
      settleUnshown(deps, run, { approval, outcome: DECLINED, audits: [] });
      return true;
    }
    const audits: AuditEvent[] = [];
    const options = { tools: toolsFor(access), limits: createTurnLimits() };
    const runner = deps.openTools({ ...options, audit: (event) => audits.push(event) });
    const found = await runner.findOutcome(contextOf(run, access, approval.messageId), {
      tool: approval.tool,
      key: approval.id,
    });
    if (found.kind === 'absent' && deps.now() - decidedAt < EFFECT_IS_OVER_MS) return false;
    if (getApproval(deps.sql, approval.id)?.state !== approval.state) return true;
    // An unknown outcome is stored once, and looked up until it is found.
    if (found.kind !== 'unknown' || approval.state === 'approved') {
      const outcome = found.kind === 'absent' ? INTERRUPTED : found;
      settleUnshown(deps, run, { approval, outcome, audits });
    }
    return found.kind !== 'unknown';
  } catch (error) {
    logFailure('approval.lookup_failed', error, { approvalId: approval.id });
    return false;
  }
}
