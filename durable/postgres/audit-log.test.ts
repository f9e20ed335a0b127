// The audit log as it is read and checked, in a real database as the real login role.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireDemoOrg, requireDemoPerson } from '../../local/demo-people.ts';
import { createTestDatabase, type TestDatabase } from '../../local/test-database.ts';
import { CHAIN_START, type ChainPlace, checkChainStep } from './audit-chain.ts';
import { type AuditFilter, type AuditPlace, findAuditEntry, noteAuditUse, readAuditPage } from './audit-log.ts';
import { signClaim } from './session-claim.ts';

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
  // Two of each moment, so that only their place in the chain tells them apart.
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
  test('pages are newest first, without gap or repetition, also among rows of one moment', async () => {
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

  test('a page ends where its rows grow long, and has one row at least', async () => {
    const question = { filter: {}, before: null, limit: 20, whole: true };
    expect(await readAuditPage(database.deps, NORA, { ...question, maxLength: 1 })).toHaveLength(1);
    expect((await readAuditPage(database.deps, NORA, { ...question, maxLength: 4_000 })).length).toBeLessThan(5);
    expect(await idsOf({}, { maxLength: 4_000 })).toEqual(facts(() => true));
  });

  test('R19: who may not read the log is told so, and does not take it for empty', async () => {
    await expect(idsOf({}, { reader: MAX })).rejects.toMatchObject({ code: 'ACCESS_REVOKED' });
    expect(await findAuditEntry(database.deps, MAX, 'fact-1')).toBeNull();
  });

  test('R4: another org’s rows are not there', async () => {
    expect(await idsOf({}, { reader: FINN })).toEqual([]);
    expect(await findAuditEntry(database.deps, FINN, 'fact-1')).toBeNull();
  });

  test('one row comes with all there is of it', async () => {
    const entry = JSON.parse((await findAuditEntry(database.deps, NORA, 'fact-12')) ?? '');
    expect(entry).toMatchObject({
      ...{ id: 'fact-12', event: 'tool.completed', actorName: 'Nora Lindqvist', error: 'TOOL_FAILED', result: null },
      ...{ conversationId: CONVERSATION, parameters: { note: 'x'.repeat(1_000) }, at: '2026-03-02T00:00:05.000Z' },
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

describe('R40: checking the chain in steps', () => {
  async function check(stepRows: number, reader = NORA) {
    let place: ChainPlace = CHAIN_START;
    for (let steps = 1; ; steps += 1) {
      const step = await checkChainStep(database.deps, reader, place, stepRows);
      if (step.state !== 'holds') return { step, steps };
      place = step.place;
    }
  }
  const behindTheBack = async (sql: string): Promise<void> => {
    await database.owner.query('begin');
    await database.owner.query('set local session_replication_role = replica');
    await database.owner.query(sql);
    await database.owner.query('commit');
  };

  test.each([1, 5, 24, 100])('a chain that holds is whole, in steps of %i', async (stepRows) => {
    const { step, steps } = await check(stepRows);
    expect(step).toMatchObject({ state: 'whole', place: { seq: 24 } });
    expect(steps).toBe(Math.floor(24 / stepRows) + 1);
  });

  test('of an org without rows too', async () => {
    expect((await check(5, FINN)).step).toMatchObject({ state: 'whole', place: { seq: 0 } });
  });

  test.each([
    ['a changed row', `update audit_log set cost_micros = 1 where id = 'fact-11'`, 'cost_micros = null', 11, 'changed'],
    ['a row taken out', `update audit_log set seq = -seq where id = 'fact-10'`, 'seq = abs(seq)', 10, 'missing'],
    ['the end taken off', `update audit_log set seq = -seq where id = 'fact-24'`, 'seq = abs(seq)', 24, 'missing'],
  ])('%s is found, wherever a step ends', async (_what, sql, back, seq, reason) => {
    await behindTheBack(sql);
    for (const stepRows of [1, 5, 9, 10, 11, 12, 23, 24, 100])
      expect((await check(stepRows)).step, String(stepRows)).toMatchObject({ state: 'broken', seq, reason });
    await behindTheBack(`update audit_log set ${back} where org_id = '${NORA.orgId}'`);
    expect((await check(7)).step).toMatchObject({ state: 'whole' });
  });

  test('R19: only for those who may read the log', async () => {
    await expect(check(5, MAX)).rejects.toMatchObject({ code: 'ACCESS_REVOKED' });
  });
});

test('who takes a copy stands in the log, in their own name', async () => {
  await noteAuditUse(database.deps, FINN, {
    ...{ event: 'audit.exported', requestId: 'request-1' },
    parameters: { format: 'csv' },
  });
  const [id = ''] = await idsOf({}, { reader: FINN });
  expect(JSON.parse((await findAuditEntry(database.deps, FINN, id)) ?? '')).toMatchObject({
    ...{
      event: 'audit.exported',
      actorName: 'Finn Castellanos',
      requestId: 'request-1',
      parameters: { format: 'csv' },
    },
  });
});
