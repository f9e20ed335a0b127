// create_item and update_item: their effects and refusals, and that a refusal or a dry run changes nothing.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireDemoDesignId } from '../../../local/demo-data/plm/demo-plm.ts';
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

const PART = { itemType: 'Part', name: 'Motor Assembly', designId: 'KES-CTL' };

/** Everything that a write could change. */
async function footprint(): Promise<unknown> {
  const { rows } = await database.owner.query(`
    select (select jsonb_object_agg(prefix, last) from private.item_counters) as counters,
      (select count(*) from plm.items) as items, (select sum(version) from plm.items) as versions,
      (select count(*) from plm.item_history) as history, (select count(*) from plm.item_relationships) as links,
      (select count(*) from plm.change_order_items) as scope, (select count(*) from plm.branches) as branches,
      (select count(*) from plm.design_sessions) as sessions,
      (select count(*) from effect_journal) as effects, (select count(*) from audit_log) as audit`);
  return rows[0];
}

test('a dry run returns the facts of the change from a read-only transaction and writes nothing', async () => {
  const before = await footprint();
  const answer = await plm.eli.propose('create_item', { ...PART, cost: 12.5, currency: 'usd', material: 'Steel' });
  expect(answer).toEqual({
    ok: true,
    versions: [{ kind: 'design', id: requireDemoDesignId('KES-CTL'), version: 1 }],
    proposal: {
      itemType: 'Part',
      name: 'Motor Assembly',
      description: null,
      design: { id: requireDemoDesignId('KES-CTL'), code: 'KES-CTL', name: 'Kestrel Controller' },
      program: null,
      changeOrder: null,
      fields: [
        { field: 'material', value: 'Steel' },
        { field: 'cost', value: '12.5' },
        { field: 'currency', value: 'USD' },
      ],
    },
  });
  expect(await footprint()).toEqual(before);
});

test('a part is created in Draft, revision A, with its fields and a history entry', async () => {
  const { item, changeOrder } = await plm.eli.must('create_item', {
    ...PART,
    partType: 'purchase',
    weight: 1.25,
    weightUnit: 'kg',
  });
  expect(item).toMatchObject({
    name: 'Motor Assembly',
    revision: 'A',
    state: 'Draft',
    itemType: 'Part',
    isCurrent: true,
  });
  expect(changeOrder).toBeNull();
  const details = await plm.eli.read('get_item_details', { id: item.id });
  expect(details.data.details).toMatchObject({ partType: 'Purchase', weight: 1.25, weightUnit: 'kg', cost: null });
  const history = await plm.eli.read('workspace_item_tab', { id: item.id, tab: 'history' });
  expect(history.data.rows).toMatchObject([{ action: 'created', by: 'Eli Okafor' }]);
});

test('a design is found by id, code in any case, and name', async () => {
  for (const designId of [requireDemoDesignId('KES-CTL'), 'kes-ctl', 'kestrel controller']) {
    expect(await plm.eli.propose('create_item', { ...PART, designId })).toMatchObject({ ok: true });
  }
});

test("a design with a released item can't change without an ECO; the refusal offers to create one", async () => {
  const answer = await plm.eli.propose('create_item', { ...PART, designId: 'KES-ARM' });
  expect(answer).toMatchObject({
    ok: false,
    code: 'ECO_REQUIRED',
    message:
      "The design 'Kestrel Arm Mechanics' has released items and requires an ECO to add new items. Would you like me to create an ECO first?",
    facts: { suggestCreateEco: true, designId: requireDemoDesignId('KES-ARM'), designName: 'Kestrel Arm Mechanics' },
  });
  expect(answer.facts.openChangeOrders).toMatchObject([{ itemNumber: 'ECO-000002' }]);
  const update = await plm.eli.propose('update_item', { itemId: 'PN-000080', name: 'Other' });
  expect(update).toMatchObject({ code: 'ECO_REQUIRED', facts: { suggestCreateEco: true, itemNumber: 'PN-000080' } });
});

test('a task needs no ECO, in a protected design or outside of designs', async () => {
  const task = {
    itemType: 'Task',
    name: 'Check',
    assignee: 'vic@cascade.test',
    dueDate: '2026-12-24',
    priority: 'high',
  };
  const inDesign = await plm.eli.must('create_item', { ...task, designId: 'KES-ARM' });
  const inProgram = await plm.eli.must('create_item', { ...task, programId: 'KESTREL' });
  expect(await plm.eli.write('create_item', task)).toMatchObject({ code: 'MISSING', facts: { field: 'designId' } });
  expect(await plm.both.write('create_item', task)).toMatchObject({ ok: true });
  const details = await plm.vic.read('get_item_details', { id: inProgram.item.id });
  expect(details.data.details).toMatchObject({ assigneeName: 'Vic Tanaka', dueDate: '2026-12-24', priority: 'high' });
  await plm.eli.must('update_item', { itemId: inDesign.item.id, priority: 'low', assignee: '' });
});

