import { describe, expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { conflictOf, issuesOf } from './settings-conflict.ts';

const problem = (code: string, members: Record<string, unknown>) =>
  new Problem({ status: 409, code, title: '', detail: '', members });

describe('conflictOf', () => {
  test('returns the version to save against and both values of each field', () => {
    const values = [{ field: 'aiAssistant', stored: true, sent: false }];
    expect(conflictOf(problem('SETTINGS_CONFLICT', { conflict: { version: 4, values } }))).toEqual({
      version: 4,
      values,
    });
  });

  test('returns null for other problems and malformed conflicts', () => {
    expect(conflictOf(problem('FORBIDDEN', { conflict: { version: 4, values: [] } }))).toBeNull();
    expect(conflictOf(problem('SETTINGS_CONFLICT', {}))).toBeNull();
    expect(conflictOf(problem('SETTINGS_CONFLICT', { conflict: { version: '4', values: [] } }))).toBeNull();
    expect(conflictOf(null)).toBeNull();
  });
});

test('issuesOf turns each field’s issue into a sentence', () => {
  const issues = [
    { path: 'fallback.apiKey', message: 'must be 1 to 512 characters without spaces' },
    { path: 'apiKey', message: 'enter the key again.' },
    { path: 7 },
  ];
  expect([...issuesOf(problem('BAD_REQUEST', { issues }))]).toEqual([
    ['fallback.apiKey', 'Must be 1 to 512 characters without spaces.'],
    ['apiKey', 'Enter the key again.'],
  ]);
  expect(issuesOf(new Error('other')).size).toBe(0);
});
