import { expect, test } from 'vitest';
import { pageQuery, parseAddress, tabOf, tabQuery } from './page-address.ts';

test.each([
  [undefined, undefined, { data: '', isHome: true }],
  ['items', 'i1', { data: '/item/i1', isHome: false }],
  ['sessions', 's/1', { data: '/session/s%2F1', isHome: false }],
  ['items', undefined, null],
  ['toString', 'x', null],
  ['people', 'x', null],
  ['crew-members', 'c1', { data: '/crew-member/c1', isHome: false }],
  ['activities', 'a1', { data: '/activity/a1', isHome: false }],
  ['../admins', 'x', null],
])('%s %s', (plural, id, address) => {
  expect(parseAddress(plural, id)).toEqual(address);
});

const ITEM = { data: '/item/i1', isHome: false };

test('pageQuery requests the tab from the URL', () => {
  expect(pageQuery(ITEM, 'bom')).toBe('/item/i1?tab=bom');
  expect(pageQuery(ITEM, null)).toBe('/item/i1');
  expect(pageQuery({ data: '', isHome: true }, 'bom')).toBe('');
  expect([tabOf('?tab=bom'), tabOf('tab='), tabOf('')]).toEqual(['bom', null, null]);
});

test('tabQuery includes the cursor and search text when present', () => {
  expect(tabQuery(ITEM, { tab: 'history', cursor: null, search: '' })).toBe('/item/i1/history');
  expect(tabQuery(ITEM, { tab: 'items', cursor: 'a b', search: 'x&y' })).toBe('/item/i1/items?cursor=a+b&q=x%26y');
});
