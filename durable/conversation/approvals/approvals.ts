// Approvals: a proposal of the model, as the user saw it, bound to its arguments and row versions. Each can be used once.
// The server stores all of it; a click sends only the id.
import * as z from 'zod';
import {
  ApprovalOutcome,
  type CardContent,
  CardShape,
  CopiedApproval,
  type ShownApproval,
} from '../../contracts/approval.ts';
import type { Author } from '../../contracts/transcript.ts';
import { AppError } from '../../errors.ts';
import { Access } from '../../principal.ts';
import type { ProposedCall } from '../../tools/run-tool.ts';
import type { MessagePlace } from '../history/transcript.ts';
import { authorOf } from '../run/runs.ts';

/** After that, what the card showed may be out of date for the user. */
export const APPROVAL_LIFETIME_MS = 5 * 60_000;
const Versions = z.array(z.object({ kind: z.string(), id: z.string(), version: z.number() }));
/**
 * `approved` means that the user confirmed it and there is no outcome yet. All states except `pending` and `approved` are
 * final, but the outcome of an `unknown` one may still be found.
 */
const ApprovalState = z.enum(['pending', 'approved', 'confirmed', 'cancelled', 'failed', 'unknown']);
export type ApprovalState = z.infer<typeof ApprovalState>;

export type StoredApproval = {
  readonly id: string;
  readonly messageId: string;
  /** The place of the tool's reply in the transcript. */
  readonly place: MessagePlace;
  readonly runId: string;
  /** The user whose turn proposed it. */
  readonly askedById: string;
  readonly askedBy: Author | null;
  readonly callId: string;
  readonly tool: string;
  readonly input: unknown;
  readonly digest: string;
  readonly versions: z.infer<typeof Versions>;
  readonly card: CardContent;
  readonly expiresAt: number;
  readonly state: ApprovalState;
  readonly decidedAt: number | null;
  readonly decidedBy: string | null;
  readonly decidedAccess: Access | null;
  readonly reopenedAt: number | null;
  readonly outcome: ApprovalOutcome | null;
};

type ApprovalRow = {
  id: string;
  message_id: string;
  ordinal: number;
  position: number;
  run_id: string;
  call_id: string;
  tool: string;
  input: string;
  digest: string;
  versions: string;
  card: string;
  expires_at: number;
  state: string;
  decided_at: number | null;
  decided_by: string | null;
  decided_access: string | null;
  reopened_at: number | null;
  outcome: string | null;
  actor_id: string;
  actor_name: string | null;
};

/** With the user whose turn proposed it. */
const SELECT = 'select a.*, r.actor_id, r.actor_name from approvals a join runs r on r.run_id = a.run_id';

export function insertApproval(
  sql: SqlStorage,
  from: {
    readonly id: string;
    readonly messageId: string;
    readonly place: MessagePlace;
    readonly runId: string;
    readonly callId: string;
    readonly now: number;
    readonly approval: ProposedCall;
  },
): void {
  const { approval } = from;
  sql.exec(
    `insert into approvals (id, message_id, ordinal, position, run_id, call_id, tool, input, digest, versions, card,
       created_at, expires_at, state) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending')`,
    from.id,
    from.messageId,
    from.place.ordinal,
    from.place.position,
    from.runId,
    from.callId,
    approval.tool,
    JSON.stringify(approval.input),
    approval.digest,
    JSON.stringify(approval.versions),
    JSON.stringify(approval.card),
    from.now,
    from.now + APPROVAL_LIFETIME_MS,
  );
}

const STATE_WORDS: Readonly<Record<Exclude<ApprovalState, 'pending'>, string>> = {
  approved: 'It was confirmed. The result isn’t known yet.',
  confirmed: 'It was confirmed and completed.',
  cancelled: 'It was canceled.',
  failed: 'It was confirmed, but could not be completed.',
  unknown: 'It was confirmed, but we couldn’t confirm the result.',
};

/**
 * Records the decision of the user who was asked, once, in the same commit that admits the run that executes it.
 * @throws AppError NOT_FOUND, APPROVAL_OF_ANOTHER, APPROVAL_DECIDED or APPROVAL_EXPIRED
 */
export function decideApproval(
  sql: SqlStorage,
  decision: { readonly approvalId: string; readonly approve: boolean },
  by: { readonly access: Access; readonly runId: string; readonly now: number },
): StoredApproval {
  const approval = getApproval(sql, decision.approvalId);
  if (!approval) throw new AppError('NOT_FOUND');
  if (approval.askedById !== by.access.userId) throw new AppError('APPROVAL_OF_ANOTHER', whoCan(approval));
  if (approval.state !== 'pending')
    throw new AppError('APPROVAL_DECIDED', { detail: wordsOf(approval, approval.state) });
  if (decision.approve && approval.expiresAt <= by.now) throw new AppError('APPROVAL_EXPIRED');
  sql.exec(
    `update approvals set state = ?, decided_at = ?, decided_by = ?, decided_access = ?, deciding_run_id = ? where id = ?`,
    decision.approve ? 'approved' : 'cancelled',
    by.now,
    by.access.userName,
    JSON.stringify(by.access),
    by.runId,
    approval.id,
  );
  return approval;
}

const whoCan = ({ askedBy }: StoredApproval): { detail?: string } =>
  askedBy
    ? { detail: `Only ${askedBy.name} can decide this: it was proposed to them and runs with their permissions.` }
    : {};

/** An approval that was canceled by the server has no decision. */
const wordsOf = ({ decidedAt, outcome }: StoredApproval, state: Exclude<ApprovalState, 'pending'>): string =>
  decidedAt === null && outcome ? outcome.message : `This was already decided. ${STATE_WORDS[state]}`;

