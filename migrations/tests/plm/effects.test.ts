// Exactly once: one key is one effect, whenever and however often it is sent. The audit row and the effect are one
// transaction.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyOrgLog } from '../../../local/admin/read-chain.ts';
import { requireDemoOrg } from '../../../local/demo-data/demo-people.ts';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import { type Json, openPlm, type Plm } from './plm.fixture.ts';

let database: TestDatabase;
let plm: Plm;
beforeAll(async () => {
  database = await createTestDatabase();
  plm = await openPlm(database);
});
afterAll(async () => {
  await plm.close();
  await database.drop();
});

const PART = { itemType: 'Part', name: 'Once', designId: 'KES-CTL' };
const countParts = async (name: string) =>
  (await database.owner.query('select count(*)::int as count from plm.items where name = $1', [name])).rows[0].count;

test('twenty concurrent calls with one key are one effect with one result (R34)', async () => {
  const { versions } = await plm.eli.propose('create_item', PART);
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 20 }, () => plm.eli.run('create_item', PART, versions, key)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({ ok: true, data: { item: { name: 'Once' } } });
  expect(await countParts('Once')).toBe(1);
  const { rows } = await database.owner.query(
    'select event, actor_user_id, tool, program_id, result, _meta from audit_log where id = $1',
    [key],
  );
  expect(rows).toMatchObject([
    { event: 'tool.finished', actor_user_id: plm.eli.id, tool: 'create_item', result: answers[0]?.data },
  ]);
  expect(rows[0]._meta.affectedItemIds).toEqual([answers[0]?.data.item.id]);
});

test('an effect whose response was lost is found by its key, only by its user (R34)', async () => {
  const key = randomUUID();
  const { versions } = await plm.eli.propose('create_item', PART);
  const answer = await plm.eli.run('create_item', PART, versions, key);
  const find = (who: Plm['eli']) => who.query('select find_effect($1) as result', [key], { readOnly: true });
  expect(await find(plm.eli)).toEqual([{ result: answer }]);
  expect(await find(plm.ada)).toEqual([{ result: null }]);
  expect(await find(plm.nora)).toEqual([{ result: null }]);
});

test("another user's key neither blocks nor reveals an effect", async () => {
  const key = randomUUID();
  const { versions } = await plm.eli.propose('create_item', PART);
  const mine = await plm.eli.run('create_item', PART, versions, key);
  const hers = await plm.ada.run('create_item', PART, versions, key);
  // The journal is per user. There is one audit event with this id, and it stays the first user's.
  expect(hers).toMatchObject({ ok: true });
  expect(hers.data.item.id).not.toBe(mine.data.item.id);
});

test('a refused run leaves no data, journal or audit row, and its key stays free', async () => {
  const key = randomUUID();
  const input = { ...PART, name: 'Refused' };
  expect(await plm.eli.run('create_item', input, [{ kind: 'design', id: 'x', version: 9 }], key)).toMatchObject({
    code: 'STALE',
  });
  expect(await countParts('Refused')).toBe(0);
  const { rows } = await database.owner.query(
    `select (select count(*)::int from effect_journal where key = $1) as journal, (select count(*)::int from audit_log where id = $1) as audit`,
    [key],
  );
  expect(rows).toEqual([{ journal: 0, audit: 0 }]);
  const { versions } = await plm.eli.propose('create_item', input);
  expect(await plm.eli.run('create_item', input, versions, key)).toMatchObject({ ok: true });
});

test('a real run without key or audit event is refused', async () => {
  const [row] = await plm.eli.query('select plm.create_item($1, false, $2) as answer', [JSON.stringify(PART), '[]']);
  expect(row?.['answer']).toMatchObject({ ok: false, code: 'MISSING' });
});

test('the audit chain stays intact across effects', async () => {
  expect(await verifyOrgLog(database.owner, requireDemoOrg('cascade').id, null)).toMatchObject({ state: 'whole' });
});

test('the proposal of every write tool runs in a read-only transaction', async () => {
  const inputs: [Parameters<Plm['eli']['propose']>[0], Json][] = [
    ['create_item', PART],
    ['create_item', { itemType: 'Part', name: 'x', designId: 'KES-ARM', changeOrderId: 'ECO-000002' }],
    ['update_item', { itemId: 'PN-000083', name: 'x' }],
    ['update_item', { itemId: 'PN-000060', name: 'x', changeOrderId: 'ECO-000002' }],
    ['create_relationship', { type: 'BOM', sourceItemId: 'PN-000083', targetItemId: 'PN-000001' }],
    ['create_relationship', { type: 'Affects', sourceItemId: 'ECO-000002', targetItemId: 'PN-000060' }],
    ['transition_item_state', { itemId: 'ECO-000001', targetState: 'Approved' }],
    ['transition_item_state', { itemId: 'TSK-000002', targetState: 'In Progress' }],
    ['create_change_order', { name: 'x', affectedItemIds: ['PN-000060'] }],
    ['initiate_collaborative_design', { description: 'x', programId: 'KESTREL' }],
  ];
  for (const [name, input] of inputs) {
    const answer = await plm.eli.propose(name, input);
    expect(answer, `${name} ${JSON.stringify(answer)}`).toMatchObject({
      ok: true,
      proposal: expect.any(Object),
      versions: expect.any(Array),
    });
  }
});
