import { expect, test } from 'vitest';
import { type Branch, isOn, leafUnder, parentOf, pathTo, versionsOf } from './branches.ts';

const edit = (ordinal: number, parent: number): Branch => ({ ordinal, parent, repeats: null });
const again = (ordinal: number, parent: number, repeats: number): Branch => ({ ordinal, parent, repeats });

/** 1 – 2 – 3 – 4; then 5 and 6 replace 3 and 4; then 7 asks the question of 5 again. */
const TREE = [edit(5, 2), again(7, 2, 5)];

test('pathTo returns one range for a conversation without branches', () => {
  expect(pathTo([], 4)).toEqual([{ first: 1, last: 4 }]);
  expect(parentOf([], 4)).toBe(3);
  expect(leafUnder([], 2, 4)).toBe(4);
  expect(versionsOf([], 2, 4)).toEqual({ questions: [2], answers: [2] });
});

test('pathTo leaves out other branches', () => {
  expect(pathTo(TREE, 6)).toEqual([
    { first: 5, last: 6 },
    { first: 1, last: 2 },
  ]);
  expect(pathTo(TREE, 4)).toEqual([{ first: 1, last: 4 }]);
  expect([1, 2, 3, 4, 5, 6, 7].filter((turn) => isOn(pathTo(TREE, 7), turn))).toEqual([1, 2, 7]);
});

test('versionsOf distinguishes edited questions from repeated ones', () => {
  expect(versionsOf(TREE, 3, 7)).toEqual({ questions: [3, 7], answers: [3] });
  expect(versionsOf(TREE, 5, 7)).toEqual({ questions: [3, 5], answers: [5, 7] });
  expect(versionsOf(TREE, 7, 7)).toEqual({ questions: [3, 7], answers: [5, 7] });
  expect(versionsOf(TREE, 4, 7)).toEqual({ questions: [4], answers: [4] });
});

test('leafUnder follows the newest branch', () => {
  expect(leafUnder(TREE, 3, 7)).toBe(4);
  expect(leafUnder(TREE, 5, 7)).toBe(6);
  expect(leafUnder(TREE, 2, 7)).toBe(7);
  expect(leafUnder([...TREE, edit(8, 3)], 3, 8)).toBe(8);
});

test('versionsOf includes versions of the first question', () => {
  const branches = [edit(3, 0)];
  expect(pathTo(branches, 4)).toEqual([{ first: 3, last: 4 }]);
  expect(versionsOf(branches, 1, 4)).toEqual({ questions: [1, 3], answers: [1] });
});
