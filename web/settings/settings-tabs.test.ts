import { expect, test } from 'vitest';
import { SETTINGS_PERMISSIONS } from '../frame/product-nav.ts';
import { SETTINGS_TABS } from './settings-tabs.ts';

test('whoever has something to settle or to read for few finds the settings in the top bar', () => {
  const needed = SETTINGS_TABS.flatMap(({ opensFor, changesFor }) => [...opensFor, ...changesFor]);
  expect(needed.filter((permission) => !SETTINGS_PERMISSIONS.includes(permission))).toEqual([]);
});

test('each subject has an address of its own', () => {
  const ids = SETTINGS_TABS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
});
