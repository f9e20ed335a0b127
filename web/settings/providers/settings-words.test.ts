import { expect, test } from 'vitest';
import { conflictRow } from './settings-words.ts';

const PROVIDERS = [{ id: 'openai', label: 'OpenAI', defaultModel: null, models: [], baseUrl: null, needsKey: true }];

test('both values of a conflict are in words for people', () => {
  const row = (field: string, stored: unknown, sent: unknown) => conflictRow(PROVIDERS, { field, stored, sent });
  expect(row('enabled', true, false)).toEqual({ label: 'Answers', stored: 'On', sent: 'Off' });
  expect(row('provider', null, 'openai')).toEqual({ label: 'Provider', stored: 'Not set here', sent: 'OpenAI' });
  expect(row('model', 'a', 'b')).toEqual({ label: 'Model', stored: 'a', sent: 'b' });
  expect(row('fallback', { provider: 'openai', model: null }, null)).toEqual({
    label: 'Fallback provider',
    stored: 'OpenAI',
    sent: 'None',
  });
});
