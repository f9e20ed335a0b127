// The notes below a draft: facts without a source, missing facts, and the records it was generated from.
import { ChevronRight, CircleCheck, SearchX, TriangleAlert } from 'lucide-react';
import { Link } from 'wouter';
import { Badge } from '../design/badge.tsx';
import { Banner } from '../design/banner.tsx';
import type { DraftCheck, DraftSource, DraftVersion } from './draft-version.ts';

const KINDS = { date: 'Date', time: 'Time', name: 'Name', amount: 'Amount', phone: 'Phone', email: 'E-mail' } as const;

export function DraftReview({ version, isEdited }: { version: DraftVersion; isEdited: boolean }) {
  const { check, sources, notes } = version;
  return (
    <>
      {check && <CheckResults check={check} isEdited={isEdited} />}
      {notes.length > 0 && (
        <Banner tone="neutral" icon={SearchX} title="Not in the sources">
          <ul className="flex list-disc flex-col gap-1 ps-4">
            {notes.map((note) => (
              <li key={note} dir="auto">
                {note}
              </li>
            ))}
          </ul>
        </Banner>
      )}
      {version.status !== 'streaming' && sources.length === 0 && (
        <Banner tone="neutral" icon={SearchX} title="No record found">
          Facts missing from your records are marked in the draft.
        </Banner>
      )}
      {sources.length > 0 && <Sources sources={sources} />}
    </>
  );
}

function CheckResults({ check, isEdited }: { check: DraftCheck; isEdited: boolean }) {
  const { findings, missing, checked } = check;
  const looked = `${checked} ${checked === 1 ? 'fact was' : 'facts were'} checked against the sources.`;
  const edited = isEdited && <p>This check covers the draft before your edits.</p>;
  return (
    <section aria-label="Check" className="flex flex-col gap-3">
      {findings.length === 0 ? (
        <Banner tone="neutral" icon={CircleCheck} title="All facts match a source">
          <p>{looked} Check names, dates and contacts before sending.</p>
          {edited}
        </Banner>
      ) : (
        <Banner
          tone="notice"
          icon={TriangleAlert}
          title={
            findings.length === 1
              ? '1 thing to check before sending'
              : `${findings.length} things to check before sending`
          }
        >
          <p>{looked} These don’t match:</p>
          <ul className="mt-1 flex flex-col gap-1.5">
            {findings.map(({ kind, text, reason }) => (
              <li key={`${kind} ${text} ${reason}`} className="flex flex-wrap items-center gap-x-2 gap-y-1">
                <Badge>{KINDS[kind]}</Badge>
                <span dir="auto" className="font-medium text-text">
                  {text}
                </span>
                <span>{reason}</span>
              </li>
            ))}
          </ul>
          {edited}
        </Banner>
      )}
      {missing.length > 0 && (
        <Banner
          tone="notice"
          icon={SearchX}
          title={missing.length === 1 ? '1 missing fact' : `${missing.length} missing facts`}
        >
          <ul className="flex list-disc flex-col gap-0.5 ps-4">
            {missing.map((what) => (
              <li key={what} dir="auto">
                {what}
              </li>
            ))}
          </ul>
        </Banner>
      )}
    </section>
  );
}

function Sources({ sources }: { sources: readonly DraftSource[] }) {
  return (
    <details className="group rounded-card border border-line-strong bg-raised" open={sources.length <= 12}>
      <summary className="flex min-h-10 cursor-pointer items-center gap-2 px-4 font-medium touch:min-h-11">
        <ChevronRight
          size={16}
          aria-hidden
          className="text-muted transition-transform group-open:rotate-90 rtl:-scale-x-100 rtl:group-open:scale-x-100"
        />
        Sources
        <span className="rounded-full bg-neutral px-1.5 text-meta font-medium text-on-neutral tabular-nums">
          {sources.length}
        </span>
      </summary>
      <ol aria-label="Sources" className="grid gap-x-6 gap-y-0.5 px-4 pb-3 sm:grid-cols-2">
        {sources.map(({ number, kind, title, path }) => (
          <li key={number} className="flex min-w-0 items-baseline gap-2 py-0.5 text-small">
            <span className="w-6 shrink-0 text-end text-meta text-muted tabular-nums">{number}</span>
            <span className="shrink-0 text-muted">{kind}</span>
            {path === null ? (
              <span dir="auto" className="truncate">
                {title}
              </span>
            ) : (
              <Link
                href={path}
                dir="auto"
                className="inline-flex min-h-6 min-w-0 items-center truncate text-accent underline underline-offset-2 touch:min-h-11"
              >
                <span className="truncate">{title}</span>
              </Link>
            )}
          </li>
        ))}
      </ol>
    </details>
  );
}
