import { expect, test } from 'vitest';
import type { FormField, TemplateInfo } from '../../worker/templates-contract.ts';
import { Problem } from '../problem.ts';
import { filledOf, issuesOf, lackingOf, withValue } from './form-values.ts';
import { linksOf } from './template-links.ts';

const FIELDS: readonly FormField[] = [
  { name: 'place', label: 'Place', required: true, kind: 'record', record: 'place' },
  { name: 'room', label: 'Room', required: true, kind: 'record', record: 'room', within: 'place' },
  { name: 'notes', label: 'Notes', required: false, kind: 'prose', maxLength: 10 },
];

test('what must be filled and is not is named', () => {
  expect(lackingOf(FIELDS, { place: 'p', room: '  ' })).toEqual(['room']);
});

test('only what holds something and is a field is sent', () => {
  expect(filledOf(FIELDS, { place: ' p ', notes: '', strange: 'x' })).toEqual({ place: 'p' });
});

test('another record takes out what stood within the one before', () => {
  const filled = { place: 'p', room: 'r', notes: 'n' };
  expect(withValue(FIELDS, filled, 'place', 'q')).toEqual({ place: 'q', notes: 'n' });
  expect(withValue(FIELDS, filled, 'place', 'p')).toEqual(filled);
});

test('a refusal is read by the paths of its fields', () => {
  const issues = [
    { path: 'fields.room', message: 'There is no such room.' },
    { path: 'threadId', message: 'no' },
  ];
  const problem = new Problem({ status: 400, code: 'BAD_REQUEST', title: '', detail: '', members: { issues } });
  expect(issuesOf(problem)).toEqual({ room: 'There is no such room.' });
  expect(issuesOf(null)).toEqual({});
});

test('a page leads to the templates that take its record, with what it is within', () => {
  const template: TemplateInfo = { id: 't', name: 'T', description: '', fields: [...FIELDS] };
  const scope = { programId: 'p', designId: 'r', label: '', draft: '' };
  expect(linksOf({ kind: 'place', id: 'p', scope: null }, [template])).toEqual([
    { id: 't', name: 'T', href: '/drafts/t?place=p' },
  ]);
  expect(linksOf({ kind: 'room', id: 'r', scope }, [template])).toMatchObject([{ href: '/drafts/t?room=r&place=p' }]);
  expect(linksOf({ kind: 'room', id: 'r', scope: null }, [template])).toEqual([]);
  expect(linksOf({ kind: 'other', id: 'o', scope }, [template])).toEqual([]);
});
