import { expect, test } from 'vitest';
import type { EffortChoice } from '../../contracts/session.ts';
import type { Access } from '../../principal.ts';
import { type EffortRules, NO_EFFORT_RULES } from '../../providers/models/effort.ts';
import { MODELS } from '../../providers/models/models.ts';
import { modelAt } from '../../providers/models/price-lists.ts';
import { prepareRequest } from './model-request.ts';

const ACCESS: Access = {
  subject: 'test:ada',
  userId: '0a000000-0000-4000-8000-000000000001',
  userName: 'Ada',
  userEmail: 'ada@example.test',
  orgId: '0c000000-0000-4000-8000-000000000001',
  orgSlug: 'org',
  orgName: 'Org',
  plan: 'enterprise',
  role: 'member',
  permissions: [],
  features: {},
  confirmedAt: 0,
};

function effortFor(id: string, effort: EffortChoice | null, effortRules: EffortRules = NO_EFFORT_RULES) {
  const entry = MODELS.find((model) => model.id === id);
  if (!entry) throw new Error(`no model ${id}`);
  const provider = { name: 'p', stream: () => Promise.reject(new Error('not asked')) as never };
  const { request } = prepareRequest({
    ...{ access: ACCESS, place: null, mode: 'chat', tools: [] },
    resolved: { model: modelAt(entry, 0), provider, connection: 'c', effortRules, fallback: null },
    ...{ effort, ordinal: 1, historyFrom: 0 },
    readTurn: (ordinal) => ({ ordinal, messages: [] }),
    thread: { parentOf: () => null, ownerId: ACCESS.userId, cacheKey: 'k' } as never,
  });
  return request.effort;
}

test('a request has the level behind the chosen effort, under the rules of the model that answers', () => {
  expect(effortFor('claude-opus-5-5', null)).toBe('medium');
  expect(effortFor('claude-opus-5-5', 'fast')).toBe('low');
  expect(effortFor('claude-opus-5-5', 'thorough', { choice: null, ceiling: 'max' })).toBe('max');
  expect(effortFor('gpt-4.1', 'thorough')).toBeUndefined();
});
