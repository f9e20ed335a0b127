import { expect, test } from 'vitest';
import type { WorkspaceTab } from '../../worker/api/workspace/workspace-schema.ts';
import { filterRows } from './filter-rows.ts';
import { mergePages } from './merge-pages.ts';

const row = (id: string, ...texts: string[]) => ({
  id,
  path: null,
  cells: Object.fromEntries(texts.map((text, at) => [`c${at}`, { text }])),
});

test('filterRows finds rows that contain every word', () => {
  const rows = [row('1', 'PN-000124', 'Stator'), row('2', 'PN-000125', 'Rotor, stator side')];
  const found = (words: string) => filterRows(rows, words).map(({ id }) => id);
  expect([found(''), found('STATOR'), found('stator 125'), found('rotor gear')]).toEqual([
    ['1', '2'],
    ['1', '2'],
    ['2'],
    [],
  ]);
});

const page = (ids: string[], cursor: string | null): WorkspaceTab => ({
  tab: 'items',
  cursor,
  sections: [
    { type: 'text', heading: null, text: 'note' },
    {
      type: 'table',
      heading: null,
      columns: [],
      rows: ids.map((id) => row(id)),
      empty: '',
      total: null,
      searchable: false,
    },
  ],
});

test('mergePages appends later pages to the last section', () => {
  const [note, table] = mergePages([page(['1', '2'], 'x'), page(['3'], null)]);
  expect(note).toEqual({ type: 'text', heading: null, text: 'note' });
  expect(table?.type === 'table' && table.rows.map(({ id }) => id)).toEqual(['1', '2', '3']);
});

test('mergePages returns no sections when nothing is loaded', () => {
  expect(mergePages([])).toEqual([]);
});
