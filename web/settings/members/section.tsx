// A section of the members page: heading, count, note and content.
import { type ReactNode, useId } from 'react';

type SectionProps = { title: string; count?: string | null; note?: ReactNode; children: ReactNode };

export function Section({ title, count = null, note, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-col gap-0.5">
        <h2 id={id} className="text-title font-semibold">
          {title}
          {count !== null && <span className="font-normal text-muted tabular-nums"> {count}</span>}
        </h2>
        {note && <p className="text-small text-muted">{note}</p>}
      </div>
      {children}
    </section>
  );
}

export const LIST =
  'divide-y divide-line-strong/60 overflow-hidden rounded-card border border-line-strong bg-raised shadow-raised';
