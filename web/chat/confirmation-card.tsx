// A change that the assistant proposes, exactly as it would run. It never takes focus, and only a click on Confirm
// confirms. Once decided it folds to a badge that says how, by whom and when, with what came of it.

import { CircleAlert, LoaderCircle, type LucideIcon, OctagonAlert, TriangleAlert } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';
import type { Confirmation } from '../../worker/contract.ts';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { cx } from '../design/cx.ts';
import {
  AUTHORITY_LINE,
  type CardAction,
  type Decision,
  expiryLine,
  isOpen,
  refusalLine,
  secondsLeft,
} from './confirmation.ts';
import { ConfirmationBadge } from './confirmation-badge.tsx';
import { ConfirmationDetails } from './confirmation-details.tsx';
import { useConversation, useConversationState } from './conversation.tsx';
import { useNow } from './use-now.ts';

/** Icons differ by shape as well as by colour: a circle, a triangle, an octagon. */
const FACES: Record<CardAction, { icon: LucideIcon; tile: string; edge: string; label: string }> = {
  create: { icon: CircleAlert, tile: 'bg-accent-soft text-accent', edge: 'border-accent/50', label: 'Creates' },
  update: { icon: CircleAlert, tile: 'bg-accent-soft text-accent', edge: 'border-accent/50', label: 'Changes' },
  transition: {
    icon: TriangleAlert,
    tile: 'bg-notice text-on-notice',
    edge: 'border-on-notice/50',
    label: 'Changes the state',
  },
  delete: { icon: OctagonAlert, tile: 'bg-danger text-on-danger', edge: 'border-on-danger/50', label: 'Deletes' },
};

export function ConfirmationCard({ confirmation }: { confirmation: Confirmation }) {
  const frame = useRef<HTMLDivElement>(null);
  const held = useRef(false);
  const { state } = confirmation;
  useEffect(() => {
    // Whoever decided by keyboard is still at this place when the buttons are gone.
    if (state !== 'pending' && held.current) frame.current?.focus({ preventScroll: true });
    held.current = false;
  }, [state]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only watches where focus is
    <div
      ref={frame}
      tabIndex={-1}
      onFocus={() => {
        held.current = state === 'pending';
      }}
      onBlur={(event) => {
        // Without a next element it was lost to the buttons' going, not moved.
        if (event.relatedTarget !== null) held.current = false;
      }}
      className="w-full max-w-xl self-start rounded-card"
    >
      {state === 'pending' ? (
        <PendingCard confirmation={confirmation} />
      ) : (
        <ConfirmationBadge confirmation={confirmation} state={state} />
      )}
    </div>
  );
}

function PendingCard({ confirmation }: { confirmation: Confirmation }) {
  const { reconnect } = useConversation();
  const attempt = useConversationState((state) => state.attempts[confirmation.approvalId]);
  const idle = useConversationState((state) => !state.live);
  const title = useId();
  const now = useNow({ ticking: true, everyMs: 1_000 });
  const { card } = confirmation;
  const { icon: Icon, tile, edge, label } = FACES[card.action];
  const meId = useConversationState((state) => state.me?.id);
  const { askedBy } = confirmation;
  const other = askedBy !== null && askedBy.id !== meId ? askedBy : null;
  const underway = !isOpen(confirmation);
  const sending = underway ? 'approve' : attempt?.kind === 'sending' ? attempt.decision : null;
  const refusal = refusalLine(attempt);
  const left = underway ? null : secondsLeft(confirmation, now);

  // Whether it has expired is for the server to say, whose clock counts.
  const due = left === 0 && idle;
  useEffect(() => {
    if (due) reconnect();
  }, [due, reconnect]);

  return (
    <section
      aria-labelledby={title}
      data-confirmation="pending"
      className={cx('animate-enter rounded-card border bg-raised shadow-raised', edge)}
    >
      <div className="flex gap-3 p-4 pb-3">
        <span className={cx('flex size-8 shrink-0 items-center justify-center rounded-control', tile)}>
          <Icon size={18} strokeWidth={2} role="img" aria-label={label} />
        </span>
        <div className="flex min-w-0 grow flex-col gap-1">
          <div className="flex flex-wrap items-baseline justify-between gap-x-3">
            <h3 id={title} dir="auto" className="min-w-0 text-answer font-semibold break-words">
              {card.title}
            </h3>
            {left !== null && (
              <span className={cx('text-meta tabular-nums', left < 60 ? 'font-medium text-on-notice' : 'text-muted')}>
                {expiryLine(left)}
              </span>
            )}
          </div>
          {card.message !== '' && (
            <p dir="auto" className="break-words whitespace-pre-line text-muted">
              {card.message}
            </p>
          )}
        </div>
      </div>
      {card.details.length > 0 && (
        <div className="mx-4 mb-3">
          <ConfirmationDetails details={card.details} />
        </div>
      )}
      {refusal && (
        <p role="alert" className="mx-4 mb-3 rounded-control bg-notice px-3 py-2 text-small text-on-notice">
          {refusal}
        </p>
      )}
      {other !== null && !underway ? (
        <p className="flex items-center gap-2 border-t border-line-strong px-4 py-3 text-small text-muted">
          <Avatar name={other.name} />
          Only {other.name} can confirm this. Nothing changes until then.
        </p>
      ) : (
        <Decide confirmation={confirmation} sending={sending} underway={underway} title={title} />
      )}
    </section>
  );
}

type DecideProps = {
  confirmation: Confirmation;
  /** The click that is on its way, or is being carried out. */
  sending: Decision | null;
  underway: boolean;
  /** Id of the heading. */
  title: string;
};

function Decide({ confirmation, sending, underway, title }: DecideProps) {
  const { decide } = useConversation();
  return (
    <div className="flex flex-wrap items-center gap-2 border-t border-line-strong px-4 py-3">
      <span className="grow basis-52 text-small text-muted">
        {underway ? 'Confirmed. This is being done now.' : AUTHORITY_LINE}
      </span>
      <div className="flex grow justify-end gap-2 [&>*]:grow sm:grow-0 sm:[&>*]:grow-0">
        <Button
          size="large"
          aria-disabled={sending !== null}
          aria-describedby={title}
          onClick={() => decide(confirmation, 'decline')}
        >
          {sending === 'decline' && <Spinner />}
          {sending === 'decline' ? 'Cancelling…' : 'Cancel'}
        </Button>
        <Button
          size="large"
          tone={confirmation.card.action === 'delete' ? 'danger' : 'primary'}
          aria-disabled={sending !== null}
          aria-describedby={title}
          onClick={() => decide(confirmation, 'approve')}
        >
          {sending === 'approve' && <Spinner />}
          {sending === 'approve' ? 'Confirming…' : 'Confirm'}
        </Button>
      </div>
    </div>
  );
}

const Spinner = () => <LoaderCircle size={16} aria-hidden className="animate-spin" />;
