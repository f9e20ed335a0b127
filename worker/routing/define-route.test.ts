import { expect, test } from 'vitest';
import { defineModelRoute, defineRoute, needsAssistant, needsMembership, permissionsOf } from './define-route.ts';

const DECLARED = {
  method: 'get',
  paths: ['/api/v1/things'],
  tag: 'account',
  summary: 'List things',
  reply: { status: 200, description: 'Things.' },
  handler: () => new Response(),
} as const;

test('a route without a declared permission does not compile', () => {
  // @ts-expect-error: no permission
  defineRoute({ ...DECLARED });
  // @ts-expect-error: not a permission of the product
  defineRoute({ ...DECLARED, permission: 'things:read', feature: 'none', rights: 'confirmed' });
  // @ts-expect-error: an empty list would let every member in
  defineRoute({ ...DECLARED, permission: [], feature: 'none', rights: 'confirmed' });
});

test('a route for members does not compile without its feature flag and rights', () => {
  // @ts-expect-error: no feature
  defineRoute({ ...DECLARED, permission: 'member', rights: 'confirmed' });
  // @ts-expect-error: no rights
  defineRoute({ ...DECLARED, permission: 'member', feature: 'none' });
  // @ts-expect-error: last-known rights are only for routes that call a model, whose Conversation confirms them
  defineRoute({ ...DECLARED, permission: 'member', feature: 'none', rights: 'last-known' });
  // @ts-expect-error: a model route that doesn't say how its requests are counted
  defineModelRoute({ ...DECLARED, permission: 'member', feature: 'assistant', rights: 'confirmed' });
});

test('a route knows what it needs', () => {
  const open = defineRoute({ ...DECLARED, permission: 'public' });
  expect([needsMembership(open), needsAssistant(open), permissionsOf(open)]).toEqual([false, false, []]);
  const own = defineRoute({ ...DECLARED, permission: 'account' });
  expect([needsMembership(own), needsAssistant(own), permissionsOf(own)]).toEqual([false, false, []]);
  const members = defineRoute({ ...DECLARED, permission: 'member', feature: 'assistant', rights: 'confirmed' });
  expect([needsMembership(members), needsAssistant(members), permissionsOf(members)]).toEqual([true, true, []]);
  const auditors = defineRoute({
    ...DECLARED,
    permission: ['usage:read', 'audit:read'],
    feature: 'none',
    rights: 'confirmed',
  });
  expect([needsMembership(auditors), permissionsOf(auditors)]).toEqual([true, ['usage:read', 'audit:read']]);
});
