// One row of the audit log with all its fields, in a drawer beside the table.
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'wouter';
import type { AuditEntry } from '../../../worker/audit-contract.ts';
import { Button } from '../../design/button.tsx';
import { CopyButton } from '../../design/copy-button.tsx';
import { IconButton } from '../../design/icon-button.tsx';
import { useSession } from '../../queries.ts';
import { momentWords } from '../../workspace/moment-words.ts';
import { Loading } from '../loading.tsx';
import { getAuditEntry } from '../records-api.ts';
import { costWords, countWords, msWords } from '../usage/usage-words.ts';
import { who } from './audit-table.tsx';
import { eventWords } from './event-words.ts';

type EntryProps = {
  id: string;
  onClose: () => void;
  /** Shows all rows that have the same. */
  onFilter: (change: Readonly<Record<string, string>>) => void;
};

export function Entry({ id, onClose, onFilter }: EntryProps) {
  const {
    data: entry,
    error,
    refetch,
  } = useQuery({
    queryKey: ['audit-entry', id],
    queryFn: () => getAuditEntry(id),
    // What is written there never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), []);
  return (
    <div className="flex h-full flex-col">
      <header className="flex items-start gap-3 border-b border-line-strong bg-surface px-5 py-4">
        <div className="flex min-w-0 grow flex-col gap-0.5">
          <h2 className="text-title font-semibold tracking-tight">
            {entry ? eventWords(entry.event) : 'Row of the log'}
          </h2>
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
          <Loading error={error} onRetry={() => void refetch()} />
        ) : (
          <Fields entry={entry} onFilter={onFilter} />
        )}
      </section>
    </div>
  );
}

function Moment({ at }: { at: string }) {
  const moment = momentWords(at, undefined);
  return (
    <p className="text-small text-muted tabular-nums">
      <time dateTime={at}>{moment?.words ?? at}</time>
      {moment?.utc && ` · ${moment.utc}`}
    </p>
  );
}

function Fields({ entry, onFilter }: { entry: AuditEntry } & Pick<EntryProps, 'onFilter'>) {
  const count = (value: number | null) => (value === null ? null : countWords(value));
  const rows: readonly (readonly [string, ReactNode])[] = [
    [
      'Who',
      <Same
        key="who"
        words={who(entry)}
        filter={entry.actorId === null ? null : { person: entry.actorId }}
        {...{ onFilter }}
      />,
    ],
    ['What', <Same key="what" words={entry.event} isCode filter={{ event: entry.event }} {...{ onFilter }} />],
    [
      'Tool',
      entry.tool && <Same key="tool" words={entry.tool} isCode filter={{ tool: entry.tool }} {...{ onFilter }} />,
    ],
    [
      'Error',
      entry.error && <Same key="error" words={entry.error} isCode filter={{ error: entry.error }} {...{ onFilter }} />,
    ],
    ['Conversation', entry.conversationId && <Conversation id={entry.conversationId} onFilter={onFilter} />],
    ['Took', entry.durationMs === null ? null : msWords(entry.durationMs)],
    ['Provider', entry.provider],
    ['Model', entry.model],
    ['Tokens in', count(entry.inputTokens)],
    ['Tokens out', count(entry.outputTokens)],
    ['Read from the cache', count(entry.cacheReadTokens)],
    ['Written to the cache', count(entry.cacheWriteTokens)],
    ['Thinking, part of out', count(entry.reasoningTokens)],
    [
      'Tokens are',
      entry.usageEstimated === null ? null : entry.usageEstimated ? 'our estimate' : 'as the provider counted',
    ],
    ['Cost', entry.costMicros === null ? null : `${costWords(entry.costMicros)} (${countWords(entry.costMicros)} µ$)`],
    ['Prices of', entry.priceVersion],
    ['Month charged', entry.budgetMonth],
    ['Program', code(entry.programId)],
    ['Design', code(entry.designId)],
    ['Run', code(entry.runId)],
    ['Message', code(entry.messageId)],
    ['Request', code(entry.requestId)],
    ['Row', `${countWords(entry.seq)} of the chain`],
    ['Id', code(entry.id)],
    ['Hash', code(entry.hash)],
    ['Hash before', code(entry.previousHash)],
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
      <Json label="Given" value={entry.parameters} />
      <Json label="Answered" value={entry.result} />
      <Json label="Further facts" value={entry.meta} />
    </>
  );
}

const code = (text: string | null): ReactNode => text && <span className="font-mono">{text}</span>;

type SameProps = Pick<EntryProps, 'onFilter'> & {
  words: string;
  isCode?: boolean;
  filter: Readonly<Record<string, string>> | null;
};

const Same = ({ words, isCode = false, filter, onFilter }: SameProps) => (
  <span className="flex flex-wrap items-center gap-x-2">
    <span className={isCode ? 'font-mono' : ''}>{words}</span>
    {filter !== null && (
      <Button tone="quiet" size="small" className="text-accent" onClick={() => onFilter(filter)}>
        Show all
      </Button>
    )}
  </span>
);

/** Only its own people may open it; the server is asked who they are. */
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
        <span className="text-muted">It is not yours to open, or no longer there.</span>
      )}
      <Button tone="quiet" size="small" className="-ms-2 text-accent" onClick={() => onFilter({ conversation: id })}>
        Show all of it
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
