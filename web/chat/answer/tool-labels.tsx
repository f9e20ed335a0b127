// The tools an answer used, as labels below its text. Each expands to its input and result.
import {
  Check,
  ChevronRight,
  CircleHelp,
  CircleX,
  Clock,
  Info,
  LoaderCircle,
  type LucideIcon,
  Minus,
} from 'lucide-react';
import { useState } from 'react';
import { CopyButton } from '../../design/controls/copy-button.tsx';
import { cx } from '../../design/cx.ts';
import { useConversationState } from '../conversation.tsx';
import { formatWait } from '../format.ts';
import { useNow } from '../use-now.ts';
import { formatDetail, type ToolCall } from './tool-call.ts';

const STATES: Record<ToolCall['state'], { icon: LucideIcon; label: string; style: string }> = {
  running: { icon: LoaderCircle, label: 'Running…', style: 'animate-spin text-accent' },
  waiting: { icon: Clock, label: 'Needs your approval', style: 'text-on-notice' },
  done: { icon: Check, label: 'Done', style: 'text-on-good' },
  refused: { icon: Info, label: 'Blocked', style: 'text-on-notice' },
  failed: { icon: CircleX, label: 'Failed', style: 'text-on-danger' },
  unknown: { icon: CircleHelp, label: 'Outcome unknown', style: 'text-on-notice' },
  unfinished: { icon: Minus, label: 'Didn’t run', style: 'text-muted' },
};

/** Calls faster than this show no time. */
const SHOW_SECONDS_AFTER = 2;

export function ToolLabels({ calls }: { calls: readonly ToolCall[] }) {
  if (calls.length === 0) return null;
  return (
    <ul aria-label="Tools used" className="flex min-w-0 flex-col items-start">
      {calls.map((call) => (
        <li key={call.id} className="max-w-full min-w-0">
          <ToolLabel call={call} />
        </li>
      ))}
    </ul>
  );
}

function ToolLabel({ call }: { call: ToolCall }) {
  const { icon: Icon, label: stateLabel, style } = STATES[call.state];
  const approver = useConversationState((state) => {
    const askedBy = state.tools.approvals[call.id]?.askedBy ?? null;
    return askedBy === null || askedBy.id === state.me?.id ? null : askedBy.name;
  });
  const label = call.state === 'waiting' && approver !== null ? `Needs ${approver}’s approval` : stateLabel;
  const [open, setOpen] = useState(false);
  return (
    <>
      <details
        data-tool={call.name}
        data-state={call.state}
        onToggle={(event) => setOpen(event.currentTarget.open)}
        className="group min-w-0"
      >
        <summary className="inline-flex min-h-7 max-w-full list-none items-center gap-1.5 rounded-control px-1 text-small text-muted select-none hover:bg-hover hover:text-text touch:min-h-11">
          <Icon size={14} strokeWidth={2.25} aria-hidden className={cx('shrink-0', style)} />
          <span dir="ltr" className="min-w-0 truncate font-mono">
            {call.name}
            {call.object !== null && (
              <>
                {' · '}
                <bdi>{call.object}</bdi>
              </>
            )}
          </span>
          {call.state === 'running' ? (
            <Elapsed id={call.id} />
          ) : (
            <span className={cx('ms-1 shrink-0', call.state === 'done' && 'sr-only')}>{label}</span>
          )}
          <ChevronRight
            size={14}
            aria-hidden
            className="shrink-0 opacity-60 transition-transform group-open:rotate-90 rtl:-scale-x-100"
          />
        </summary>
        {open && (
          <div className="mt-1 mb-2 flex w-full flex-col gap-2 ps-6">
            <Detail title="Input" text={call.input} />
            {call.output !== null && <Detail title="Result" text={call.output} />}
          </div>
        )}
      </details>
      {call.refusal !== null && (
        <p
          dir="auto"
          className={cx(
            'ms-1 mb-1 border-s-2 ps-3 text-small break-words',
            call.refusal.isOffer ? 'border-accent text-text' : 'border-line-strong text-muted',
          )}
        >
          {call.refusal.message}
        </p>
      )}
    </>
  );
}

function Elapsed({ id }: { id: string }) {
  const span = useConversationState((state) => state.tools.spans[id]);
  const now = useNow({ ticking: true, everyMs: 1_000 });
  const seconds = span === undefined ? 0 : Math.floor((now - span.startedAt) / 1_000);
  return (
    <span className="ms-1 shrink-0 tabular-nums">
      Running…{seconds >= SHOW_SECONDS_AFTER && ` ${formatWait(seconds)}`}
    </span>
  );
}

function Detail({ title, text }: { title: string; text: string }) {
  return (
    <figure className="m-0 min-w-0 overflow-hidden rounded-card border border-line-strong bg-code">
      <figcaption className="flex h-8 items-center justify-between border-b border-line-strong/60 ps-3 pe-1 text-meta text-muted touch:h-12">
        {title}
        <CopyButton text={text} label={`Copy ${title.toLowerCase()}`} />
      </figcaption>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long text scrolls, and must do so by keyboard as well
        tabIndex={0}
        className="max-h-72 overflow-auto p-3 font-mono text-meta break-words whitespace-pre-wrap"
      >
        {formatDetail(text)}
      </pre>
    </figure>
  );
}
