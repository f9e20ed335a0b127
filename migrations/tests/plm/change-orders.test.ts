// Change orders from Draft to the merge, which is complete or doesn't happen.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import { type Json, openPlm, type Plm, type PlmUser } from './plm.fixture.ts';

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

/** A protected design with the released assembly `top`, its component `part`, and `draft`, which is not released. */
let place: { design: string; top: string; part: string; draft: string };
let round = 0;
beforeEach(async () => {
  round += 1;
  const design = `ECO-TEST-${round}`;
  await database.owner.query(
    `insert into plm.designs (org_id, program_id, code, name)
     select org_id, id, $1, $1 from plm.programs where code = 'KESTREL'`,
    [design],
  );
  const create = async (name: string) =>
    (await plm.eli.must('create_item', { itemType: 'Part', name, designId: design })).item.itemNumber;
  place = { design, top: await create('Top'), part: await create('Part'), draft: await create('Draft') };
  await plm.eli.must('create_relationship', { type: 'BOM', sourceItemId: place.top, targetItemId: place.part });
  for (const itemId of [place.top, place.part]) {
    for (const targetState of ['In Review', 'Approved', 'Released'])
      await plm.eli.must('transition_item_state', { itemId, targetState });
  }
});

async function createOrder(affectedItemIds: string[], more: Json = {}): Promise<string> {
  return (await plm.eli.must('create_change_order', { name: 'Change', affectedItemIds, ...more })).item.itemNumber;
}
const move = (who: PlmUser, itemId: string, targetState: string) =>
  who.write('transition_item_state', { itemId, targetState });
async function approve(itemId: string): Promise<unknown> {
  await plm.eli.must('transition_item_state', { itemId, targetState: 'In Review' });
  return plm.eli.must('transition_item_state', { itemId, targetState: 'Approved' });
}

test('a change order starts in Draft with a workflow, a branch in each design and the action for each item', async () => {
  const input = {
    name: 'Quieter',
    changeType: 'mco',
    priority: 'high',
    reasonForChange: 'Noise',
    affectedItemIds: [place.part, place.draft],
    designIds: ['KES-CTL'],
  };
  const { proposal } = await plm.eli.propose('create_change_order', input);
  expect(proposal).toMatchObject({ changeType: 'MCO', name: 'Quieter', reason: 'Noise', impact: null });
  expect(proposal.items).toMatchObject([
    { itemNumber: place.part, name: 'Part', revision: 'A', state: 'Released', action: 'revise' },
    { itemNumber: place.draft, action: 'release' },
  ]);
  const data = await plm.eli.must('create_change_order', input);
  expect(data.item).toMatchObject({ state: 'Draft', itemType: 'ChangeOrder', revision: 'A' });
  expect(data.affectedItems).toMatchObject([
    { itemNumber: place.part, action: 'revise', fromRevision: 'A', toRevision: 'B' },
    { itemNumber: place.draft, action: 'release', workingItemId: null },
  ]);
  const seen = (await plm.vic.read('workspace_item', { id: data.item.id })).data;
  expect(seen.changeOrder.designs.map((design: Json) => design['code'])).toEqual([place.design, 'KES-CTL']);
  expect(seen.changeOrder.steps).toMatchObject([{ from: null, to: 'Draft', by: 'Eli Okafor' }]);
  expect(seen.details).toMatchObject({ changeType: 'MCO', priority: 'high', reasonForChange: 'Noise' });
  const { rows } = await database.owner.query(
    `select w.status, w.definition_name, (select count(*)::int from plm.branches b where b.change_order_id = w.change_order_id) as branches
     from plm.workflow_instances w where w.change_order_id = $1`,
    [data.item.id],
  );
  expect(rows).toEqual([{ status: 'active', definition_name: 'Standard change', branches: 2 }]);
});

