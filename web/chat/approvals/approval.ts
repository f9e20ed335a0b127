import type { Confirmation } from '../../../worker/api/approvals/approvals-schema.ts';
// A change the assistant proposes, which runs only after a person approves it. Pure. The state always comes from the
// server; the page only adds that its own decision is being sent.
import type { Problem } from '../../problem.ts';
import { asRecord, asText } from '../../unknown-value.ts';
import { parseAuthor } from '../transcript/people.ts';

/** The API calls it a confirmation. */
export type Approval = Confirmation;
export type ApprovalState = Approval['state'];
export type ApprovalAction = Approval['card']['action'];
export type ApprovalDetail = Approval['card']['details'][number];

const STATES: readonly ApprovalState[] = [
  ...(['pending', 'confirmed', 'cancelled', 'expired', 'failed', 'unknown', 'elsewhere'] as const),
];
const ACTIONS: readonly ApprovalAction[] = ['create', 'update', 'transition', 'delete'];

export type Decision = 'approve' | 'decline';

/** A decision sent from this page. */
export type DecisionAttempt =
  | { readonly kind: 'sending'; readonly decision: Decision }
  | { readonly kind: 'refused'; readonly decision: Decision; readonly problem: Problem };

export type Attempts = Readonly<Record<string, DecisionAttempt>>;

export const APPROVAL_NOTICE = 'No changes until you confirm.';

/** Null if the value isn't an approval that this page understands. */
export function parseApproval(value: unknown): Approval | null {
  const fields = asRecord(value);
  const card = asRecord(fields['card']);
  const [approvalId, toolCallId] = [asText(fields['approvalId']), asText(fields['toolCallId'])];
  const title = asText(card['title']);
  if (approvalId === null || toolCallId === null || title === null) return null;
  return {
    approvalId,
    toolCallId,
    toolName: asText(fields['toolName']) ?? '',
    card: {
      // Show an unknown action as the most serious one.
      action: ACTIONS.find((action) => action === card['action']) ?? 'delete',
      title,
      message: asText(card['message']) ?? '',
      details: (Array.isArray(card['details']) ? card['details'] : []).map(asRecord).map((detail) => ({
        label: asText(detail['label']) ?? '',
        ...(typeof detail['before'] === 'string' && { before: detail['before'] }),
        value: asText(detail['value']) ?? '',
      })),
    },
    askedBy: parseAuthor(fields['askedBy']),
    expiresAt: asText(fields['expiresAt']) ?? '',
    // An unknown state must not offer buttons.
    state: STATES.find((state) => state === fields['state']) ?? 'unknown',
    decidedAt: asText(fields['decidedAt']),
    decidedBy: asText(fields['decidedBy']),
    reopenedAt: asText(fields['reopenedAt']),
    outcome: parseOutcome(fields['outcome']),
  };
}

function parseOutcome(value: unknown): Approval['outcome'] {
  const fields = asRecord(value);
  const message = asText(fields['message']);
  if (message === null) return null;
  return { message, path: asText(fields['path']), label: asText(fields['label']) };
}

/** Still waiting for a decision. An approved change that is still running is `pending` too, but has `decidedAt`. */
export const isOpen = (approval: Approval): boolean => approval.state === 'pending' && approval.decidedAt === null;

/** Confirmed, and its outcome isn't known yet. */
export const isUnderway = (approval: Approval): boolean => approval.state === 'pending' && approval.decidedAt !== null;

/** Where an approval is among the pending ones with its title, such as "1 of 2"; null if there is only one. */
export function placeAmongAlike(all: Iterable<Approval>, { approvalId, card }: Approval): string | null {
  const alike = [...all].filter((other) => other.state === 'pending' && other.card.title === card.title);
  const at = alike.findIndex((other) => other.approvalId === approvalId);
  return at === -1 || alike.length === 1 ? null : `${at + 1} of ${alike.length}`;
}

/** The later of two states: a replayed event never undoes a decision, but the server can take one back. */
export function latestApproval(known: Approval | undefined, received: Approval): Approval {
  if (known === undefined || progressOf(received) >= progressOf(known)) return received;
  return known;
}

/** Unix milliseconds of the last change while it is pending; after that it only gets a final state. */
function progressOf({ state, decidedAt, reopenedAt }: Approval): number {
  if (state !== 'pending') return Number.POSITIVE_INFINITY;
  return Math.max(0, ...[decidedAt, reopenedAt].map((at) => Date.parse(at ?? '')).filter((at) => !Number.isNaN(at)));
}

/** Whole seconds until it expires; null if the server gave no time. */
export function secondsLeft(approval: Approval, now: number): number | null {
  const at = Date.parse(approval.expiresAt);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1_000));
}

/** Shows seconds only in the last minute. */
export function expiryText(seconds: number): string {
  if (seconds === 0) return 'Expires now';
  if (seconds < 60) return `Expires in ${seconds} s`;
  if (seconds < 5_400) return `Expires in ${Math.round(seconds / 60)} min`;
  return `Expires in ${Math.round(seconds / 3_600)} h`;
}

/** Why the last decision on an open approval wasn't applied; null if there is no such decision. */
export function decisionErrorText(approval: Approval, attempt: DecisionAttempt | undefined): string | null {
  if (!isOpen(approval) || attempt?.kind === 'sending') return null;
  if (attempt === undefined)
    return approval.reopenedAt === null ? null : 'We couldn’t check your access, so nothing was changed. Try again.';
  const { problem } = attempt;
  if (problem.code === 'APPROVAL_DECIDED') return 'Already decided, possibly in another tab.';
  if (problem.status === 0) return 'We couldn’t confirm your decision. Try again: it takes effect at most once.';
  return problem.detail;
}
