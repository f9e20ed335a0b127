import { expect, test } from 'vitest';
import type { FormField, TemplateInfo } from '../../worker/api/templates/templates-schema.ts';
import { Problem } from '../problem.ts';
import { filledFields, issuesOf, missingFields, withValue } from './form-values.ts';
import { templateLinks } from './template-links.ts';

const FIELDS: readonly FormField[] = [
  { name: 'place', label: 'Place', required: true, kind: 'record', record: 'place' },
  { name: 'room', label: 'Room', required: true, kind: 'record', record: 'room', within: 'place' },
  { name: 'notes', label: 'Notes', required: false, kind: 'prose', maxLength: 10 },
];

test('missingFields lists empty required fields', () => {
  expect(missingFields(FIELDS, { place: 'p', room: '  ' })).toEqual(['room']);
});

test('filledFields drops empty values and unknown fields', () => {
  expect(filledFields(FIELDS, { place: ' p ', notes: '', strange: 'x' })).toEqual({ place: 'p' });
});

test('withValue clears dependent fields when the record changes', () => {
  const filled = { place: 'p', room: 'r', notes: 'n' };
  expect(withValue(FIELDS, filled, 'place', 'q')).toEqual({ place: 'q', notes: 'n' });
  expect(withValue(FIELDS, filled, 'place', 'p')).toEqual(filled);
});

test('issuesOf maps the problem’s issues to field names', () => {
  const issues = [
    { path: 'fields.room', message: 'There is no such room.' },
    { path: 'threadId', message: 'no' },
  ];
  const problem = new Problem({ status: 400, code: 'BAD_REQUEST', title: '', detail: '', members: { issues } });
  expect(issuesOf(problem)).toEqual({ room: 'There is no such room.' });
  expect(issuesOf(null)).toEqual({});
});

test('templateLinks links a page to templates for its record and fills in the parent field', () => {
  const template: TemplateInfo = { id: 't', name: 'T', description: '', fields: [...FIELDS] };
  const scope = { programId: 'p', designId: 'r', label: '', draft: '' };
  expect(templateLinks({ kind: 'place', id: 'p', scope: null }, [template])).toEqual([
    { id: 't', name: 'T', href: '/drafts/t?place=p' },
  ]);
  expect(templateLinks({ kind: 'room', id: 'r', scope }, [template])).toMatchObject([
    { href: '/drafts/t?room=r&place=p' },
  ]);
  expect(templateLinks({ kind: 'room', id: 'r', scope: null }, [template])).toEqual([]);
  expect(templateLinks({ kind: 'other', id: 'o', scope }, [template])).toEqual([]);
});