test('approval makes working copies current: A → B, the old revision Superseded, where-used still right', async () => {
  const changeOrderId = await createOrder([place.part]);
  const before = await plm.itemOf(place.part);
  await plm.eli.must('update_item', { itemId: place.part, name: 'Better part', changeOrderId });
  const added = await plm.eli.must('create_item', {
    itemType: 'Part',
    name: 'New',
    designId: place.design,
    changeOrderId,
  });
  await plm.eli.must('create_relationship', {
    type: 'BOM',
    sourceItemId: place.part,
    targetItemId: added.item.id,
    quantity: 3,
    changeOrderId,
  });
  // Until then, main is unchanged.
  expect((await plm.eli.read('get_item_details', { itemNumber: place.part })).data).toMatchObject({
    name: 'Part',
    revision: 'A',
  });
  expect((await plm.eli.read('get_bom', { itemId: place.part })).data.count).toBe(0);

  const merged = await approve(changeOrderId);
  expect(merged).toMatchObject({ item: { state: 'Approved' }, allowedTransitions: [] });
  const after = (await plm.eli.read('get_item_details', { itemNumber: place.part })).data;
  expect(after).toMatchObject({ name: 'Better part', revision: 'B', state: 'Released', isCurrent: true });
  expect(after.revisions).toMatchObject([
    { id: before['id'], revision: 'A', state: 'Superseded' },
    { revision: 'B', state: 'Released' },
  ]);
  expect((await plm.eli.read('get_where_used', { itemId: after.id })).data.parents).toMatchObject([
    { itemNumber: place.top },
  ]);
  expect((await plm.eli.read('get_where_used', { itemId: before['id'] })).data.parents).toMatchObject([
    { itemNumber: place.top },
  ]);
  expect((await plm.eli.read('get_bom', { itemId: place.top, depth: 2 })).data.children).toMatchObject([
    {
      itemNumber: place.part,
      revision: 'B',
      children: [{ itemNumber: added.item.itemNumber, state: 'Released', quantity: 3 }],
    },
  ]);
  const { rows } = await database.owner.query(
    `select b.is_archived, b.is_locked, d.merge_status, w.status, (select count(*)::int from plm.approval_votes v where v.change_order_id = d.change_order_id) as votes
     from plm.change_order_designs d join plm.branches b on b.id = d.branch_id join plm.workflow_instances w on w.change_order_id = d.change_order_id
     join plm.items i on i.id = d.change_order_id where i.item_number = $1`,
    [changeOrderId],
  );
  expect(rows).toEqual([{ is_archived: true, is_locked: true, merge_status: 'merged', status: 'completed', votes: 1 }]);
  const history = await plm.eli.read('workspace_item_tab', { id: after.id, tab: 'history' });
  expect(history.data.rows.map((row: Json) => row['action'])).toEqual(
    expect.arrayContaining(['released', 'superseded', 'updated', 'checked out']),
  );
});

test('revision letters skip I and O and continue with AA after Z', async () => {
  await database.owner.query(`update plm.items set revision = 'H' where item_number = $1`, [place.part]);
  await approve(await createOrder([place.part]));
  expect(await plm.itemOf(place.part)).toMatchObject({ revision: 'J' });
  await database.owner.query(`update plm.items set revision = 'Z' where item_number = $1 and is_current`, [place.part]);
  await approve(await createOrder([place.part]));
  expect(await plm.itemOf(place.part)).toMatchObject({ revision: 'AA' });
});

test('the proposal of an approval lists what it merges', async () => {
  const merged = async (affectedItemIds: string[]) => {
    const itemId = await createOrder(affectedItemIds, { designIds: [place.design] });
    await plm.eli.must('transition_item_state', { itemId, targetState: 'In Review' });
    const { proposal } = await plm.eli.propose('transition_item_state', { itemId, targetState: 'Approved' });
    return proposal.merges;
  };
  expect(await merged([])).toEqual([]);
  expect(await merged([place.part, place.draft])).toMatchObject([
    { itemNumber: place.part, action: 'revise', fromRevision: 'A', toRevision: 'B' },
    { itemNumber: place.draft, action: 'release', fromRevision: 'A', toRevision: 'A' },
  ]);
});

