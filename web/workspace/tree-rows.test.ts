import { describe, expect, test } from 'vitest';
import { foldable, treeMove, visibleRows } from './tree-rows.ts';

/** A tree with one row per given level. */
const treeOf = (...levels: number[]) =>
  levels.map((level, index) => ({ id: `r${index}`, path: null, level, cells: {} }));
// 0 at 1; 1 and 4 below it; 2 and 3 below 1; 5 at 1.
const TREE = treeOf(1, 2, 3, 3, 2, 1);
const indexes = (folded: number[]) => visibleRows(TREE, new Set(folded)).map((row) => row.index);

describe('visibleRows', () => {
  test('returns every row when nothing is folded', () => {
    expect(indexes([])).toEqual([0, 1, 2, 3, 4, 5]);
  });
  test('hides all descendants of a folded row', () => {
    expect(indexes([1])).toEqual([0, 1, 4, 5]);
    expect(indexes([0])).toEqual([0, 5]);
  });
  test('returns each row’s position, level and expanded state (U40)', () => {
    const rows = visibleRows(TREE, new Set([1]));
    expect(
      rows.map(({ level, expanded, positionInSet, setSize }) => [level, expanded, positionInSet, setSize]),
    ).toEqual([
      [1, true, 1, 2],
      [2, false, 1, 2],
      [2, null, 2, 2],
      [1, null, 2, 2],
    ]);
  });
  test('finds the parent when a level is skipped', () => {
    expect(visibleRows(treeOf(1, 3, 1), new Set()).map((row) => row.parent)).toEqual([null, 0, null]);
  });
});

test('foldable returns only rows with children', () => {
  expect([...foldable(TREE)]).toEqual([0, 1]);
});

describe('treeMove (U40)', () => {
  const rows = visibleRows(TREE, new Set([1]));
  test.each([
    ['ArrowDown', 0, { kind: 'focus', to: 1 }],
    ['ArrowUp', 0, null],
    ['End', 0, { kind: 'focus', to: 3 }],
    ['Home', 3, { kind: 'focus', to: 0 }],
    ['ArrowRight', 0, { kind: 'focus', to: 1 }],
    ['ArrowRight', 1, { kind: 'unfold', index: 1 }],
    ['ArrowRight', 3, null],
    ['ArrowLeft', 0, { kind: 'fold', index: 0 }],
    ['ArrowLeft', 2, { kind: 'focus', to: 0 }],
    ['ArrowLeft', 3, null],
    ['a', 0, null],
  ])('%s in row %i', (key, at, move) => {
    expect(treeMove(rows, at, key)).toEqual(move);
  });
});
