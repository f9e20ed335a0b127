// Computes the visible rows of a tree from the folded ones. Pure. Rows are in order, children after their parent.
import type { WorkspaceSection } from '../../worker/api/workspace/workspace-schema.ts';

export type TreeRow = Extract<WorkspaceSection, { type: 'tree' }>['rows'][number];

export type VisibleRow = {
  readonly row: TreeRow;
  /** The row's index in the whole tree; a record may appear more than once. */
  readonly index: number;
  readonly level: number;
  /** Null for a row without children. */
  readonly expanded: boolean | null;
  readonly positionInSet: number;
  readonly setSize: number;
  readonly parent: number | null;
};

export function visibleRows(rows: readonly TreeRow[], folded: ReadonlySet<number>): VisibleRow[] {
  const parents = parentsOf(rows);
  const counts = new Map<number | null, number>();
  for (const parent of parents) counts.set(parent, (counts.get(parent) ?? 0) + 1);
  const seen = new Map<number | null, number>();
  const hidden = new Set<number>();
  return rows.flatMap((row, index) => {
    const parent = parents[index] ?? null;
    const positionInSet = (seen.get(parent) ?? 0) + 1;
    seen.set(parent, positionInSet);
    if (parent !== null && (hidden.has(parent) || folded.has(parent))) {
      hidden.add(index);
      return [];
    }
    const hasChildren = counts.has(index);
    return [
      {
        row,
        index,
        level: levelOf(row),
        expanded: hasChildren ? !folded.has(index) : null,
        positionInSet,
        setSize: counts.get(parent) ?? 1,
        parent,
      },
    ];
  });
}

/** The indexes of rows with children. */
export function foldable(rows: readonly TreeRow[]): ReadonlySet<number> {
  return new Set(rows.flatMap((row, index) => (levelOf(rows[index + 1]) > levelOf(row) ? [index] : [])));
}

export const levelOf = (row: TreeRow | undefined): number => row?.level ?? 1;

function parentsOf(rows: readonly TreeRow[]): (number | null)[] {
  const path: number[] = [];
  return rows.map((row, index) => {
    path.length = Math.min(path.length, levelOf(row) - 1);
    const parent = path.at(-1) ?? null;
    path.push(index);
    return parent;
  });
}

export type TreeMove =
  | { readonly kind: 'focus'; readonly to: number }
  | { readonly kind: 'fold' | 'unfold'; readonly index: number };

/** What a key does, following the treegrid pattern; `at` and `to` are indexes of visible rows. */
export function treeMove(rows: readonly VisibleRow[], at: number, key: string): TreeMove | null {
  const current = rows[at];
  if (current === undefined) return null;
  switch (key) {
    case 'ArrowDown':
      return focus(rows, at + 1);
    case 'ArrowUp':
      return focus(rows, at - 1);
    case 'Home':
      return focus(rows, 0);
    case 'End':
      return focus(rows, rows.length - 1);
    case 'ArrowRight':
      if (current.expanded === null) return null;
      return current.expanded ? focus(rows, at + 1) : { kind: 'unfold', index: current.index };
    case 'ArrowLeft':
      if (current.expanded) return { kind: 'fold', index: current.index };
      return current.parent === null
        ? null
        : focus(
            rows,
            rows.findIndex((row) => row.index === current.parent),
          );
    default:
      return null;
  }
}

const focus = (rows: readonly VisibleRow[], to: number): TreeMove | null =>
  to >= 0 && to < rows.length ? { kind: 'focus', to } : null;
