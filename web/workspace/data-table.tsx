// A table whose rows link to pages.
import type { WorkspaceSection } from '../../worker/api/workspace/workspace-schema.ts';
import { HeadCell, ROW, TableCell, TableFrame } from '../design/table.tsx';
import { Cell } from './cell.tsx';

type Table = Extract<WorkspaceSection, { type: 'table' }>;

type DataTableProps = { table: Pick<Table, 'columns'>; label: string; rows: Table['rows'] };

export function DataTable({ table, label, rows }: DataTableProps) {
  return (
    <TableFrame label={label}>
      <table className="w-full border-collapse text-ui">
        <thead>
          <tr>
            {table.columns.map((column) => (
              <HeadCell key={column.id} kind={column.kind}>
                {column.label}
              </HeadCell>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} className={ROW}>
              {table.columns.map((column, at) => {
                const value = row.cells[column.id];
                const linked = at === 0 && value && row.path !== null ? { ...value, path: row.path } : value;
                return (
                  <TableCell key={column.id} kind={column.kind} className="relative">
                    <Cell value={linked} kind={column.kind} />
                  </TableCell>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
