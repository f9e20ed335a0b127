// A table of things that can be opened. Wide ones scroll sideways, by keyboard as well.
import type { WorkspaceSection } from '../../worker/contract.ts';
import { cx } from '../design/cx.ts';
import { Cell, type CellKind } from './cell.tsx';

type Table = Extract<WorkspaceSection, { type: 'table' }>;

export function DataTable({ table, label, rows }: { table: Table; label: string; rows: Table['rows'] }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls, and must do so by keyboard as well
      tabIndex={0}
      className="overflow-x-auto rounded-card border border-line-strong bg-raised shadow-raised"
    >
      <table className="w-full border-collapse text-ui">
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column.id} scope="col" className={cx(HEAD, column.kind === 'number' && 'text-end')}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} className="group border-t border-line-strong/60 hover:bg-hover">
              {table.columns.map((column, at) => {
                const value = row.cells[column.id];
                const linked = at === 0 && value && row.path !== null ? { ...value, path: row.path } : value;
                return (
                  <td key={column.id} dir="auto" className={cx(CELL, CELL_KINDS[column.kind])}>
                    <Cell value={linked} kind={column.kind} />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export const HEAD = 'h-9 px-4 text-start text-meta font-medium whitespace-nowrap text-muted';
export const CELL = 'px-4 py-2.5 align-middle';
export const CELL_KINDS: Record<CellKind, string> = {
  text: 'min-w-32 break-words',
  code: 'whitespace-nowrap',
  number: 'text-end whitespace-nowrap tabular-nums',
  state: 'whitespace-nowrap',
  time: 'whitespace-nowrap text-muted tabular-nums',
};
