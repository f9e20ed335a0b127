import { expect, test } from 'vitest';
import { modestRole, roleOptions } from './role-choice.ts';

const role = (name: string, count: number, mayGive = true) => ({
  ...{ name, mayGive, members: 1 },
  permissions: Array.from({ length: count }, (_, at) => ({ id: `p${at}`, words: null })),
});

test('whoever is invited gets, unless somebody chooses, the role that permits least', () => {
  expect(modestRole([role('admin', 9), role('viewer', 2), role('engineer', 5)])).toBe('viewer');
  expect(modestRole([role('guest', 1, false), role('viewer', 2)])).toBe('viewer');
  expect(modestRole([])).toBe('');
});

test('a role beyond one’s own is there to be seen, and cannot be chosen', () => {
  expect(roleOptions([role('owner', 9, false)])).toEqual([
    { value: 'owner', label: 'owner (more than your own)', disabled: true },
  ]);
});