test('release makes a draft Released and keeps its letter; a requirement becomes Approved', async () => {
  const requirement = (
    await plm.eli.must('create_item', { itemType: 'Requirement', name: 'Quiet', designId: 'KES-CTL' })
  ).item.itemNumber;
  await approve(await createOrder([place.draft, requirement]));
  expect(await plm.itemOf(place.draft)).toMatchObject({ revision: 'A', state: 'Released', is_current: true });
  expect(await plm.itemOf(requirement)).toMatchObject({ revision: 'A', state: 'Approved', is_current: true });
});

test('items to obsolete become Obsolete and keep their letter; promoted ones become Released', async () => {
  const changeOrderId = await createOrder([], { designIds: [place.design] });
  for (const [action, number] of Object.entries({ obsolete: place.part, remove: place.top, promote: place.draft }))
    await database.owner.query(
      `insert into plm.change_order_items (org_id, change_order_id, master_id, program_id, design_id, action, base_item_id)
       select i.org_id, o.id, i.master_id, i.program_id, i.design_id, $2, i.id
       from plm.items i join plm.items o on o.org_id = i.org_id and o.item_number = $3 where i.item_number = $1`,
      [number, action, changeOrderId],
    );
  await approve(changeOrderId);
  for (const number of [place.part, place.top])
    expect(await plm.itemOf(number)).toMatchObject({ revision: 'A', state: 'Obsolete', is_current: true });
  expect(await plm.itemOf(place.draft)).toMatchObject({ revision: 'A', state: 'Released', is_current: true });
});

test('the second of two change orders that revise one item is refused with the reason and changes nothing', async () => {
  const first = await createOrder([place.part]);
  const second = await createOrder([place.part, place.top]);
  for (const itemId of [first, second])
    await plm.eli.must('transition_item_state', { itemId, targetState: 'In Review' });
  const stale = await plm.eli.propose('transition_item_state', { itemId: second, targetState: 'Approved' });
  await plm.eli.must('transition_item_state', { itemId: first, targetState: 'Approved' });

  const reason = `${first} already moved ${place.part} from revision A to B`;
  const answers = [
    await plm.eli.propose('transition_item_state', { itemId: second, targetState: 'Approved' }),
    await plm.eli.run('transition_item_state', { itemId: second, targetState: 'Approved' }, stale.versions),
  ];
  for (const answer of answers) {
    expect(answer).toMatchObject({ ok: false, code: 'CONFLICT', message: `${second} can't be merged: ${reason}.` });
    expect(answer.facts.conflicts).toMatchObject([{ itemNumber: place.part, reason }]);
  }
  expect(await plm.itemOf(place.top)).toMatchObject({ revision: 'A', state: 'Released' });
  expect(await plm.itemOf(second)).toMatchObject({ state: 'In Review' });
});

test('of two concurrent approvals that revise one item, one merges', async () => {
  const orders = [await createOrder([place.part]), await createOrder([place.part])];
  for (const itemId of orders) await plm.eli.must('transition_item_state', { itemId, targetState: 'In Review' });
  const inputs = orders.map((itemId) => ({ itemId, targetState: 'Approved' }));
  const proposals = await Promise.all(inputs.map((input) => plm.eli.propose('transition_item_state', input)));
  const answers = await Promise.all(
    inputs.map((input, index) => plm.eli.run('transition_item_state', input, proposals[index]?.versions)),
  );
  expect(answers.map((answer) => answer.code ?? 'ok').sort()).toEqual(['CONFLICT', 'ok']);
  expect(await plm.itemOf(place.part)).toMatchObject({ revision: 'B' });
});