test('an update changes the named fields, keeps the others, and writes old and new values to the history', async () => {
  const { item } = await plm.eli.must('create_item', { ...PART, cost: 10, currency: 'EUR', material: 'Brass' });
  const { proposal } = await plm.eli.propose('update_item', {
    itemId: item.itemNumber,
    cost: 12,
    description: 'New',
    material: '',
  });
  // In the order of their fields.
  expect(proposal.item).toMatchObject({ itemNumber: item.itemNumber, revision: 'A', state: 'Draft' });
  expect(proposal.changes).toEqual([
    { field: 'description', from: '', to: 'New' },
    { field: 'material', from: 'Brass', to: null },
    { field: 'cost', from: '10', to: '12' },
  ]);
  await plm.eli.must('update_item', { itemId: item.itemNumber, cost: 12, description: 'New', material: '' });
  const { data } = await plm.eli.read('get_item_details', { id: item.id });
  expect(data).toMatchObject({
    version: 2,
    description: 'New',
    details: { cost: 12, currency: 'EUR', material: null },
  });
  const history = await plm.eli.read('workspace_item_tab', { id: item.id, tab: 'history' });
  expect(history.data.rows[0]).toMatchObject({ action: 'updated', changes: { cost: { from: 10, to: 12 } } });
});

test('a row that changed after the proposal is STALE, and the second of two clicks changes nothing (R29)', async () => {
  const { item } = await plm.eli.must('create_item', PART);
  const { versions } = await plm.eli.propose('update_item', { itemId: item.id, name: 'One' });
  const answers = await Promise.all(
    ['One', 'Two', 'Three', 'Four'].map((name) => plm.eli.run('update_item', { itemId: item.id, name }, versions)),
  );
  expect(answers.map((answer) => answer.code ?? 'ok').sort()).toEqual(['STALE', 'STALE', 'STALE', 'ok']);
  expect((await plm.eli.read('get_item_details', { id: item.id })).data.version).toBe(2);
  expect(await plm.eli.run('update_item', { itemId: item.id, name: 'Five' }, undefined)).toMatchObject({
    code: 'STALE',
  });
});

const HOSTILE = `'; drop table plm.items; -- \${x} {{y}} <script>alert(1)</script> %s %I \\ " \u202e\u200b ${'é'.repeat(20)}`;

test('hostile text is stored as data', async () => {
  const { item } = await plm.eli.must('create_item', {
    ...PART,
    name: HOSTILE,
    description: HOSTILE,
    material: HOSTILE,
  });
  const { data } = await plm.eli.read('get_item_details', { itemNumber: item.itemNumber });
  expect([data.name, data.description, data.details.material]).toEqual([HOSTILE, HOSTILE, HOSTILE]);
  const found = await plm.eli.read('search_items', { query: 'drop table plm.items; --' });
  expect(found.data.items.map((one: Json) => one['id'])).toEqual([item.id]);
  for (const query of ['%', '_', '\\', "'", '%%%', '__________', '\\%', '" or 1=1 --']) {
    expect((await plm.eli.read('search_items', { query })).ok).toBe(true);
  }
});

