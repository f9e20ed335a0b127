// Who sees and does what, by organization, program and permission. Checked in the functions and in the tables behind them.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireDemoDesignId, requireDemoProgramId } from '../../../local/demo-data/plm/demo-plm.ts';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import { type FunctionAnswer, type Json, openPlm, type Plm, type PlmUser, type WriteCall } from './plm.fixture.ts';

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

const READS: readonly [string, (id: unknown) => Json][] = [
  ['get_item_details', (id) => ({ id })],
  ['get_bom', (itemId) => ({ itemId, depth: 3 })],
  ['get_where_used', (itemId) => ({ itemId })],
  ['analyze_change_impact', (itemId) => ({ itemId })],
  ['resolve_entity', (itemId) => ({ itemId, itemType: 'Part' })],
  ['workspace_item', (id) => ({ id })],
  ['workspace_item_tab', (id) => ({ id, tab: 'bom' })],
];
const WRITES: readonly [WriteCall, (id: unknown) => Json][] = [
  ['update_item', (itemId) => ({ itemId, name: 'x' })],
  ['create_relationship', (targetItemId) => ({ type: 'BOM', sourceItemId: 'PN-000083', targetItemId })],
  ['create_relationship', (sourceItemId) => ({ type: 'BOM', sourceItemId, targetItemId: 'PN-000083' })],
  ['transition_item_state', (itemId) => ({ itemId, targetState: 'In Review' })],
  ['create_change_order', (itemId) => ({ name: 'x', affectedItemIds: [itemId] })],
];

const refusals = async (who: PlmUser, id: unknown): Promise<string[]> => {
  const answers: FunctionAnswer[] = [];
  for (const [name, input] of READS) answers.push(await who.read(name, input(id)));
  for (const [name, input] of WRITES)
    answers.push(await who.propose(name, input(id)), await who.run(name, input(id), []));
  return answers.map((answer) => JSON.stringify(answer));
};

test('every tool treats ids of another program or organization like unknown ids (R4, R7)', async () => {
  const unknown = await refusals(plm.both, randomUUID());
  expect(unknown.map((text) => JSON.parse(text).code).filter((code) => code !== 'NOT_FOUND')).toEqual([]);
  const arm = (await plm.itemOf('PN-000059'))['id'];
  // Bo is in Packhorse, and the arm belongs to another program. Its number doesn't help either.
  expect(await refusals(plm.both, arm)).toEqual(unknown);
  expect(await refusals(plm.both, 'PN-000059')).toEqual(unknown);
  // The same user in the other org, and a user who is only there. The role has no permission here, so the rows are checked.
  for (const who of [plm.as('both@cascade.test', 'northlight'), plm.nora]) {
    expect(await who.query('select 1 from plm.items where id = $1', [arm])).toEqual([]);
  }
});

test("designs, programs and sessions that the user can't see don't exist for them (R4)", async () => {
  const ask = async (designId: string, programId: string, id: string) =>
    JSON.stringify([
      await plm.both.read('search_items', { designId }),
      await plm.both.read('search_designs', { programId }),
      await plm.both.read('workspace_design', { id: designId }),
      await plm.both.read('workspace_program', { id: programId }),
      await plm.both.read('workspace_session', { id }),
      await plm.both.read('resolve_entity', { itemId: designId, itemType: 'Design' }),
      await plm.both.read('resolve_entity', { itemId: programId, itemType: 'Program' }),
      await plm.both.propose('create_item', { itemType: 'Part', name: 'x', designId }),
      await plm.both.propose('create_change_order', { name: 'x', designIds: [designId] }),
      await plm.both.propose('initiate_collaborative_design', { description: 'x', programId }),
    ]);
  const { sessionId } = await plm.eli.must('initiate_collaborative_design', { description: 'x', programId: 'KESTREL' });
  const unknown = await ask(randomUUID(), randomUUID(), randomUUID());
  expect(JSON.parse(unknown).map((answer: FunctionAnswer) => answer.code)).toEqual(Array(10).fill('NOT_FOUND'));
  expect(await ask(requireDemoDesignId('KES-ARM'), requireDemoProgramId('KESTREL'), sessionId)).toBe(unknown);
  expect(await ask('KES-ARM', 'KESTREL', sessionId)).toBe(unknown);
});