test.each([
  [
    'the last copy',
    'plm.items',
    `before update`,
    `new.item_number like 'PN-%' and new.is_current and not new.is_working`,
  ],
  ['the branch', 'plm.branches', 'before update', 'new.is_archived'],
  ['the vote', 'plm.approval_votes', 'before insert', 'true'],
  ['the workflow', 'plm.workflow_history', 'before insert', `new.to_step = 'Approved'`],
  ['the journal', 'effect_journal', 'before insert', 'true'],
  ['the audit row, the very last', 'audit_log', 'before insert', `new.tool = 'transition_item_state'`],
])('a merge that fails at %s changes nothing', async (_, table, when, condition) => {
  const changeOrderId = await createOrder([place.part, place.top, place.draft]);
  await plm.eli.must('create_item', { itemType: 'Part', name: 'New', designId: place.design, changeOrderId });
  await plm.eli.must('transition_item_state', { itemId: changeOrderId, targetState: 'In Review' });
  const snapshot = async () =>
    JSON.stringify(
      (
        await database.owner.query(
          `select (select jsonb_agg(to_jsonb(i) order by i.id) from plm.items i) as items,
             (select jsonb_agg(to_jsonb(b) order by b.id) from plm.branches b) as branches,
             (select jsonb_agg(to_jsonb(d) order by d.design_id, d.change_order_id) from plm.change_order_designs d) as designs,
             (select jsonb_agg(to_jsonb(r) order by r.id) from plm.item_relationships r) as links,
             (select count(*) from plm.item_history) as history, (select count(*) from plm.approval_votes) as votes,
             (select count(*) from effect_journal) as effects, (select count(*) from audit_log) as audit`,
        )
      ).rows,
    );
  const input = { itemId: changeOrderId, targetState: 'Approved' };
  const { versions } = await plm.eli.propose('transition_item_state', input);
  const before = await snapshot();
  await database.owner.query(`
    create function public.fail_on_purpose() returns trigger language plpgsql as $$
    begin if ${condition} then raise exception 'on purpose'; end if; return new; end $$;
    create trigger zz_fail ${when} on ${table} for each row execute function public.fail_on_purpose()`);
  await expect(plm.eli.run('transition_item_state', input, versions)).rejects.toThrow('on purpose');
  await database.owner.query('drop function public.fail_on_purpose() cascade');
  expect(await snapshot()).toBe(before);
  expect(await plm.eli.run('transition_item_state', input, versions)).toMatchObject({ ok: true });
});

test('leaving Draft locks the scope; returning to Draft unlocks it', async () => {
  const changeOrderId = await createOrder([place.part]);
  await plm.eli.must('transition_item_state', { itemId: changeOrderId, targetState: 'In Review' });
  const attempts: [Parameters<PlmUser['write']>[0], Json][] = [
    ['create_item', { itemType: 'Part', name: 'Late', designId: place.design, changeOrderId }],
    ['update_item', { itemId: place.part, name: 'Late', changeOrderId }],
    ['update_item', { itemId: place.top, name: 'Late', changeOrderId }],
    ['create_relationship', { type: 'BOM', sourceItemId: place.part, targetItemId: place.draft, changeOrderId }],
    ['create_relationship', { type: 'Affects', sourceItemId: changeOrderId, targetItemId: place.draft }],
    ['update_item', { itemId: changeOrderId, priority: 'low' }],
  ];
  for (const [name, input] of attempts)
    expect(await plm.eli.write(name, input)).toMatchObject({ ok: false, code: 'LOCKED' });
  await plm.eli.must('transition_item_state', { itemId: changeOrderId, targetState: 'Draft' });
  for (const [name, input] of attempts) expect(await plm.eli.write(name, input)).toMatchObject({ ok: true });
});

test("a draft can't change while its change order is under review", async () => {
  const { item } = await plm.eli.must('create_item', { itemType: 'Part', name: 'Loose', designId: 'KES-CTL' });
  const changeOrderId = await createOrder([item.itemNumber]);
  expect(await plm.eli.write('update_item', { itemId: item.id, name: 'Looser' })).toMatchObject({ ok: true });
  await plm.eli.must('transition_item_state', { itemId: changeOrderId, targetState: 'In Review' });
  expect(await plm.eli.write('update_item', { itemId: item.id, name: 'Loosest' })).toMatchObject({ code: 'LOCKED' });
  expect(await move(plm.eli, item.itemNumber, 'In Review')).toMatchObject({ code: 'LOCKED' });
});

