// The fields of a proposed change, old and new. Values are shown in full, as plain text.
import { ArrowRight } from 'lucide-react';
import type { ApprovalDetail } from './approval.ts';

export function ApprovalDetails({ details }: { details: readonly ApprovalDetail[] }) {
  return (
    <dl className="overflow-hidden rounded-control border border-line-strong text-small">
      {details.map((detail, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the details of an approval never change
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
