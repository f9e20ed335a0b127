import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { accountOf } from './account.ts';
import { auditTrailOf } from './audit-trail.ts';
import { breakersOf } from './breakers.ts';
import { budgetOf } from './budget.ts';
import { conversationOf } from './conversation.ts';
import { retentionOf } from './retention.ts';

const id = crypto.randomUUID();

describe('the stub of an object', () => {
  test.each([
    ['Conversation', (given: Env) => conversationOf(given, id, id)],
    ['Account', (given: Env) => accountOf(given, id)],
    ['Budget', (given: Env) => budgetOf(given, id)],
    ['Breakers', (given: Env) => breakersOf(given, id)],
    ['AuditTrail', (given: Env) => auditTrailOf(given, id)],
    ['Retention', (given: Env) => retentionOf(given, id)],
  ] as const)('of class %s is in the jurisdiction of the deployment, if it has one', (_class, stubOf) => {
    // workerd has only one place. It refuses a jurisdiction, so an object that ignores the setting would be made here.
    expect(() => stubOf({ ...env, OBJECT_JURISDICTION: 'eu' } as Env)).toThrow('Jurisdiction restrictions');
    expect(stubOf(env).id.name).toContain(id);
  });

  test('takes the region of the database as a hint', () => {
    const given = { ...env, DATABASE_LOCATION: 'weur' } as Env;
    expect(auditTrailOf(given, id).id.toString()).toBe(auditTrailOf(env, id).id.toString());
  });

  test.each([{ OBJECT_JURISDICTION: 'europe' }, { DATABASE_LOCATION: 'frankfurt' }])('is refused with %j', (wrong) => {
    expect(() => auditTrailOf({ ...env, ...wrong } as Env, id)).toThrow(Object.keys(wrong)[0]);
  });
});
