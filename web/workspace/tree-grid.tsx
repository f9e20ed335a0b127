// A tree with columns, following the ARIA treegrid pattern: arrow keys move between rows and fold them, and one row is in
// the tab order. A long tree shows its first rows, and more on demand.
import { ChevronRight } from 'lucide-react';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { WorkspaceSection } from '../../worker/api/workspace/workspace-schema.ts';
import { Button } from '../design/controls/button.tsx';
import { cx } from '../design/cx.ts';
import { HeadCell, ROW, TableCell } from '../design/table.tsx';
import { Cell } from './cell.tsx';
import { foldable, treeMove, type VisibleRow, visibleRows } from './tree-rows.ts';

type Tree = Extract<WorkspaceSection, { type: 'tree' }>;

/** Rows shown at first and per click on "Show more". */
const STEP = 200;
const INDENT_PX = 20;

export function TreeGrid({ tree, label }: { tree: Tree; label: string }) {
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const [limit, setLimit] = useState(STEP);
  const [active, setActive] = useState(0);
  const [, navigate] = useLocation();
  const body = useRef<HTMLTableSectionElement>(null);
  const all = useMemo(() => visibleRows(tree.rows, folded), [tree.rows, folded]);
  const canFold = useMemo(() => foldable(tree.rows), [tree.rows]);
  const rows = all.slice(0, limit);
  const current = Math.min(active, rows.length - 1);

  const fold = (index: number, isFolded: boolean) => {
    const next = new Set(folded);
    if (isFolded) next.add(index);
    else next.delete(index);
    setFolded(next);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const row = rows[current];
    // Enter on a link inside the row follows the link.
    if (event.key === 'Enter' && event.target instanceof HTMLTableRowElement && row?.row.path) {
      navigate(row.row.path);
      return;
    }
    const move = treeMove(rows, current, event.key);
    if (move === null) return;
    event.preventDefault();
    if (move.kind !== 'focus') {
      fold(move.index, move.kind === 'fold');
      return;
    }
    setActive(move.to);
    body.current?.rows[move.to]?.focus();
  };

  return (
    <div className="flex flex-col gap-2">
      {canFold.size > 0 && (
        <div className="flex justify-end gap-2">
          <Button tone="quiet" size="small" onClick={() => setFolded(new Set())}>
            Expand all
          </Button>
          <Button tone="quiet" size="small" onClick={() => setFolded(canFold)}>
            Collapse all
          </Button>
        </div>
      )}
      <div className="overflow-x-auto rounded-card border border-line-strong bg-raised shadow-raised">
        <table
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a treegrid is a table whose rows can be walked
          role="treegrid"
          aria-label={label}
          aria-rowcount={tree.rows.length + 1}
          className="w-full border-collapse"
        >
          <thead>
            <tr>
              {tree.columns.map((column) => (
                <HeadCell key={column.id} kind={column.kind}>
                  {column.label}
                </HeadCell>
              ))}
            </tr>
          </thead>
          <tbody ref={body} onKeyDown={onKeyDown}>
            {rows.map((row, at) => (
              <Row
                key={row.index}
                row={row}
                columns={tree.columns}
                tabbable={at === current}
                onFocus={() => setActive(at)}
                onToggle={() => fold(row.index, row.expanded === true)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {all.length > limit && (
        <Button className="self-center" onClick={() => setLimit(limit + STEP)}>
          Show {Math.min(STEP, all.length - limit)} more of {all.length - limit}
        </Button>
      )}
    </div>
  );
}

type RowProps = {
  row: VisibleRow;
  columns: Tree['columns'];
  tabbable: boolean;
  onFocus: () => void;
  onToggle: () => void;
};

function Row({ row, columns, tabbable, onFocus, onToggle }: RowProps) {
  const { level, expanded } = row;
  return (
    <tr
      aria-level={level}
      aria-posinset={row.positionInSet}
      aria-setsize={row.setSize}
      aria-expanded={expanded ?? undefined}
      tabIndex={tabbable ? 0 : -1}
      onFocus={onFocus}
      className={cx(ROW, '-outline-offset-2')}
    >
      {columns.map((column, at) => {
        const value = row.row.cells[column.id];
        const linked = at === 0 && value && row.row.path !== null ? { ...value, path: row.row.path } : value;
        return (
          <TableCell key={column.id} kind={column.kind} dense className="relative">
            {at === 0 ? (
              <span className="flex items-center" style={{ paddingInlineStart: (level - 1) * INDENT_PX }}>
                {expanded === null ? (
                  <span className="w-7 shrink-0 touch:w-11" />
                ) : (
                  <button
                    type="button"
                    tabIndex={-1}
                    aria-label={expanded ? 'Collapse' : 'Expand'}
                    onClick={onToggle}
                    className="inline-flex size-7 shrink-0 items-center justify-center rounded-control text-muted hover:bg-hover hover:text-text touch:size-11"
                  >
                    <ChevronRight
                      size={16}
                      aria-hidden
                      className={cx('transition-transform', expanded ? 'rotate-90' : 'rtl:-scale-x-100')}
                    />
                  </button>
                )}
                <span className="relative flex min-h-7 items-center touch:min-h-11">
                  <Cell value={linked} kind={column.kind} />
                </span>
              </span>
            ) : (
              <Cell value={linked} kind={column.kind} />
            )}
          </TableCell>
        );
      })}
    </tr>
  );
}
