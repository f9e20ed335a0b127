// A proposal that was decided, or can no longer be: folded to a badge in words and colour, with what came of it, by whom
// and when. What it was stays to be looked up.
import { Ban, Check, ChevronRight, CircleHelp, CircleX, Clock, type LucideIcon, Split } from 'lucide-react';
import { Link } from 'wouter';
import type { Confirmation } from '../../worker/contract.ts';
import { Badge } from '../design/badge.tsx';
import { internalPath } from '../markdown/safe-link.ts';
import type { ConfirmationState } from './confirmation.ts';
import { ConfirmationDetails } from './confirmation-details.tsx';
import { useConversationState } from './conversation.tsx';

type Badged = { tone: 'good' | 'neutral' | 'notice' | 'danger'; icon: LucideIcon; label: string; note: string | null };

const ENDINGS: Record<Exclude<ConfirmationState, 'pending'>, Badged> = {
  confirmed: { tone: 'good', icon: Check, label: 'Confirmed', note: null },
  cancelled: { tone: 'neutral', icon: Ban, label: 'Cancelled', note: 'Nothing was changed.' },
  expired: {
    tone: 'neutral',
    icon: Clock,
    label: 'Expired',
    note: 'Nobody decided in time, and nothing was changed. Ask again to get a new card.',
  },
  failed: { tone: 'danger', icon: CircleX, label: 'Failed', note: 'Nothing was changed.' },
  unknown: {
    tone: 'notice',
    icon: CircleHelp,
    label: 'Outcome unknown',
    note: 'This may or may not have been done. Look at the item before you try again.',
  },
  elsewhere: {
    tone: 'neutral',
    icon: Split,
    label: 'In the original',
    note: 'This waits in the conversation that this one was forked from, and can be decided only there.',
  },
};

/** Whoever is named clicked; what came of the click is another matter. */
const DECIDED_WORDS = {
  confirmed: 'Confirmed',
  cancelled: 'Cancelled',
  expired: 'Asked',
  failed: 'Confirmed',
  unknown: 'Confirmed',
  elsewhere: 'Confirmed',
} as const;

export function ConfirmationBadge({
  confirmation,
  state,
}: {
  confirmation: Confirmation;
  state: keyof typeof ENDINGS;
}) {
  const { card, outcome, decidedAt, decidedBy } = confirmation;
  const { tone, icon, label, note } = ENDINGS[state];
  const attempt = useConversationState((other) => other.attempts[confirmation.approvalId]);
  const elsewhere = attempt?.kind === 'refused' && attempt.problem.code === 'APPROVAL_DECIDED';
  const path = outcome?.path ? internalPath(outcome.path) : null;
  const said = [decidedBy && `by ${decidedBy}`, decidedAt && formatMoment(decidedAt)].filter(Boolean).join(' · ');
  return (
    <div
      data-confirmation={state}
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
        {wordsOf(confirmation, note)}
      </p>
      {said !== '' && (
        <p className="text-meta text-muted">
          {DECIDED_WORDS[state]} {said}
        </p>
      )}
      {elsewhere && <p className="text-small text-muted">Already decided in another tab or by another click.</p>}
      {card.details.length > 0 && (
        <details className="group text-small">
          <summary className="inline-flex min-h-6 list-none items-center gap-1 rounded-control text-muted hover:text-text touch:min-h-11">
            <ChevronRight
              size={14}
              aria-hidden
              className="transition-transform group-open:rotate-90 rtl:-scale-x-100"
            />
            {state === 'confirmed' ? 'What was confirmed' : 'What was proposed'}
          </summary>
          <div className="mt-1">
            <ConfirmationDetails details={card.details} />
          </div>
        </details>
      )}
    </div>
  );
}

/** What came of it: of what was not done, only that; of what was, what it was. */
function wordsOf({ state, outcome, decidedAt }: Confirmation, note: string | null): string {
  // A card that nobody decided on was taken back, and says why.
  const isTold = state === 'cancelled' ? decidedAt === null : state !== 'expired';
  if (outcome === null || !isTold) return note ?? '';
  const told = /[.!?…]$/.test(outcome.message) ? outcome.message : `${outcome.message}.`;
  return note === null || told.includes(note) ? told : `${told} ${note}`;
}

const formatMoment = (iso: string): string =>
  new Date(iso).toLocaleString(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
