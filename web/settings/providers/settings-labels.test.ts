import { expect, test } from 'vitest';
import { conflictRow, noticeText } from './settings-labels.ts';

const PROVIDERS = [
  {
    ...{ id: 'openai', label: 'OpenAI', defaultModel: null, models: [], baseUrl: null, needsKey: true },
    ...{ wires: [{ id: 'openai-responses', label: 'Responses' }], ownWire: 'openai-responses' },
  },
];

test('conflictRow shows labels instead of raw values', () => {
  const row = (field: string, stored: unknown, sent: unknown) => conflictRow(PROVIDERS, { field, stored, sent });
  expect(row('enabled', true, false)).toEqual({ label: 'Answers', stored: 'On', sent: 'Off' });
  expect(row('provider', null, 'openai')).toEqual({ label: 'Provider', stored: 'Not set', sent: 'OpenAI' });
  expect(row('model', 'a', 'b')).toEqual({ label: 'Model', stored: 'a', sent: 'b' });
  expect(row('fallback.wire', null, 'openai-responses')).toEqual({
    ...{ label: 'Fallback API', stored: 'Default', sent: 'Responses' },
  });
  expect(row('fallback', { provider: 'openai', model: null }, null)).toEqual({
    label: 'Fallback provider',
    stored: 'OpenAI',
    sent: 'None',
  });
});

test.each([
  ['retired', 'GPT-4.1 was retired on January 14, 2027 and no longer answers. Choose GPT-6.2 Sol.'],
  ['retiring', 'GPT-4.1 retires on January 14, 2027. Choose GPT-6.2 Sol before then.'],
  ['unpromised', 'GPT-4.1 may be retired without notice from January 14, 2027. Consider GPT-6.2 Sol.'],
] as const)('noticeText says what to do about a model that is %s', (stage, text) => {
  const notice = { slot: 'primary', model: 'gpt-4.1', label: 'GPT-4.1', successor: 'gpt-6.2-sol' } as const;
  expect(noticeText({ ...notice, stage, on: '2027-01-14', successorLabel: 'GPT-6.2 Sol' }, 'en-US')).toBe(text);
});

test('noticeText names the fallback, and a model without a successor', () => {
  const notice = { slot: 'fallback', model: 'm', label: 'M', stage: 'retiring', on: '2027-01-14' } as const;
  expect(noticeText({ ...notice, successor: null, successorLabel: null }, 'en-US')).toBe(
    'The fallback model, M, retires on January 14, 2027. Choose another model before then.',
  );
});
