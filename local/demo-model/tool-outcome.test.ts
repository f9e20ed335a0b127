import { expect, test } from 'vitest';
import { readOutcome } from './tool-outcome.ts';

function read(text: string, isError = false) {
  return readOutcome({ role: 'tool', callId: 'call', toolName: 'create_item', text, isError });
}

test('a plain value and one in an envelope are the same', () => {
  const value = { id: 'a', name: 'Bracket' };
  expect(read(JSON.stringify(value))).toEqual({ kind: 'value', value });
  expect(read(JSON.stringify({ ok: true, data: value }))).toEqual({ kind: 'value', value });
});

test('text that is no JSON is a value too, and JSON is found inside fences and notes', () => {
  expect(read('all good')).toEqual({ kind: 'value', value: 'all good' });
  expect(read('```json\n{"id":"a"}\n```\n(cut)')).toEqual({ kind: 'value', value: { id: 'a' } });
});

test.each([
  [JSON.stringify({ error: 'Not allowed.' }), false],
  [JSON.stringify({ error: { code: 'FORBIDDEN', message: 'Not allowed.' } }), false],
  [JSON.stringify({ ok: false, code: 'FORBIDDEN', detail: 'Not allowed.' }), false],
  [JSON.stringify({ message: 'Not allowed.' }), true],
  ['Not allowed.', true],
])('%s is a refusal in the tool’s own words', (text, isError) => {
  expect(read(text, isError)).toMatchObject({ kind: 'refused', message: 'Not allowed.', declined: false });
});

test('a decline is told from a refusal', () => {
  expect(read(JSON.stringify({ declined: true, message: 'No.' }))).toMatchObject({ kind: 'refused', declined: true });
  expect(read('The user declined this.', true)).toMatchObject({ kind: 'refused', declined: true });
});

test('a wish for a change order is no failure', () => {
  const value = { suggestCreateEco: true, message: 'An ECO is needed. Create one?' };
  expect(read(JSON.stringify(value))).toEqual({ kind: 'wants-change-order', message: value.message, value });
});
