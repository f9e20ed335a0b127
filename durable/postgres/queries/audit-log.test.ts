// Reads and verifies the audit log in a real database with the real login role.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireDemoOrg, requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import { type LogCheck, verifyLog } from '../../audit/verify-log.ts';
import { signClaim } from '../session-claim.ts';
import { readChainStep } from './audit-chain.ts';
import { type AuditFilter, type AuditPlace, findAuditEntry, noteAuditUse, readAuditPage } from './audit-log.ts';

let database: TestDatabase;
const personOf = (email: string, slug: string) => ({
  orgId: requireDemoOrg(slug).id,
  userId: requireDemoPerson(email).id,
});
const NORA = personOf('nora@northlight.test', 'northlight');
const MAX = personOf('max@northlight.test', 'northlight');
const FINN = personOf('finn@freefold.test', 'freefold');
const CONVERSATION = '11111111-2222-4333-8444-555555555555';
const T0 = Date.parse('2026-03-01T23:59:59.000Z');

beforeAll(async () => {
  database = await createTestDatabase();
  const claim = await signClaim(
    database.deps.claimKey,
    { kind: 'system', org: NORA.orgId, user: NORA.userId },
    Date.now(),
  );
  await database.owner.query(`select set_config('groundwire.claim', $1, false)`, [claim]);
  // Two rows for each time, so that only their place in the chain orders them.
  for (let at = 1; at <= 24; at += 1) {
    await database.owner.query(
      `insert into audit_log (org_id, id, event, actor_user_id, session_id, tool, error, parameters, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9::float8 / 1000))`,
      [
        NORA.orgId,
        `fact-${at}`,
        at % 3 === 0 ? 'tool.completed' : 'message.sent',
        at % 2 === 0 ? NORA.userId : MAX.userId,
        at % 4 === 0 ? CONVERSATION : null,
        at % 3 === 0 ? 'list_crew' : null,
        at % 6 === 0 ? 'TOOL_FAILED' : null,
        { note: 'x'.repeat(1_000) },
        T0 + Math.floor(at / 2) * 1000,
      ],
    );
  }
});
afterAll(() => database.drop());

async function idsOf(filter: AuditFilter, { limit = 7, maxLength = 1e9, reader = NORA } = {}): Promise<string[]> {
  const ids: string[] = [];
  let before: AuditPlace | null = null;
  for (;;) {
    const question = { filter, before, limit, maxLength, whole: true };
    const page = await readAuditPage(database.deps, reader, question);
    ids.push(...page.map(({ json }) => JSON.parse(json).id as string));
    before = page.at(-1)?.place ?? null;
    if (before === null) return ids;
  }
}
const facts = (keep: (at: number) => boolean): string[] =>
  Array.from({ length: 24 }, (_, index) => 24 - index)
    .filter(keep)
    .map((at) => `fact-${at}`);