test('approval needs can_approve_eco in every program touched, visible or not', async () => {
  const both = await createOrder([place.part], { designIds: ['COM-LIB'] });
  await plm.eli.must('transition_item_state', { itemId: both, targetState: 'In Review' });
  expect(await move(plm.eli, both, 'Approved')).toMatchObject({
    code: 'FORBIDDEN',
    facts: { programs: 2, approvable: 1 },
  });
  // The second program is hidden: nothing about it is revealed, but it counts.
  await database.owner.query(
    `delete from plm.program_members where user_id = $1 and program_id = (select id from plm.programs where code = 'COMMON')`,
    [plm.eli.id],
  );
  expect(await move(plm.eli, both, 'Approved')).toMatchObject({
    code: 'FORBIDDEN',
    facts: { programs: 2, approvable: 1 },
  });
  await database.owner.query(
    `insert into plm.program_members (org_id, program_id, user_id, role, can_create_eco)
     select org_id, id, $1, 'engineer', true from plm.programs where code = 'COMMON'`,
    [plm.eli.id],
  );
  expect(await move(plm.ada, both, 'Approved')).toMatchObject({ ok: true });
});

test("creating a change order needs can_create_eco in every program and refuses items that change orders don't affect", async () => {
  const create = (who: PlmUser, input: Json) => who.write('create_change_order', { name: 'Try', ...input });
  expect(await create(plm.both, { designIds: ['PKH-DRV'] })).toMatchObject({ ok: true });
  await database.owner.query('update plm.program_members set can_create_eco = false where user_id = $1', [plm.both.id]);
  expect(await create(plm.both, { designIds: ['PKH-DRV'] })).toMatchObject({ code: 'FORBIDDEN' });
  expect(await create(plm.both, { designIds: ['KES-ARM'] })).toMatchObject({ code: 'NOT_FOUND' });
  expect(await create(plm.vic, { designIds: ['KES-ARM'] })).toMatchObject({ code: 'FORBIDDEN' });
  expect(await create(plm.eli, { affectedItemIds: ['TSK-000001'] })).toMatchObject({ code: 'INCOMPATIBLE' });
  expect(await create(plm.eli, { affectedItemIds: ['ECO-000001'] })).toMatchObject({ code: 'INCOMPATIBLE' });
  expect(await create(plm.eli, { affectedItemIds: ['PN-888888'] })).toMatchObject({ code: 'NOT_FOUND' });
  expect(await create(plm.eli, { affectedItemIds: ['0d010000-0000-4000-8000-000000000070'] })).toMatchObject({
    code: 'ILLEGAL_STATE',
  });
  expect(await create(plm.eli, { affectedItemIds: 'PN-000001' })).toMatchObject({ code: 'OUT_OF_RANGE' });
  expect(await create(plm.eli, { affectedItemIds: Array(101).fill('PN-000001') })).toMatchObject({
    code: 'OUT_OF_RANGE',
  });
  expect(await create(plm.eli, {})).toMatchObject({ code: 'MISSING', facts: { field: 'designIds' } });
  expect(await plm.eli.write('create_change_order', { designIds: ['KES-ARM'] })).toMatchObject({
    code: 'MISSING',
    facts: { field: 'name' },
  });
});

test("a working copy moves with its change order, and another change order can't take it", async () => {
  const [first, second] = [await createOrder([place.part]), await createOrder([place.top])];
  const copy = (await plm.eli.read('workspace_item_tab', { id: first, tab: 'affected-items' })).data.rows[0]
    .workingItemId;
  expect(await move(plm.eli, copy, 'In Review')).toMatchObject({ code: 'LOCKED' });
  expect(await plm.eli.write('update_item', { itemId: copy, name: 'x', changeOrderId: second })).toMatchObject({
    code: 'CONFLICT',
  });
  expect(await plm.eli.write('update_item', { itemId: copy, name: 'x' })).toMatchObject({ ok: true });
});