test('users see the programs they are members of; organization admins see all', async () => {
  const codes = async (who: PlmUser) =>
    (await who.read('search_programs', {})).data.programs.map((one: Json) => one['code']);
  expect(await codes(plm.eli)).toEqual(['COMMON', 'KESTREL', 'PACKHORSE']);
  expect(await codes(plm.both)).toEqual(['PACKHORSE']);
  expect(await codes(plm.vic)).toEqual(['KESTREL']);
  await database.owner.query('delete from plm.program_members where user_id = $1', [plm.ada.id]);
  expect(await codes(plm.ada)).toEqual(['COMMON', 'KESTREL', 'PACKHORSE']);
  const totals = await Promise.all(
    [plm.ada, plm.eli, plm.both, plm.vic].map(async (who) => (await who.read('search_items', { limit: 1 })).data.total),
  );
  expect(totals[0]).toBe(totals[1]);
  expect(new Set(totals).size).toBe(3);
});

test('a user who leaves a program or the organization sees nothing of it from the next statement on', async () => {
  const seen = async () => (await plm.both.query('select count(*)::int as count from plm.items'))[0]?.['count'];
  expect(await seen()).toBeGreaterThan(30);
  await database.owner.query('begin');
  await database.owner.query('delete from plm.program_members where user_id = $1', [plm.both.id]);
  await database.owner.query('commit');
  expect(await seen()).toBe(0);
  await database.owner.query(
    `insert into plm.program_members (org_id, program_id, user_id, role, can_create_eco)
     select org_id, id, $1, 'engineer', true from plm.programs where code = 'PACKHORSE'`,
    [plm.both.id],
  );
});

test('a change order is visible from every program that it touches and from no other', async () => {
  const far = await plm.eli.must('create_change_order', { name: 'Far', designIds: ['COM-LIB'] });
  const near = await plm.eli.must('create_change_order', { name: 'Near', designIds: ['COM-LIB', 'KES-ARM'] });
  const read = async (id: string) => (await plm.vic.read('workspace_item', { id })).code ?? 'seen';
  expect([await read(far.item.id), await read(near.item.id)]).toEqual(['NOT_FOUND', 'seen']);
  const found = await plm.vic.read('search_items', { itemType: 'ChangeOrder' });
  const numbers = found.data.items.map((item: Json) => item['itemNumber']);
  expect(numbers).toContain(near.item.itemNumber);
  expect(numbers).not.toContain(far.item.itemNumber);
  const seen = (await plm.vic.read('workspace_item', { id: near.item.id })).data;
  expect(seen.changeOrder.designs.map((design: Json) => design['code'])).toEqual(['KES-ARM']);
});

const WANTED: readonly [WriteCall, Json, string][] = [
  ['create_item', { itemType: 'Part', name: 'x', designId: 'KES-CTL' }, 'parts:create'],
  ['update_item', { itemId: 'PN-000083', name: 'x' }, 'parts:update'],
  ['create_relationship', { type: 'BOM', sourceItemId: 'PN-000083', targetItemId: 'PN-000070' }, 'parts:update'],
  ['transition_item_state', { itemId: 'PN-000083', targetState: 'In Review' }, 'change_orders:update'],
  ['transition_item_state', { itemId: 'TSK-000002', targetState: 'In Progress' }, 'tasks:update'],
  ['create_change_order', { name: 'x', designIds: ['KES-CTL'] }, 'change_orders:create'],
  ['initiate_collaborative_design', { description: 'x', programId: 'KESTREL' }, 'parts:create'],
];

test.each(WANTED)('%s %o needs %s when proposed and when run (R29)', async (name, input, permission) => {
  expect(await plm.vic.propose(name, input)).toMatchObject({ ok: false, code: 'FORBIDDEN' });
  const { rows } = await database.owner.query(
    `select permissions from roles where name = 'engineer' and org_id = (select id from orgs where slug = 'cascade')`,
  );
  const proposal = await plm.eli.propose(name, input);
  expect(proposal.ok).toBe(true);
  await database.owner.query(`update roles set permissions = array_remove(permissions, $1) where name = 'engineer'`, [
    permission,
  ]);
  // tasks:update alone allows moving and editing tasks, so it is removed except in its own case.
  expect(await plm.eli.run(name, input, proposal.versions)).toMatchObject({ ok: false, code: 'FORBIDDEN' });
  await database.owner.query(`update roles set permissions = $1 where name = 'engineer'`, [rows[0].permissions]);
});