describe('reading', () => {
  test('pages are newest first, without gaps or repeats, even among rows with the same time', async () => {
    expect(await idsOf({})).toEqual(facts(() => true));
  });

  test.each<[string, AuditFilter, (at: number) => boolean]>([
    ['a person', { person: MAX.userId }, (at) => at % 2 === 1],
    ['an event', { event: 'tool.completed' }, (at) => at % 3 === 0],
    ['a tool', { tool: 'list_crew' }, (at) => at % 3 === 0],
    ['a conversation', { conversation: CONVERSATION }, (at) => at % 4 === 0],
    ['all that went wrong', { error: 'any' }, (at) => at % 6 === 0],
    ['one error', { error: 'TOOL_FAILED', person: MAX.userId }, () => false],
    ['days up to one, which is included', { to: '2026-03-01' }, (at) => at === 1],
    ['days from one on', { from: '2026-03-02' }, (at) => at > 1],
  ])('a filter takes %s', async (_what, filter, keep) => {
    expect(await idsOf(filter)).toEqual(facts(keep));
  });

  test('a page ends when its rows get too long, and has at least one row', async () => {
    const question = { filter: {}, before: null, limit: 20, whole: true };
    expect(await readAuditPage(database.deps, NORA, { ...question, maxLength: 1 })).toHaveLength(1);
    expect((await readAuditPage(database.deps, NORA, { ...question, maxLength: 4_000 })).length).toBeLessThan(5);
    expect(await idsOf({}, { maxLength: 4_000 })).toEqual(facts(() => true));
  });

  test('fails with ACCESS_REVOKED for users who may not read the log (R19)', async () => {
    await expect(idsOf({}, { reader: MAX })).rejects.toMatchObject({ code: 'ACCESS_REVOKED' });
    expect(await findAuditEntry(database.deps, MAX, 'fact-1')).toBeNull();
  });

  test('hides another org’s rows (R4)', async () => {
    expect(await idsOf({}, { reader: FINN })).toEqual([]);
    expect(await findAuditEntry(database.deps, FINN, 'fact-1')).toBeNull();
  });

  test('returns one row with all its details', async () => {
    const entry = JSON.parse((await findAuditEntry(database.deps, NORA, 'fact-12')) ?? '');
    expect(entry).toMatchObject({
      id: 'fact-12',
      event: 'tool.completed',
      actorName: 'Nora Lindqvist',
      error: 'TOOL_FAILED',
      result: null,
      conversationId: CONVERSATION,
      parameters: { note: 'x'.repeat(1_000) },
      at: '2026-03-02T00:00:05.000Z',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test.each<[string, AuditFilter]>([
    ['audit_log_by_time', {}],
    ['audit_log_by_event', { event: 'settings.changed' }],
    ['audit_log_by_actor', { person: MAX.userId }],
    ['audit_log_by_session', { conversation: CONVERSATION }],
    ['audit_log_by_tool', { tool: 'list_crew' }],
    ['audit_log_failed', { error: 'any' }],
  ])('%s is an index in the order of the pages', async (index) => {
    const { rows } = await database.owner.query('select indexdef from pg_indexes where indexname = $1', [index]);
    expect(rows[0]?.indexdef).toMatch(/\(org_id, (\w+, )?created_at DESC, seq DESC\)/);
  });
});

describe('checking the chain in steps (R40)', () => {
  async function check(stepRows: number, reader = NORA) {
    const checks: LogCheck[] = [];
    for await (const step of verifyLog({
      ...{ orgId: reader.orgId, keys: null, witness: null },
      readStep: (question) => readChainStep(database.deps, reader, { ...question, stepRows }),
    }))
      checks.push(step);
    return { result: checks.at(-1), steps: checks.length };
  }
  const behindTheBack = async (sql: string): Promise<void> => {
    await database.owner.query('begin');
    await database.owner.query('set local session_replication_role = replica');
    await database.owner.query(sql);
    await database.owner.query('commit');
  };

  test.each([1, 5, 24, 100])('an unchanged chain verifies in steps of %i', async (stepRows) => {
    const { result, steps } = await check(stepRows);
    expect(result).toEqual({ state: 'whole', checked: 24, signed: null });
    expect(steps).toBe(Math.floor(24 / stepRows) + 1);
  });

  test('an empty log verifies', async () => {
    expect((await check(5, FINN)).result).toEqual({ state: 'whole', checked: 0, signed: null });
  });

  test.each([
    ['a changed row', `update audit_log set cost_micros = 1 where id = 'fact-11'`, 'cost_micros = null', 11, 'changed'],
    ['a row taken out', `update audit_log set seq = -seq where id = 'fact-10'`, 'seq = abs(seq)', 10, 'missing'],
    ['the end taken off', `update audit_log set seq = -seq where id = 'fact-24'`, 'seq = abs(seq)', 24, 'missing'],
  ])('finds %s, wherever a step ends', async (_what, sql, back, seq, reason) => {
    await behindTheBack(sql);
    for (const stepRows of [1, 5, 9, 10, 11, 12, 23, 24, 100])
      expect((await check(stepRows)).result, String(stepRows)).toMatchObject({ state: 'broken', seq, reason });
    await behindTheBack(`update audit_log set ${back} where org_id = '${NORA.orgId}'`);
    expect((await check(7)).result).toMatchObject({ state: 'whole' });
  });

  test('fails for users who may not read the log (R19)', async () => {
    await expect(check(5, MAX)).rejects.toMatchObject({ code: 'ACCESS_REVOKED' });
  });
});

test('records an export in the log under the reader’s name', async () => {
  await noteAuditUse(database.deps, FINN, {
    event: 'audit.exported',
    requestId: 'request-1',
    parameters: { format: 'csv' },
  });
  const [id = ''] = await idsOf({}, { reader: FINN });
  expect(JSON.parse((await findAuditEntry(database.deps, FINN, id)) ?? '')).toMatchObject({
    event: 'audit.exported',
    actorName: 'Finn Castellanos',
    requestId: 'request-1',
    parameters: { format: 'csv' },
  });
});