const BAD: readonly [what: string, input: Json, code: string, field?: string][] = [
  ['no type', { name: 'x', designId: 'KES-CTL' }, 'MISSING', 'itemType'],
  ['an unknown type', { ...PART, itemType: 'ChangeOrder' }, 'OUT_OF_RANGE', 'itemType'],
  ['no name', { ...PART, name: undefined }, 'MISSING', 'name'],
  ['an empty name', { ...PART, name: '  \n ' }, 'MISSING', 'name'],
  ['a name that is too long', { ...PART, name: 'x'.repeat(201) }, 'OUT_OF_RANGE', 'name'],
  ['a name that is no text', { ...PART, name: { toString: 'x' } }, 'OUT_OF_RANGE', 'name'],
  ['a description that is too long', { ...PART, description: 'x'.repeat(4001) }, 'OUT_OF_RANGE', 'description'],
  ['no design', { ...PART, designId: undefined }, 'MISSING', 'designId'],
  ['a design that is not there', { ...PART, designId: 'NOPE' }, 'NOT_FOUND', 'designId'],
  ['a negative cost', { ...PART, cost: -1, currency: 'EUR' }, 'OUT_OF_RANGE', 'cost'],
  ['a huge cost', { ...PART, cost: 1e30, currency: 'EUR' }, 'OUT_OF_RANGE', 'cost'],
  ['a cost that is no number', { ...PART, cost: 'NaN', currency: 'EUR' }, 'OUT_OF_RANGE', 'cost'],
  ['a cost without a currency', { ...PART, cost: 1 }, 'MISSING', 'currency'],
  ['a currency without a cost', { ...PART, currency: 'EUR' }, 'MISSING', 'cost'],
  ['a currency that is none', { ...PART, cost: 1, currency: '€' }, 'OUT_OF_RANGE', 'currency'],
  ['a weight without a unit', { ...PART, weight: 1 }, 'MISSING', 'weightUnit'],
  ['an unknown unit', { ...PART, weight: 1, weightUnit: 'stone' }, 'OUT_OF_RANGE', 'weightUnit'],
  ['an unknown part type', { ...PART, partType: 'Magic' }, 'OUT_OF_RANGE', 'partType'],
  ['a field of another type', { ...PART, priority: 'high' }, 'INCOMPATIBLE', 'priority'],
  [
    'a material for a task',
    { itemType: 'Task', name: 'x', programId: 'KESTREL', material: 'x' },
    'INCOMPATIBLE',
    'material',
  ],
  [
    'a due date that is none',
    { itemType: 'Task', name: 'x', programId: 'KESTREL', dueDate: '2026-02-30' },
    'OUT_OF_RANGE',
    'dueDate',
  ],
  [
    'an unknown assignee',
    { itemType: 'Task', name: 'x', programId: 'KESTREL', assignee: 'nora@northlight.test' },
    'NOT_FOUND',
    'assignee',
  ],
  ['a change order that is none', { ...PART, changeOrderId: 'PN-000001' }, 'INCOMPATIBLE', 'changeOrderId'],
  ['a change order that is not there', { ...PART, changeOrderId: 'ECO-999999' }, 'NOT_FOUND', 'changeOrderId'],
  ['a change order under review', { ...PART, changeOrderId: 'ECO-000001' }, 'LOCKED'],
];

test.each(BAD)(
  'create_item with %s is refused, by proposal and by run, and changes nothing',
  async (_, input, code, field) => {
    const before = await footprint();
    for (const answer of [await plm.eli.propose('create_item', input), await plm.eli.run('create_item', input, [])]) {
      expect(answer).toMatchObject({ ok: false, code, ...(field ? { facts: { field } } : {}) });
      expect(answer.message).toMatch(/^[A-Z%].+[.?]$|^[a-zA-Z]+ .+\.$/);
    }
    expect(await footprint()).toEqual(before);
  },
);

test('update_item refuses unknown items, updates without a change, and closed items', async () => {
  const before = await footprint();
  const code = async (input: Json) => (await plm.eli.write('update_item', input)).code;
  expect(await code({ itemId: 'PN-999999', name: 'x' })).toBe('NOT_FOUND');
  expect(await code({ itemId: crypto.randomUUID(), name: 'x' })).toBe('NOT_FOUND');
  expect(await code({ name: 'x' })).toBe('MISSING');
  expect(await code({ itemId: 'PN-000083' })).toBe('MISSING');
  expect(await code({ itemId: 'PN-000083', name: 'Kestrel controller' })).toBe('MISSING');
  expect(await code({ itemId: 'PN-000083', name: ' ' })).toBe('MISSING');
  expect(await code({ itemId: 'PN-000083', dueDate: '2026-12-01' })).toBe('INCOMPATIBLE');
  const superseded = '0d010000-0000-4000-8000-000000000070';
  expect(await code({ itemId: superseded, name: 'x' })).toBe('ILLEGAL_STATE');
  expect(await code({ itemId: 'ECO-000001', priority: 'low' })).toBe('LOCKED');
  expect(await footprint()).toEqual(before);
});

test('initiate_collaborative_design opens a session by id or code, and refuses a design of another program', async () => {
  const brief = { description: 'A lighter wrist', programId: 'kestrel' };
  const data = await plm.eli.must('initiate_collaborative_design', { ...brief, designId: 'KES-ARM' });
  const seen = await plm.vic.read('workspace_session', { id: data.sessionId });
  expect(seen.data).toMatchObject({
    session: { description: 'A lighter wrist', createdBy: 'Eli Okafor' },
    program: { code: 'KESTREL' },
  });
  expect(seen.data.designs.map((design: Json) => design['code'])).toEqual(['KES-ARM']);
  expect((await plm.both.read('workspace_session', { id: data.sessionId })).code).toBe('NOT_FOUND');
  const refused = async (input: Json) => (await plm.eli.write('initiate_collaborative_design', input)).code;
  expect(await refused({ ...brief, designId: 'PKH-DRV' })).toBe('INCOMPATIBLE');
  expect(await refused({ description: 'x' })).toBe('MISSING');
  expect(await refused({ programId: 'KESTREL' })).toBe('MISSING');
  expect(await refused({ ...brief, programId: 'NOPE' })).toBe('NOT_FOUND');
});
