// The fields of a proposed change: what each is now and what it would become. Values are plain text, every character.
import { ArrowRight } from 'lucide-react';
import type { CardDetail } from './confirmation.ts';

export function ConfirmationDetails({ details }: { details: readonly CardDetail[] }) {
  return (
    <dl className="overflow-hidden rounded-control border border-line-strong text-small">
      {details.map((detail, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the fields of a card never change
          key={index}
          className="grid grid-cols-[minmax(6rem,9rem)_1fr] border-line-strong not-first:border-t"
        >
          <dt dir="auto" className="bg-hover px-3 py-1.5 break-words text-muted">
            {detail.label}
          </dt>
          <dd dir="auto" className="m-0 flex min-w-0 flex-wrap items-center gap-x-2 px-3 py-1.5">
            {detail.before !== undefined && (
              <>
                <del className="min-w-0 break-words whitespace-pre-wrap text-muted decoration-1">
                  <span className="sr-only">from </span>
                  {detail.before}
                </del>
                <ArrowRight size={14} aria-hidden className="shrink-0 text-muted rtl:-scale-x-100" />
                <span className="sr-only">to</span>
              </>
            )}
            <span className="min-w-0 font-medium break-words whitespace-pre-wrap">{detail.value}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
