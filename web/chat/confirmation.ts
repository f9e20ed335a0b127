// A write that waits for a person's decision, as the server tells of it, and how it is to be shown. Pure. The server
// alone says how a confirmation stands; what this page adds is only that a click of its own is on the way.
import type { Confirmation } from '../../worker/contract.ts';
import type { Problem } from '../problem.ts';
import { parseAuthor } from './people.ts';
import { asRecord, asText } from './unknown-value.ts';

export type ConfirmationState = Confirmation['state'];
export type CardAction = Confirmation['card']['action'];
export type CardDetail = Confirmation['card']['details'][number];

const STATES: readonly ConfirmationState[] = [
  ...(['pending', 'confirmed', 'cancelled', 'expired', 'failed', 'unknown', 'elsewhere'] as const),
];
const ACTIONS: readonly CardAction[] = ['create', 'update', 'transition', 'delete'];

export type Decision = 'approve' | 'decline';

/** What this page has done about a confirmation. */
export type DecisionAttempt =
  | { readonly kind: 'sending'; readonly decision: Decision }
  | { readonly kind: 'refused'; readonly decision: Decision; readonly problem: Problem };

export type Attempts = Readonly<Record<string, DecisionAttempt>>;

export const AUTHORITY_LINE = 'Nothing changes until you confirm.';

/** Null where a value is no confirmation: something newer than this page, or nothing. */
export function parseConfirmation(value: unknown): Confirmation | null {
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
      // An action that this page does not know is shown as the one that asks for most attention.
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
    // What cannot be understood is not offered for a click.
    state: STATES.find((state) => state === fields['state']) ?? 'unknown',
    decidedAt: asText(fields['decidedAt']),
    decidedBy: asText(fields['decidedBy']),
    outcome: parseOutcome(fields['outcome']),
  };
}

function parseOutcome(value: unknown): Confirmation['outcome'] {
  const fields = asRecord(value);
  const message = asText(fields['message']);
  if (message === null) return null;
  return { message, path: asText(fields['path']), label: asText(fields['label']) };
}

/** Someone has yet to decide. What was decided and is still being carried out is pending too, with the time of the click. */
export const isOpen = (confirmation: Confirmation): boolean =>
  confirmation.state === 'pending' && confirmation.decidedAt === null;

/** Of two tellings the later one holds; a replay of what was asked never undoes what was decided. */
export function laterConfirmation(known: Confirmation | undefined, told: Confirmation): Confirmation {
  if (known === undefined || progressOf(told) >= progressOf(known)) return told;
  return known;
}

const progressOf = (confirmation: Confirmation): number =>
  confirmation.state !== 'pending' ? 2 : confirmation.decidedAt === null ? 0 : 1;

/** How long is left, in whole seconds; null where the server gave no time. */
export function secondsLeft(confirmation: Confirmation, now: number): number | null {
  const at = Date.parse(confirmation.expiresAt);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1_000));
}

/** Words for the time left; seconds only once they matter. */
export function expiryLine(seconds: number): string {
  if (seconds === 0) return 'Expires now';
  if (seconds < 60) return `Expires in ${seconds} s`;
  if (seconds < 5_400) return `Expires in ${Math.round(seconds / 60)} min`;
  return `Expires in ${Math.round(seconds / 3_600)} h`;
}

/** What to say where a click did not do what its label says. */
export function refusalLine(attempt: DecisionAttempt | undefined): string | null {
  if (attempt?.kind !== 'refused') return null;
  const { problem } = attempt;
  if (problem.code === 'APPROVAL_DECIDED') return 'Already decided in another tab or by another click.';
  if (problem.status === 0)
    return 'The server did not answer, so this may or may not have been decided. Click again: it happens at most once.';
  return problem.detail;
}