test('a part that exists only in a change order is found and linked only there', async () => {
  const changeOrderId = await createOrder([place.part]);
  const { item } = await plm.eli.must('create_item', {
    itemType: 'Part',
    name: 'Zebra bracket',
    designId: place.design,
    changeOrderId,
  });
  expect((await plm.eli.read('search_items', { query: 'zebra bracket' })).data.items).toMatchObject([
    { id: item.id, isWorkingCopy: true },
  ]);
  expect((await plm.eli.read('get_item_details', { itemNumber: item.itemNumber })).data.id).toBe(item.id);
  const link = { type: 'BOM', sourceItemId: place.part, targetItemId: item.id, changeOrderId };
  expect((await plm.eli.must('create_relationship', link)).target.id).toBe(item.id);
  const { rows } = await database.owner.query(
    `select w.id from plm.items w join plm.branches b on b.id = w.branch_id join plm.items o on o.id = b.change_order_id
     where w.item_number = $1 and w.is_working and o.item_number = $2`,
    [place.part, changeOrderId],
  );
  const inside = (await plm.eli.read('get_bom', { itemId: rows[0].id })).data.children as Json[];
  expect(inside.find(({ id }) => id === item.id)).toMatchObject({ name: 'Zebra bracket', isWorkingCopy: true });
  const outside = (await plm.eli.read('get_bom', { itemId: place.part })).data.children as Json[];
  expect(outside.find(({ id }) => id === item.id)).toBeUndefined();
  const elsewhere = { type: 'BOM', sourceItemId: 'PN-000083', targetItemId: item.id };
  expect(await plm.eli.write('create_relationship', elsewhere)).toMatchObject({ code: 'INCOMPATIBLE' });
});

test('a merge is refused when a link would now close a circle or already exists', async () => {
  const { item: a } = await plm.eli.must('create_item', { itemType: 'Part', name: 'A', designId: 'KES-CTL' });
  const { item: b } = await plm.eli.must('create_item', { itemType: 'Part', name: 'B', designId: 'KES-CTL' });
  const changeOrderId = await createOrder([a.id]);
  await plm.eli.must('create_relationship', { type: 'BOM', sourceItemId: a.id, targetItemId: b.id, changeOrderId });
  await plm.eli.must('create_relationship', { type: 'BOM', sourceItemId: b.id, targetItemId: a.id });
  await plm.eli.must('transition_item_state', { itemId: changeOrderId, targetState: 'In Review' });
  const answer = await plm.eli.propose('transition_item_state', { itemId: changeOrderId, targetState: 'Approved' });
  expect(answer).toMatchObject({
    code: 'CONFLICT',
    facts: {
      conflicts: [{ itemNumber: a.itemNumber, reason: `${a.itemNumber} would contain itself through ${b.itemNumber}` }],
    },
  });
});

test('an approval is STALE when the scope changed after it was proposed', async () => {
  const changeOrderId = await createOrder([place.part]);
  await plm.eli.must('transition_item_state', { itemId: changeOrderId, targetState: 'In Review' });
  const input = { itemId: changeOrderId, targetState: 'Approved' };
  const { versions } = await plm.eli.propose('transition_item_state', input);
  await plm.eli.must('transition_item_state', { itemId: changeOrderId, targetState: 'Draft' });
  await plm.eli.must('update_item', { itemId: place.part, name: 'Sneaked in', changeOrderId });
  await plm.eli.must('transition_item_state', { itemId: changeOrderId, targetState: 'In Review' });
  expect(await plm.eli.run('transition_item_state', input, versions)).toMatchObject({ code: 'STALE' });
});