/** Takes back a decision that wasn't executed: the approval is pending again, until it expires. */
export function reopenApproval(
  sql: SqlStorage,
  { id, runId, now }: { readonly id: string; readonly runId: string; readonly now: number },
): void {
  sql.exec(
    `update approvals set state = 'pending', decided_at = null, decided_by = null, decided_access = null, deciding_run_id = null,
       reopened_at = ? where id = ? and deciding_run_id = ? and outcome is null`,
    now,
    id,
    runId,
  );
}

export function settleApproval(sql: SqlStorage, id: string, state: ApprovalState, outcome: ApprovalOutcome): void {
  sql.exec('update approvals set state = ?, outcome = ? where id = ?', state, JSON.stringify(outcome), id);
}

export function getApproval(sql: SqlStorage, id: string): StoredApproval | null {
  const row = sql.exec<ApprovalRow>(`${SELECT} where a.id = ?`, id).toArray()[0];
  return row ? toApproval(row) : null;
}

const approvalsOfMessage = (sql: SqlStorage, messageId: string): StoredApproval[] =>
  sql.exec<ApprovalRow>(`${SELECT} where a.message_id = ? order by a.position`, messageId).toArray().map(toApproval);

/** Decisions without an outcome: the instance that executed them is gone, or its result was lost. */
export const unsettledApprovals = (sql: SqlStorage): StoredApproval[] =>
  sql
    .exec<ApprovalRow>(
      `${SELECT} where a.state in ('approved', 'unknown') or (a.state = 'cancelled' and a.outcome is null)`,
    )
    .toArray()
    .map(toApproval);

/** Approvals that can still be decided, oldest first. */
export const pendingApprovals = (sql: SqlStorage, now: number): StoredApproval[] =>
  sql
    .exec<ApprovalRow>(`${SELECT} where a.state = 'pending' and a.expires_at > ? order by a.ordinal, a.position`, now)
    .toArray()
    .map(toApproval);

/** The undecided approvals of one run. */
export const pendingApprovalsOfRun = (sql: SqlStorage, runId: string): StoredApproval[] =>
  sql
    .exec<ApprovalRow>(`${SELECT} where a.state = 'pending' and a.run_id = ? order by a.position`, runId)
    .toArray()
    .map(toApproval);

/** The approval as a page shows it. A decision that is being executed has a time, but no outcome yet. */
export function toConfirmation(approval: StoredApproval, now: number): ShownApproval {
  const { id, callId, tool, card, askedBy, expiresAt, state, decidedAt, decidedBy, reopenedAt, outcome } = approval;
  const isExpired = state === 'pending' && expiresAt <= now;
  return {
    approvalId: id,
    toolCallId: callId,
    toolName: tool,
    card,
    askedBy,
    expiresAt,
    state: isExpired ? 'expired' : state === 'approved' ? 'pending' : state,
    decidedAt,
    decidedBy,
    reopenedAt,
    outcome,
  };
}

function toApproval(row: ApprovalRow): StoredApproval {
  return {
    id: row.id,
    messageId: row.message_id,
    place: { ordinal: row.ordinal, position: row.position },
    runId: row.run_id,
    askedById: row.actor_id,
    askedBy: authorOf({ actorId: row.actor_id, actorName: row.actor_name }),
    callId: row.call_id,
    tool: row.tool,
    input: JSON.parse(row.input),
    digest: row.digest,
    versions: Versions.parse(JSON.parse(row.versions)),
    // An absent `before` must stay absent: it would read as an empty one.
    card: CardShape.parse(JSON.parse(row.card)) as CardContent,
    expiresAt: row.expires_at,
    state: ApprovalState.parse(row.state),
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    decidedAccess: row.decided_access === null ? null : Access.parse(JSON.parse(row.decided_access)),
    reopenedAt: row.reopened_at,
    outcome: row.outcome === null ? null : ApprovalOutcome.parse(JSON.parse(row.outcome)),
  };
}

/**
 * The approvals of a message as a page shows them: its own, or copied ones. Copied approvals are read-only, because they
 * have no row that a click could name.
 */
export function confirmationsOfMessage(sql: SqlStorage, messageId: string, now: number): ShownApproval[] {
  const own = approvalsOfMessage(sql, messageId).map((approval) => toConfirmation(approval, now));
  return own.length > 0 ? own : copiedApprovals(sql, messageId);
}

/** Approvals as they are copied into a fork. A pending or executing one can be decided only in the original. */
export const approvalsToCopy = (sql: SqlStorage, messageId: string, now: number): CopiedApproval[] =>
  confirmationsOfMessage(sql, messageId, now).map((confirmation) =>
    CopiedApproval.parse(confirmation.state === 'pending' ? { ...confirmation, state: 'elsewhere' } : confirmation),
  );

function copiedApprovals(sql: SqlStorage, messageId: string): ShownApproval[] {
  const row = sql
    .exec<{ cards: string }>('select cards from copied_cards where message_id = ?', messageId)
    .toArray()[0];
  // An absent `before` must stay absent: it would read as an empty one.
  return row ? (z.array(CopiedApproval).parse(JSON.parse(row.cards)) as ShownApproval[]) : [];
}

export function storeCopiedApprovals(sql: SqlStorage, messageId: string, approvals: readonly CopiedApproval[]): void {
  if (approvals.length === 0) return;
  sql.exec('insert into copied_cards (message_id, cards) values (?, ?)', messageId, JSON.stringify(approvals));
}
