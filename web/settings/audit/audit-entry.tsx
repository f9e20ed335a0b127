// An audit log entry with all its fields, shown in a drawer.
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'wouter';
import type { AuditEntry } from '../../../worker/api/audit/audit-schema.ts';
import { Button } from '../../design/controls/button.tsx';
import { CopyButton } from '../../design/controls/copy-button.tsx';
import { IconButton } from '../../design/controls/icon-button.tsx';
import { useSession } from '../../queries.ts';
import { formatMoment } from '../../workspace/format-moment.ts';
import { LoadingOrError } from '../loading-or-error.tsx';
import { getAuditEntry } from '../records-api.ts';
import { formatCost, formatCount, formatDuration } from '../usage/usage-format.ts';
import { actorLabel } from './audit-table.tsx';
import { eventLabel } from './event-labels.ts';

type EntryProps = {
  id: string;
  onClose: () => void;
  /** Filters the log by this value. */
  onFilter: (change: Readonly<Record<string, string>>) => void;
};

export function EntryDetails({ id, onClose, onFilter }: EntryProps) {
  const {
    data: entry,
    error,
    refetch,
  } = useQuery({
    queryKey: ['audit-entry', id],
    queryFn: () => getAuditEntry(id),
    // Audit entries never change.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), []);
  return (
    <div className="flex h-full flex-col">
      <header className="flex items-start gap-3 border-b border-line-strong bg-surface px-5 py-4">
        <div className="flex min-w-0 grow flex-col gap-0.5">
          <h2 className="text-title font-semibold tracking-tight">{entry ? eventLabel(entry.event) : 'Log entry'}</h2>
          {entry && <Moment at={entry.at} />}
        </div>
        <IconButton ref={close} icon={X} label="Close" onClick={onClose} className="-me-2" />
      </header>
      <section
        aria-label="Fields"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard as well
        tabIndex={0}
        className="flex min-h-0 grow flex-col gap-5 overflow-y-auto p-5 -outline-offset-2"
      >
        {entry === undefined ? (
          <LoadingOrError error={error} onRetry={() => void refetch()} />
        ) : (
          <Fields entry={entry} onFilter={onFilter} />
        )}
      </section>
    </div>
  );
}

function Moment({ at }: { at: string }) {
  const moment = formatMoment(at, undefined);
  return (
    <p className="text-small text-muted tabular-nums">
      <time dateTime={at}>{moment?.words ?? at}</time>
      {moment?.utc && ` · ${moment.utc}`}
    </p>
  );
}

function Fields({ entry, onFilter }: { entry: AuditEntry } & Pick<EntryProps, 'onFilter'>) {
  const count = (value: number | null) => (value === null ? null : formatCount(value));
  const rows: readonly (readonly [string, ReactNode])[] = [
    [
      'Who',
      <FilterableValue
        key="who"
        words={actorLabel(entry)}
        filter={entry.actorId === null ? null : { person: entry.actorId }}
        {...{ onFilter }}
      />,
    ],
    [
      'What',
      <FilterableValue key="what" words={entry.event} isCode filter={{ event: entry.event }} {...{ onFilter }} />,
    ],
    [
      'Tool',
      entry.tool && (
        <FilterableValue key="tool" words={entry.tool} isCode filter={{ tool: entry.tool }} {...{ onFilter }} />
      ),
    ],
    [
      'Error',
      entry.error && (
        <FilterableValue key="error" words={entry.error} isCode filter={{ error: entry.error }} {...{ onFilter }} />
      ),
    ],
    ['Conversation', entry.conversationId && <Conversation id={entry.conversationId} onFilter={onFilter} />],
    ['Duration', entry.durationMs === null ? null : formatDuration(entry.durationMs)],
    ['Provider', entry.provider],
    ['Model', entry.model],
    ['Input tokens', count(entry.inputTokens)],
    ['Output tokens', count(entry.outputTokens)],
    ['Cache read tokens', count(entry.cacheReadTokens)],
    ['Cache write tokens', count(entry.cacheWriteTokens)],
    ['Reasoning tokens', count(entry.reasoningTokens)],
    ['Token source', entry.usageEstimated === null ? null : entry.usageEstimated ? 'estimate' : 'provider'],
    [
      'Cost',
      entry.costMicros === null ? null : `${formatCost(entry.costMicros)} (${formatCount(entry.costMicros)} µ$)`,
    ],
    ['Price list', entry.priceVersion],
    ['Billing month', entry.budgetMonth],
    ['Program', code(entry.programId)],
    ['Design', code(entry.designId)],
    ['Run', code(entry.runId)],
    ['Message', code(entry.messageId)],
    ['Request', code(entry.requestId)],
    ['Row', `${formatCount(entry.seq)} of the chain`],
    ['Id', code(entry.id)],
    ['Hash', code(entry.hash)],
    ['Previous hash', code(entry.previousHash)],
  ];
  return (
    <>
      <dl className="grid grid-cols-[8.5rem_minmax(0,1fr)] gap-x-4 gap-y-2 text-small">
        {rows.map(([label, value]) =>
          value === null || value === '' ? null : (
            <div key={label} className="col-span-2 grid grid-cols-subgrid items-baseline">
              <dt className="text-muted">{label}</dt>
              <dd className="min-w-0 [overflow-wrap:anywhere] tabular-nums">{value}</dd>
            </div>
          ),
        )}
      </dl>
      <Json label="Input" value={entry.parameters} />
      <Json label="Result" value={entry.result} />
      <Json label="Details" value={entry.meta} />
    </>
  );
}

const code = (text: string | null): ReactNode => text && <span className="font-mono">{text}</span>;

type FilterableValueProps = Pick<EntryProps, 'onFilter'> & {
  words: string;
  isCode?: boolean;
  filter: Readonly<Record<string, string>> | null;
};

const FilterableValue = ({ words, isCode = false, filter, onFilter }: FilterableValueProps) => (
  <span className="flex flex-wrap items-center gap-x-2">
    <span className={isCode ? 'font-mono' : ''}>{words}</span>
    {filter !== null && (
      <Button tone="quiet" size="small" className="text-accent" onClick={() => onFilter(filter)}>
        Show all
      </Button>
    )}
  </span>
);

/** Links to the conversation only if the server lets this user read it. */
function Conversation({ id, onFilter }: { id: string } & Pick<EntryProps, 'onFilter'>) {
  const { data, isPending } = useSession(id, { poll: true });
  return (
    <span className="flex flex-col items-start gap-1">
      <span className="font-mono">{id}</span>
      {data !== undefined && (
        <Link href={`/chat/${id}`} className="text-accent underline underline-offset-2">
          Open “{data.title ?? 'Untitled'}”
        </Link>
      )}
      {data === undefined && !isPending && (
        <span className="text-muted">You don’t have access, or it was deleted.</span>
      )}
      <Button tone="quiet" size="small" className="-ms-2 text-accent" onClick={() => onFilter({ conversation: id })}>
        Show all its entries
      </Button>
    </span>
  );
}

function Json({ label, value }: { label: string; value: unknown }) {
  if (value === null || value === undefined) return null;
  const text = JSON.stringify(value, null, 2);
  if (text === '{}') return null;
  return (
    <section aria-label={label} className="flex flex-col gap-1.5">
      <div className="flex items-center justify-between">
        <h3 className="text-small font-medium">{label}</h3>
        <CopyButton text={text} label={`Copy ${label.toLowerCase()}`} />
      </div>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard as well
        tabIndex={0}
        className="max-h-72 overflow-auto rounded-control border border-line-strong bg-code p-3 font-mono text-small"
      >
        {text}
      </pre>
    </section>
  );
}
