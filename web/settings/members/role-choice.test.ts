import { expect, test } from 'vitest';
import { leastPrivilegedRole, roleOptions } from './role-choice.ts';

const role = (name: string, count: number, mayGive = true) => ({
  ...{ name, mayGive, members: 1 },
  permissions: Array.from({ length: count }, (_, at) => ({ id: `p${at}`, words: null })),
});

test('leastPrivilegedRole picks the assignable role with the fewest permissions', () => {
  expect(leastPrivilegedRole([role('admin', 9), role('viewer', 2), role('engineer', 5)])).toBe('viewer');
  expect(leastPrivilegedRole([role('guest', 1, false), role('viewer', 2)])).toBe('viewer');
  expect(leastPrivilegedRole([])).toBe('');
});

test('roleOptions disables roles that exceed the user’s own', () => {
  expect(roleOptions([role('owner', 9, false)])).toEqual([
    { value: 'owner', label: 'owner (exceeds your role)', disabled: true },
  ]);
});