test('tasks:update alone moves a task; change_orders:update does not', async () => {
  const set = (permissions: string[]) =>
    database.owner.query(`update roles set permissions = $1 where name = 'engineer'`, [permissions]);
  const { rows } = await database.owner.query(
    `select permissions from roles where name = 'engineer' and org_id = (select id from orgs where slug = 'cascade')`,
  );
  const input = { itemId: 'TSK-000003', targetState: 'To Do' };
  await set(['parts:read', 'change_orders:update']);
  expect(await plm.eli.propose('transition_item_state', input)).toMatchObject({ code: 'FORBIDDEN' });
  await set(['parts:read', 'tasks:update']);
  expect(await plm.eli.write('transition_item_state', input)).toMatchObject({ ok: true });
  expect(
    await plm.eli.propose('transition_item_state', { itemId: 'PN-000083', targetState: 'In Review' }),
  ).toMatchObject({ code: 'FORBIDDEN' });
  await set(rows[0].permissions);
});

test("a program viewer can't write, whatever their role in the organization, not even with direct SQL", async () => {
  await database.owner.query(`update memberships set role = 'engineer' where user_id = $1`, [plm.vic.id]);
  expect(await plm.vic.write('create_item', { itemType: 'Part', name: 'x', designId: 'KES-CTL' })).toMatchObject({
    code: 'FORBIDDEN',
  });
  await expectNoDirectWrite(plm.vic);
  await database.owner.query(`update memberships set role = 'viewer' where user_id = $1`, [plm.vic.id]);
  await expectNoDirectWrite(plm.vic);
});

async function expectNoDirectWrite(who: PlmUser): Promise<void> {
  const item = await plm.itemOf('PN-000083');
  const values = [item['org_id'], item['program_id'], item['design_id'], who.id];
  const insert = `insert into plm.items (org_id, id, master_id, program_id, design_id, branch_id, item_number, item_type, name, state, created_by)
    values ($1, $5, $5, $2, $3, $3, 'PN-777777', 'Part', 'x', 'Draft', $4)`;
  await expect(who.query(insert, [...values, randomUUID()])).rejects.toThrow('row-level security');
  expect(await who.query(`update plm.items set name = 'x' returning id`)).toEqual([]);
  expect(await who.query(`update plm.parts set cost = 0, currency = 'EUR' returning item_id`)).toEqual([]);
  await expect(who.query('delete from plm.items')).rejects.toThrow('permission denied');
}

test('no one approves without can_approve_eco, not even with direct SQL', async () => {
  await database.owner.query('update plm.program_members set can_approve_eco = false where user_id = $1', [plm.eli.id]);
  const order = await plm.itemOf('ECO-000001');
  expect(await plm.eli.write('transition_item_state', { itemId: 'ECO-000001', targetState: 'Approved' })).toMatchObject(
    { code: 'FORBIDDEN' },
  );
  for (const statement of [
    `update plm.items set state = 'Approved' where id = $1`,
    `update plm.change_orders set state = 'Approved' where item_id = $1`,
  ]) {
    await expect(plm.eli.query(statement, [order['id']])).rejects.toThrow('row-level security');
  }
  expect(
    await plm.eli.query(
      `update plm.change_order_designs set merge_status = 'merged' where change_order_id = $1 returning 1`,
      [order['id']],
    ),
  ).toEqual([]);
  await expect(
    plm.eli.query(
      `insert into plm.approval_votes (org_id, change_order_id, program_id, user_id) values ($1, $2, $3, $4)`,
      [...[order['org_id'], order['id'], order['program_id'], plm.eli.id]],
    ),
  ).rejects.toThrow('row-level security');
});

test('reads need their permission', async () => {
  await database.owner.query(`update roles set permissions = '{}' where name = 'viewer'`);
  for (const [name, input] of [
    ['search_items', {}],
    ['get_bom', { itemId: 'PN-000059' }],
    ['search_programs', {}],
    ['search_designs', {}],
    ['workspace_design', { id: 'KES-ARM' }],
  ] as const) {
    expect(await plm.vic.read(name, input)).toMatchObject({ ok: false, code: 'FORBIDDEN' });
  }
});
