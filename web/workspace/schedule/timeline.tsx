// The history of a record, newest first: who changed it, when, and the values before and after.
import { ArrowRight } from 'lucide-react';
import type { WorkspaceSection } from '../../../worker/api/workspace/workspace-schema.ts';
import { Moment } from '../cell.tsx';

type Entries = Extract<WorkspaceSection, { type: 'timeline' }>['entries'];

export function Timeline({ entries }: { entries: Entries }) {
  return (
    <ol className="flex flex-col">
      {entries.map((entry) => (
        <li key={entry.id} className="group relative flex gap-4 pb-6 last:pb-0">
          <span aria-hidden className="relative flex w-3 shrink-0 justify-center">
            <span className="absolute top-2 bottom-[-1.5rem] w-px bg-line-strong group-last:hidden" />
            <span className="relative mt-1.5 size-2.5 rounded-full border-2 border-accent bg-surface" />
          </span>
          <div className="flex min-w-0 grow flex-col gap-1">
            <p className="flex flex-wrap items-baseline gap-x-2">
              <span dir="auto" className="font-medium">
                {entry.title}
              </span>
              <span className="text-small text-muted">
                {entry.who && `${entry.who} · `}
                <Moment iso={entry.at} />
              </span>
            </p>
            {entry.note && (
              <p dir="auto" className="break-words whitespace-pre-line text-muted">
                {entry.note}
              </p>
            )}
            {entry.changes.length > 0 && (
              <ul className="flex flex-col gap-0.5 text-small">
                {entry.changes.map((change, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the changes of one moment never move
                  <li key={at} dir="auto" className="flex flex-wrap items-center gap-x-1.5 break-words">
                    <span className="text-muted">{change.label}</span>
                    {change.before !== null && (
                      <>
                        <del className="text-muted decoration-1">{change.before}</del>
                        <ArrowRight size={12} aria-hidden className="text-muted rtl:-scale-x-100" />
                      </>
                    )}
                    <span className="font-medium">{change.value}</span>
                  </li>
                ))}
              </ul>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
