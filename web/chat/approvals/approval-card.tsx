// A change the assistant proposes, exactly as it would run. It never takes focus, and only a click on Confirm confirms.
// Once decided, ApprovalResult takes its place.
import { CircleAlert, LoaderCircle, type LucideIcon, OctagonAlert, TriangleAlert } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';
import { Avatar } from '../../design/avatar.tsx';
import { Button } from '../../design/controls/button.tsx';
import { cx } from '../../design/cx.ts';
import { useConversation, useConversationState } from '../conversation.tsx';
import { useNow } from '../use-now.ts';
import type { Approval } from './approval.ts';
import {
  APPROVAL_NOTICE,
  type ApprovalAction,
  type Decision,
  decisionErrorText,
  expiryText,
  isOpen,
  placeAmongAlike,
  secondsLeft,
} from './approval.ts';
import { ApprovalDetails } from './approval-details.tsx';
import { ApprovalResult } from './approval-result.tsx';

/** Icons differ by shape as well as color: circle, triangle, octagon. */
const LOOKS: Record<ApprovalAction, { icon: LucideIcon; tile: string; edge: string; label: string }> = {
  create: { icon: CircleAlert, tile: 'bg-accent-soft text-accent', edge: 'border-accent/50', label: 'Create' },
  update: { icon: CircleAlert, tile: 'bg-accent-soft text-accent', edge: 'border-accent/50', label: 'Update' },
  transition: {
    icon: TriangleAlert,
    tile: 'bg-notice text-on-notice',
    edge: 'border-on-notice/50',
    label: 'Change state',
  },
  delete: { icon: OctagonAlert, tile: 'bg-danger text-on-danger', edge: 'border-on-danger/50', label: 'Delete' },
};

export function ApprovalCard({ approval }: { approval: Approval }) {
  const frame = useRef<HTMLDivElement>(null);
  const held = useRef(false);
  const { state } = approval;
  useEffect(() => {
    // After a decision by keyboard, keep the focus here when the buttons disappear.
    if (state !== 'pending' && held.current) frame.current?.focus({ preventScroll: true });
    held.current = false;
  }, [state]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only tracks focus
    <div
      ref={frame}
      tabIndex={-1}
      onFocus={() => {
        held.current = state === 'pending';
      }}
      onBlur={(event) => {
        // No next element means the focused button disappeared; the user didn't move on.
        if (event.relatedTarget !== null) held.current = false;
      }}
      className="w-full max-w-xl self-start rounded-card"
    >
      {state === 'pending' ? <PendingCard approval={approval} /> : <ApprovalResult approval={approval} state={state} />}
    </div>
  );
}

function PendingCard({ approval }: { approval: Approval }) {
  const { reconnect } = useConversation();
  const attempt = useConversationState((state) => state.attempts[approval.approvalId]);
  const idle = useConversationState((state) => !state.live);
  const place = useConversationState(({ tools }) => placeAmongAlike(Object.values(tools.approvals), approval));
  const title = useId();
  const now = useNow({ ticking: true, everyMs: 1_000 });
  const { card } = approval;
  const { icon: Icon, tile, edge, label } = LOOKS[card.action];
  const meId = useConversationState((state) => state.me?.id);
  const { askedBy } = approval;
  const other = askedBy !== null && askedBy.id !== meId ? askedBy : null;
  const underway = !isOpen(approval);
  const sending = underway ? 'approve' : attempt?.kind === 'sending' ? attempt.decision : null;
  const refusal = decisionErrorText(approval, attempt);
  const left = underway ? null : secondsLeft(approval, now);

  // Only the server decides whether it has expired, by its own clock.
  const due = left === 0 && idle;
  useEffect(() => {
    if (due) reconnect();
  }, [due, reconnect]);

  return (
    <section
      aria-labelledby={title}
      data-approval="pending"
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
              {/* Otherwise two cards would have the same name. */}
              {place !== null && <span className="font-normal text-muted"> ({place})</span>}
            </h3>
            {left !== null && (
              <span className={cx('text-meta tabular-nums', left < 60 ? 'font-medium text-on-notice' : 'text-muted')}>
                {expiryText(left)}
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
          <ApprovalDetails details={card.details} />
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
          Only {other.name} can confirm this. No changes until then.
        </p>
      ) : (
        <Decide approval={approval} sending={sending} underway={underway} idle={idle} title={title} />
      )}
    </section>
  );
}

type DecideProps = {
  approval: Approval;
  /** The decision being sent or carried out. */
  sending: Decision | null;
  underway: boolean;
  /** No run on this page brings its outcome. */
  idle: boolean;
  /** Id of the heading. */
  title: string;
};

function Decide({ approval, sending, underway, idle, title }: DecideProps) {
  const { decide } = useConversation();
  return (
    <div className="flex flex-wrap items-center gap-2 border-t border-line-strong px-4 py-3">
      <span className="grow basis-52 text-small text-muted">
        {underway ? (idle ? 'Confirmed. Checking the result…' : 'Confirmed. Applying the change…') : APPROVAL_NOTICE}
      </span>
      <div className="flex grow justify-end gap-2 [&>*]:grow sm:grow-0 sm:[&>*]:grow-0">
        <Button
          size="large"
          aria-disabled={sending !== null}
          aria-describedby={title}
          onClick={() => decide(approval, 'decline')}
        >
          {sending === 'decline' && <Spinner />}
          {sending === 'decline' ? 'Canceling…' : 'Cancel'}
        </Button>
        <Button
          size="large"
          tone={approval.card.action === 'delete' ? 'danger' : 'primary'}
          aria-disabled={sending !== null}
          aria-describedby={title}
          onClick={() => decide(approval, 'approve')}
        >
          {sending === 'approve' && <Spinner />}
          {sending === 'approve' ? 'Confirming…' : 'Confirm'}
        </Button>
      </div>
    </div>
  );
}

const Spinner = () => <LoaderCircle size={16} aria-hidden className="animate-spin" />;
