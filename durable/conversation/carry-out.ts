// Carries out what the user decided: runs the stored arguments of an approved card, once, or tells the model that the
// card was laid aside. What became of it is the server's word; a lost answer is looked up and never tried again.

import type { AuditEvent } from '../audit/audit-event.ts';
import { addToOutbox } from '../audit/outbox.ts';
import type { AppError } from '../errors.ts';
import { logFailure } from '../log.ts';
import type { Access } from '../principal.ts';
import type { Refused, Result, Unknown } from '../tools/attempt.ts';
import type { Tool } from '../tools/tool.ts';
import { createTurnLimits, type TurnLimits } from '../tools/turn-limits.ts';
import {
  type ApprovalState,
  getApproval,
  type Outcome,
  reopenApproval,
  type StoredApproval,
  settleApproval,
  unsettledApprovals,
} from './approvals.ts';
import type { ConversationDeps, LiveTurn } from './deps.ts';
import { keepMessage } from './end-turn.ts';
import { type Run, requireRun } from './runs.ts';
import { contextOf, showConfirmation, showReply, toFacts, toReplyMessage } from './tool-step.ts';
import { DECLINED, NOT_DONE } from './undone.ts';
import { isUnproven } from './watch-rights.ts';

type Options = { readonly tools: readonly Tool[]; readonly limits: TurnLimits };

/** The decisions that this turn was admitted with, in their order. */
export async function carryOut(deps: ConversationDeps, turn: LiveTurn, options: Options): Promise<void> {
  for (const id of turn.run.scope.approvalIds) {
    const approval = getApproval(deps.sql, id);
    if (approval?.state === 'cancelled') settle(deps, turn.run, approval, DECLINED, []);
    // A stop, or rights that went, come before what has not begun.
    else if (approval?.state === 'approved' && !turn.controller.signal.aborted)
      await runApproved(deps, turn, approval, options);
  }
}

/** Settles what a turn that ended was to carry out and did not begin. A click that nobody could judge was no click. */
export function settleUntried(deps: ConversationDeps, turn: LiveTurn, refusal: AppError | null): void {
  for (const id of turn.run.scope.approvalIds) {
    const approval = turn.tried.has(id) ? null : getApproval(deps.sql, id);
    if (approval && refusal && isUnproven(refusal)) reopenApproval(deps.sql, { id, runId: turn.run.runId });
    else if (approval?.state === 'approved') settleUnseen(deps, turn.run, approval, NOT_DONE, []);
    else if (approval && isDeclinedUntold(approval)) settleUnseen(deps, turn.run, approval, DECLINED, []);
  }
}

const isDeclinedUntold = ({ state, outcome }: StoredApproval): boolean => state === 'cancelled' && outcome === null;

async function runApproved(
  deps: ConversationDeps,
  turn: LiveTurn,
  approval: StoredApproval,
  options: Options,
): Promise<void> {
  const facts: AuditEvent[] = [];
  const runner = deps.openTools({ ...options, audit: (event) => facts.push(event) });
  turn.tried.add(approval.id);
  const outcome = await runner.execute(contextOf(turn), {
    tool: approval.tool,
    input: approval.input,
    digest: approval.digest,
    versions: approval.versions,
    key: approval.id,
  });
  settle(deps, turn.run, approval, outcome, facts);
}

function settle(
  deps: ConversationDeps,
  run: Run,
  approval: StoredApproval,
  outcome: Result | Refused | Unknown,
  facts: readonly AuditEvent[],
): void {
  deps.transaction(() => {
    settleApproval(deps.sql, approval.id, stateAfter(outcome), toOutcome(outcome));
    const call = { id: approval.callId, name: approval.tool };
    const told = showReply(deps, run, { call, place: approval.place, outcome: withoutLink(outcome) });
    const settled = getApproval(deps.sql, approval.id);
    if (settled) showConfirmation(deps, run.runId, settled);
    addToOutbox(deps.sql, [...toFacts(run, facts), ...told]);
  });
}

/** Settles in the transcript alone: the run that was to carry it out is over. */
function settleUnseen(
  deps: ConversationDeps,
  run: Run,
  approval: StoredApproval,
  outcome: Result | Refused | Unknown,
  facts: readonly AuditEvent[],
): void {
  deps.transaction(() => {
    settleApproval(deps.sql, approval.id, stateAfter(outcome), toOutcome(outcome));
    const call = { id: approval.callId, name: approval.tool };
    const reply = toReplyMessage(deps, run, { call, outcome: withoutLink(outcome) });
    addToOutbox(deps.sql, [...toFacts(run, facts), ...keepMessage(deps, approval.place, reply)]);
  });
  deps.drainSoon(0);
}

/** The way to what was made stands on the card; a button beside it would be the same once more. */
const withoutLink = <O extends Result | Refused | Unknown>(outcome: O): O =>
  outcome.kind === 'result' ? { ...outcome, link: null } : outcome;

const STATE_OF = { result: 'confirmed', refused: 'failed', unknown: 'unknown' } as const;
const stateAfter = (outcome: Result | Refused | Unknown): ApprovalState =>
  outcome === DECLINED ? 'cancelled' : STATE_OF[outcome.kind];

function toOutcome(outcome: Result | Refused | Unknown): Outcome {
  if (outcome.kind !== 'result') return { message: outcome.message, path: null, label: null };
  return { message: 'Done', path: outcome.link?.path ?? null, label: outcome.link?.label ?? null };
}

/** A transaction that an earlier instance began has ended by now, one way or the other. */
const EFFECT_IS_OVER_MS = 30_000;

/**
 * Finds out what became of clicks that an earlier instance carried out, or whose answer was lost. True where nothing is
 * left to find out. Never rejects.
 */
export async function settleLost(
  deps: ConversationDeps,
  toolsFor: (access: Access) => readonly Tool[],
): Promise<boolean> {
  const lost = unsettledApprovals(deps.sql).filter((approval) => !isBeingCarriedOut(deps, approval));
  const settled = await Promise.all(lost.map((approval) => lookUp(deps, approval, toolsFor)));
  return settled.every(Boolean);
}

const isBeingCarriedOut = (deps: ConversationDeps, approval: StoredApproval): boolean =>
  [...deps.live.values()].some(({ run }) => run.scope.approvalIds.includes(approval.id));

async function lookUp(
  deps: ConversationDeps,
  approval: StoredApproval,
  toolsFor: (access: Access) => readonly Tool[],
): Promise<boolean> {
  const { decidedAccess: access, decidedAt } = approval;
  if (!access || decidedAt === null) return true;
  try {
    const run = requireRun(deps.sql, approval.runId);
    if (approval.state === 'cancelled') {
      settleUnseen(deps, run, approval, DECLINED, []);
      return true;
    }
    const facts: AuditEvent[] = [];
    const options = { tools: toolsFor(access), limits: createTurnLimits() };
    const runner = deps.openTools({ ...options, audit: (event) => facts.push(event) });
    const found = await runner.findOutcome(contextOf({ run, access }), { tool: approval.tool, key: approval.id });
    if (found.kind === 'absent' && deps.now() - decidedAt < EFFECT_IS_OVER_MS) return false;
    if (getApproval(deps.sql, approval.id)?.state !== approval.state) return true;
    // Said once, and asked again until it is found out.
    if (found.kind !== 'unknown' || approval.state === 'approved')
      settleUnseen(deps, run, approval, found.kind === 'absent' ? NOT_DONE : found, facts);
    return found.kind !== 'unknown';
  } catch (error) {
    logFailure('a lost effect could not be looked up', error);
    return false;
  }
}
