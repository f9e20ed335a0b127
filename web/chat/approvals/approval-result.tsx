// An approval that was decided or can no longer be decided: the outcome, by whom and when. Its details stay available.
import { Ban, Check, ChevronRight, CircleHelp, CircleX, Clock, type LucideIcon, Split } from 'lucide-react';
import { Link } from 'wouter';
import { Badge } from '../../design/badge.tsx';
import { internalPath } from '../../markdown/safe-link.ts';
import { useConversationState } from '../conversation.tsx';
import type { Approval, ApprovalState } from './approval.ts';
import { ApprovalDetails } from './approval-details.tsx';

type ResultDisplay = {
  tone: 'good' | 'neutral' | 'notice' | 'danger';
  icon: LucideIcon;
  label: string;
  note: string | null;
};

const ENDINGS: Record<Exclude<ApprovalState, 'pending'>, ResultDisplay> = {
  confirmed: { tone: 'good', icon: Check, label: 'Confirmed', note: null },
  cancelled: { tone: 'neutral', icon: Ban, label: 'Canceled', note: 'Nothing was changed.' },
  expired: {
    tone: 'neutral',
    icon: Clock,
    label: 'Expired',
    note: 'Nothing was changed. Ask again to get a new approval.',
  },
  failed: { tone: 'danger', icon: CircleX, label: 'Failed', note: 'Nothing was changed.' },
  unknown: {
    tone: 'notice',
    icon: CircleHelp,
    label: 'Outcome unknown',
    note: 'We couldn’t confirm the result. Check the item before retrying.',
  },
  elsewhere: {
    tone: 'neutral',
    icon: Split,
    label: 'In the original conversation',
    note: 'Approve or cancel this in the original conversation.',
  },
};

/** What the named person did, whatever the outcome. */
const DECISION_LABELS = {
  confirmed: 'Confirmed',
  cancelled: 'Canceled',
  expired: 'Requested',
  failed: 'Confirmed',
  unknown: 'Confirmed',
  elsewhere: 'Confirmed',
} as const;

export function ApprovalResult({ approval, state }: { approval: Approval; state: keyof typeof ENDINGS }) {
  const { card, outcome, decidedAt, decidedBy } = approval;
  const { tone, icon, label, note } = ENDINGS[state];
  const attempt = useConversationState((other) => other.attempts[approval.approvalId]);
  const elsewhere = attempt?.kind === 'refused' && attempt.problem.code === 'APPROVAL_DECIDED';
  const path = outcome?.path ? internalPath(outcome.path) : null;
  const byAndWhen = [decidedBy && `by ${decidedBy}`, decidedAt && formatMoment(decidedAt)].filter(Boolean).join(' · ');
  return (
    <div
      data-approval={state}
      className="flex flex-col gap-1 rounded-card border border-line-strong bg-raised px-3 py-2.5"
    >
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Badge tone={tone} icon={icon}>
          {label}
        </Badge>
        <span dir="auto" className="min-w-0 font-medium break-words">
          {card.title}
        </span>
        {path !== null && (
          <Link href={path} className="text-accent underline decoration-1 underline-offset-2 hover:decoration-2">
            {outcome?.label ?? 'View'}
          </Link>
        )}
      </div>
      <p dir="auto" className="text-small break-words text-muted">
        {outcomeText(approval, note)}
      </p>
      {byAndWhen !== '' && (
        <p className="text-meta text-muted">
          {DECISION_LABELS[state]} {byAndWhen}
        </p>
      )}
      {elsewhere && <p className="text-small text-muted">Already decided, possibly in another tab.</p>}
      {card.details.length > 0 && (
        <details className="group text-small">
          <summary className="inline-flex min-h-6 list-none items-center gap-1 rounded-control text-muted hover:text-text touch:min-h-11">
            <ChevronRight
              size={14}
              aria-hidden
              className="transition-transform group-open:rotate-90 rtl:-scale-x-100"
            />
            View details
          </summary>
          <div className="mt-1">
            <ApprovalDetails details={card.details} />
          </div>
        </details>
      )}
    </div>
  );
}

/** The outcome, or only the note if nothing was done. */
function outcomeText({ state, outcome, decidedAt }: Approval, note: string | null): string {
  // If no one decided a canceled approval, the server canceled it, and its message says why.
  const hasMessage = state === 'cancelled' ? decidedAt === null : state !== 'expired';
  if (outcome === null || !hasMessage) return note ?? '';
  const message = /[.!?…]$/.test(outcome.message) ? outcome.message : `${outcome.message}.`;
  return note === null || message.includes(note) ? message : `${message} ${note}`;
}

const formatMoment = (iso: string): string =>
  new Date(iso).toLocaleString(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
