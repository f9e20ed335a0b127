// Table elements: a frame that scrolls sideways (by keyboard too), header cells and cells.
import type { ComponentProps, ReactNode } from 'react';
import { cx } from './cx.ts';

export type ColumnKind = 'text' | 'code' | 'number' | 'state' | 'time';

const CELL_KINDS: Record<ColumnKind, string> = {
  text: 'min-w-32 break-words text-parent',
  code: 'whitespace-nowrap',
  number: 'text-end whitespace-nowrap tabular-nums',
  state: 'whitespace-nowrap',
  time: 'whitespace-nowrap text-muted tabular-nums',
};

export function TableFrame({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls, and must do so by keyboard as well
      tabIndex={0}
      className="overflow-x-auto rounded-card border border-line-strong bg-raised shadow-raised"
    >
      {children}
    </section>
  );
}

export function HeadCell({ kind = 'text', children }: { kind?: ColumnKind; children: ReactNode }) {
  return (
    <th
      scope="col"
      className={cx(
        'h-9 px-4 text-meta font-medium whitespace-nowrap text-muted',
        kind === 'number' ? 'text-end' : 'text-start',
      )}
    >
      {children}
    </th>
  );
}

type CellProps = ComponentProps<'td'> & { kind?: ColumnKind; dense?: boolean };

export function TableCell({ kind = 'text', dense = false, className, ...rest }: CellProps) {
  return (
    <td
      // Text follows its own direction. Codes, numbers and times follow the column's.
      dir={kind === 'text' ? 'auto' : undefined}
      className={cx(
        'px-4 align-middle touch:h-12',
        dense ? 'py-1.5 touch:py-0' : 'py-2.5',
        CELL_KINDS[kind],
        className,
      )}
      {...rest}
    />
  );
}

/** Classes of a body row. */
export const ROW = 'border-t border-line-strong/60 hover:bg-hover';
