import { expect, test } from 'vitest';
import { SETTINGS_PERMISSIONS } from '../frame/product-nav.ts';
import { SETTINGS_TABS } from './settings-tabs.ts';

test('SETTINGS_PERMISSIONS includes every permission that a tab needs', () => {
  const needed = SETTINGS_TABS.flatMap(({ opensFor, changesFor }) => [...opensFor, ...changesFor]);
  expect(needed.filter((permission) => !SETTINGS_PERMISSIONS.includes(permission))).toEqual([]);
});

test('SETTINGS_TABS have unique ids that work in a URL', () => {
  const ids = SETTINGS_TABS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
});
