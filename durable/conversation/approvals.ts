// Approvals: what the model proposed, as it was shown, bound to its arguments and row versions, to be used once.
// The server holds all of it; a click carries no more than the id.
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { Access } from '../principal.ts';
import type { Approval } from '../tools/run-tool.ts';
import { CARD_ACTIONS, type Card } from '../tools/tool.ts';
import type { Author, Confirmation } from './requests.ts';
import { authorOf } from './runs.ts';
import type { Place } from './transcript.ts';

/** How long a card can be confirmed: what it showed must still be what the user has in mind. */
export const APPROVAL_LIFETIME_MS = 5 * 60_000;

export const CardShape = z.object({
  action: z.enum(CARD_ACTIONS),
  title: z.string(),
  message: z.string(),
  details: z.array(z.object({ label: z.string(), before: z.string().optional(), value: z.string() })),
});
const Versions = z.array(z.object({ kind: z.string(), id: z.string(), version: z.number() }));
export const Outcome = z.object({ message: z.string(), path: z.string().nullable(), label: z.string().nullable() });
export type Outcome = z.infer<typeof Outcome>;

/**
 * `approved` is a click whose effect has not been answered yet; every other state but `pending` is final, except that
 * `unknown` may still be found out.
 */
const ApprovalState = z.enum(['pending', 'approved', 'confirmed', 'cancelled', 'failed', 'unknown']);
export type ApprovalState = z.infer<typeof ApprovalState>;

export type StoredApproval = {
  readonly id: string;
  readonly messageId: string;
  /** Where the tool's reply is to stand in the transcript. */
  readonly place: Place;
  readonly runId: string;
  /** In whose turn it was proposed. */
  readonly askedById: string;
  readonly askedBy: Author | null;
  readonly callId: string;
  readonly tool: string;
  readonly input: unknown;
  readonly digest: string;
  readonly versions: z.infer<typeof Versions>;
  readonly card: Card;
  readonly expiresAt: number;
  readonly state: ApprovalState;
  readonly decidedAt: number | null;
  readonly decidedBy: string | null;
  readonly decidedAccess: Access | null;
  readonly outcome: Outcome | null;
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
  outcome: string | null;
  actor_id: string;
  actor_name: string | null;
};

/** Each with whose turn proposed it. */
const SELECT = 'select a.*, r.actor_id, r.actor_name from approvals a join runs r on r.run_id = a.run_id';

export function insertApproval(
  sql: SqlStorage,
  from: {
    readonly id: string;
    readonly messageId: string;
    readonly place: Place;
    readonly runId: string;
    readonly callId: string;
    readonly now: number;
    readonly approval: Approval;
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
  approved: 'confirmed, and it is being carried out',
  confirmed: 'confirmed, and it was done',
  cancelled: 'declined',
  failed: 'confirmed, but it was not done',
  unknown: 'confirmed, and whether it was done is not known',
};

/**
 * Takes the decision of the person who was asked, once. Synchronous, and part of the commit that admits the run which
 * carries it out.
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
    throw new AppError('APPROVAL_DECIDED', { detail: toldOf(approval, approval.state) });
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
    ? { detail: `Only ${askedBy.name} can decide this: it was proposed to them, and runs with their rights.` }
    : {};

/** Nobody decided on a card that was taken back. */
const toldOf = ({ decidedAt, outcome }: StoredApproval, state: Exclude<ApprovalState, 'pending'>): string =>
  decidedAt === null && outcome ? outcome.message : `This was decided already: ${STATE_WORDS[state]}.`;

/** Takes back a decision on which nothing was done: the card waits again, as long as it has. */
export function reopenApproval(sql: SqlStorage, { id, runId }: { readonly id: string; readonly runId: string }): void {
  sql.exec(
    `update approvals set state = 'pending', decided_at = null, decided_by = null, decided_access = null, deciding_run_id = null
     where id = ? and deciding_run_id = ? and outcome is null`,
    id,
    runId,
  );
}

export function settleApproval(sql: SqlStorage, id: string, state: ApprovalState, outcome: Outcome): void {
  sql.exec('update approvals set state = ?, outcome = ? where id = ?', state, JSON.stringify(outcome), id);
}

export function getApproval(sql: SqlStorage, id: string): StoredApproval | null {
  const row = sql.exec<ApprovalRow>(`${SELECT} where a.id = ?`, id).toArray()[0];
  return row ? toApproval(row) : null;
}

export const approvalsOfMessage = (sql: SqlStorage, messageId: string): StoredApproval[] =>
  sql.exec<ApprovalRow>(`${SELECT} where a.message_id = ? order by a.position`, messageId).toArray().map(toApproval);

/** Clicks of whose end nobody has told: the instance that carried them out is gone, or its answer was lost. */
export const unsettledApprovals = (sql: SqlStorage): StoredApproval[] =>
  sql
    .exec<ApprovalRow>(
      `${SELECT} where a.state in ('approved', 'unknown') or (a.state = 'cancelled' and a.outcome is null)`,
    )
    .toArray()
    .map(toApproval);

/** Cards that can still be confirmed, oldest first. */
export const pendingApprovals = (sql: SqlStorage, now: number): StoredApproval[] =>
  sql
    .exec<ApprovalRow>(`${SELECT} where a.state = 'pending' and a.expires_at > ? order by a.ordinal, a.position`, now)
    .toArray()
    .map(toApproval);

/** What a run put before the user, and nobody decided. */
export const pendingApprovalsOfRun = (sql: SqlStorage, runId: string): StoredApproval[] =>
  sql
    .exec<ApprovalRow>(`${SELECT} where a.state = 'pending' and a.run_id = ? order by a.position`, runId)
    .toArray()
    .map(toApproval);

/** The card as a page shows it. A click that is being carried out has a time, and no outcome yet. */
export function toConfirmation(approval: StoredApproval, now: number): Confirmation {
  const { id, callId, tool, card, askedBy, expiresAt, state, decidedAt, decidedBy, outcome } = approval;
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
    card: CardShape.parse(JSON.parse(row.card)) as Card,
    expiresAt: row.expires_at,
    state: ApprovalState.parse(row.state),
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    decidedAccess: row.decided_access === null ? null : Access.parse(JSON.parse(row.decided_access)),
    outcome: row.outcome === null ? null : Outcome.parse(JSON.parse(row.outcome)),
  };
}
