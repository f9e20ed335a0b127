// Retention rules for conversations, in a real database with the real login role.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requireDemoOrg, requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import { fetchMemberships } from './memberships.ts';
import { findBeyondRules, readSessionRules, updateSessionRules } from './session-rules.ts';
import { deleteStoredConversation } from './store-items.ts';

let database: TestDatabase;
const personOf = (email: string, slug: string) => ({
  orgId: requireDemoOrg(slug).id,
  userId: requireDemoPerson(email).id,
});
const ADA = personOf('ada@cascade.test', 'cascade');
const ELI = personOf('eli@cascade.test', 'cascade');
const NORA = personOf('nora@northlight.test', 'northlight');
const NOW = Date.parse('2026-11-25T12:00:00.000Z');
const DAY = 86_400_000;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.owner.query('delete from session_rules');
  await database.owner.query('delete from ai_conversations');
});

const save = (version: number, keepNewest: number, retentionDays: number | null, person = ADA) =>
  updateSessionRules(database.deps, person, {
    rules: { keepNewest, retentionDays },
    version,
    requestId: 'request-1',
  });

describe('the rules', () => {
  test('default to the newest fifty of any age', async () => {
    expect(await readSessionRules(database.deps, ELI)).toMatchObject({
      keepNewest: 50,
      retentionDays: null,
      version: 0,
    });
  });

  test('a save applies to all readers, records who saved and adds an audit row', async () => {
    expect(await save(0, 20, 90)).toEqual({ ok: true });
    const stored = await readSessionRules(database.deps, ELI);
    expect(stored).toMatchObject({ keepNewest: 20, retentionDays: 90, version: 1, updatedBy: 'Ada Moreau' });
    const [membership] = await fetchMemberships(database.deps, requireDemoPerson('eli@cascade.test').subject);
    expect(membership?.sessionRules).toEqual({ keepNewest: 20, retentionDays: 90 });
    const { rows } = await database.owner.query(
      `select actor_user_id as actor, parameters from audit_log where event = 'settings.changed' and org_id = $1
       order by seq desc limit 1`,
      [ADA.orgId],
    );
    expect(rows[0]).toEqual({
      actor: ADA.userId,
      parameters: {
        area: 'sessions',
        before: { keepNewest: 50, retentionDays: null },
        after: { keepNewest: 20, retentionDays: 90 },
      },
    });
  });

  test('only users who may change settings can save (R19)', async () => {
    expect(await save(0, 20, 90, ELI)).toEqual({ ok: false, code: 'FORBIDDEN' });
    expect(await readSessionRules(database.deps, ADA)).toMatchObject({ version: 0 });
  });

  test('the second of two concurrent saves gets CONFLICT with the stored rules', async () => {
    await save(0, 20, 90);
    expect(await save(0, 30, null)).toEqual({
      ok: false,
      code: 'CONFLICT',
      version: 1,
      rules: { keepNewest: 20, retentionDays: 90 },
    });
  });

  test('a save that changes nothing adds no audit row', async () => {
    await save(0, 20, 90);
    const count = async () =>
      (await database.owner.query(`select count(*)::int as n from audit_log where event = 'settings.changed'`)).rows[0]
        .n;
    const before = await count();
    expect(await save(1, 20, 90)).toEqual({ ok: true });
    expect(await count()).toBe(before);
  });
});

describe('expired conversations', () => {
  async function addConversation(
    person: typeof ADA,
    ageDays: number,
    more: Record<string, unknown> = {},
  ): Promise<string> {
    const id = randomUUID();
    await database.owner.query(
      `insert into ai_conversations (org_id, id, user_id, title, pinned, audience, created_at, updated_at)
       values ($1, $2, $3, 'T', $4, $5, to_timestamp($6), to_timestamp($6))`,
      [
        person.orgId,
        id,
        person.userId,
        more['pinned'] ?? false,
        more['audience'] ?? 'private',
        (NOW - ageDays * DAY) / 1000,
      ],
    );
    return id;
  }
  const beyond = async (orgId = ADA.orgId, asOf = NOW, limit = 100) =>
    (await findBeyondRules(database.deps, orgId, { asOf, after: null, limit })).map(({ id }) => id);

  test('are those older than the limit by the sweep’s clock', async () => {
    await save(0, 50, 30);
    const old = await addConversation(ADA, 30.01);
    await addConversation(ADA, 29.99);
    expect(await beyond()).toEqual([old]);
    expect(await beyond(ADA.orgId, NOW + DAY)).toHaveLength(2);
  });

  test('include those beyond the limit of each user’s newest', async () => {
    await save(0, 2, null);
    const [third] = [await addConversation(ADA, 3), await addConversation(ADA, 2), await addConversation(ADA, 1)];
    await addConversation(ELI, 4);
    await addConversation(ELI, 5);
    expect(await beyond()).toEqual([third]);
  });

  test('exclude pinned and shared conversations, and those of another org', async () => {
    await save(0, 50, 1);
    await addConversation(ADA, 9, { pinned: true });
    await addConversation(ADA, 9, { audience: 'shared' });
    await addConversation(NORA, 9);
    expect(await beyond()).toEqual([]);
    expect(await beyond(NORA.orgId)).toEqual([]);
  });

  test('are returned in consecutive batches', async () => {
    await save(0, 50, 1);
    const ids = [await addConversation(ADA, 9), await addConversation(ELI, 8), await addConversation(ADA, 7)];
    const [first] = await findBeyondRules(database.deps, ADA.orgId, { asOf: NOW, after: null, limit: 1 });
    expect(first).toMatchObject({ id: ids[0], subject: requireDemoPerson('ada@cascade.test').subject });
    const rest = await findBeyondRules(database.deps, ADA.orgId, { asOf: NOW, after: first ?? null, limit: 9 });
    expect(rest.map(({ id }) => id)).toEqual(ids.slice(1));
  });

  test('rows without an object are deleted with their messages, with the reason in the audit log', async () => {
    const sessionId = await addConversation(ADA, 9);
    await database.owner.query(
      `insert into ai_messages (org_id, id, user_id, conversation_id, role, ordinal, content)
       values ($1, 'm', $2, $3, 'user', 1, 'words')`,
      [ADA.orgId, ADA.userId, sessionId],
    );
    await deleteStoredConversation(database.deps, { ...ADA, sessionId, now: NOW });
    const { rows } = await database.owner.query(
      `select (select count(*)::int from ai_conversations where id = $1) as conversations,
         (select count(*)::int from ai_messages where conversation_id = $1) as messages,
         (select _meta from audit_log where session_id = $1 and event = 'session.deleted') as meta`,
      [sessionId],
    );
    expect(rows).toEqual([{ conversations: 0, messages: 0, meta: { reason: 'retention' } }]);
  });
});
