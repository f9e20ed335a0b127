// Results of the read tools and the workspace pages.
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

async function search(input: Json): Promise<string[]> {
  const { data } = await plm.eli.read('search_items', { limit: 50, ...input });
  return data.items.map((item: Json) => item['itemNumber']);
}

test('search matches parts of names and numbers, with all words in any order and case', async () => {
  expect(await search({ query: 'lbow Hous' })).toEqual(['DOC-000004', 'ECO-000001', 'PN-000070', 'TSK-000001']);
  expect(await search({ query: 'housing ELBOW', itemType: 'Part' })).toEqual(['PN-000070']);
  expect(await search({ query: 'pn-000070' })).toEqual(['PN-000070']);
  expect(await search({ query: '00007', itemType: 'Part' })).toEqual([
    'PN-000007',
    ...Array.from({ length: 10 }, (_, digit) => `PN-00007${digit}`),
  ]);
  // Two letters match the start of a word.
  expect(await search({ query: 'XL' })).toEqual(['PN-000057']);
  expect(await search({ query: 'l 180' })).toEqual(['PN-000027']);
  // If no word starts with them, they match anywhere.
  expect(await search({ query: 'ck', itemType: 'Part' })).toContain('PN-000001');
  expect(await search({ query: 'no such thing' })).toEqual([]);
});

test('search filters by type, state and design, by id or code, and counts the matches', async () => {
  expect(await search({ itemType: 'ChangeOrder' })).toEqual(['ECO-000001', 'ECO-000002']);
  expect(await search({ itemType: 'ChangeOrder', state: 'in review' })).toEqual(['ECO-000001']);
  const byCode = await search({ designId: 'COM-ACT', state: 'Draft' });
  expect(byCode).toEqual(['PN-000057', 'PN-000058']);
  expect(await search({ designId: requireDemoDesignId('COM-ACT'), state: 'Draft' })).toEqual(byCode);
  const { data } = await plm.eli.read('search_items', { query: 'screw', limit: 3 });
  expect(data).toMatchObject({ total: 9, totalIsExact: true });
  expect(data.items).toHaveLength(3);
  for (const [field, value] of [
    ['limit', 0],
    ['limit', 51],
    ['itemType', 'Widget'],
    ['query', 'x'.repeat(201)],
  ] as const) {
    expect(await plm.eli.read('search_items', { [field]: value })).toMatchObject({
      code: 'OUT_OF_RANGE',
      facts: { field },
    });
  }
});

test('details are found by id or number, for older revisions too, with the fields of the type', async () => {
  const current = (await plm.eli.read('get_item_details', { itemNumber: 'PN-000070' })).data;
  expect(current).toMatchObject({
    revision: 'B',
    design: { code: 'KES-ARM' },
    details: { material: 'Aluminium 7075-T6' },
  });
  const old = (await plm.eli.read('get_item_details', { itemNumber: 'pn-000070', revision: 'a' })).data;
  expect(old).toMatchObject({ revision: 'A', state: 'Superseded', isCurrent: false });
  expect((await plm.eli.read('get_item_details', { id: current.id, revision: 'A' })).data.id).toBe(old.id);
  expect(await plm.eli.read('get_item_details', { itemNumber: 'PN-000070', revision: 'Q' })).toMatchObject({
    code: 'NOT_FOUND',
  });
  expect(await plm.eli.read('get_item_details', {})).toMatchObject({ code: 'MISSING' });
  const task = (await plm.eli.read('get_item_details', { itemNumber: 'TSK-000005' })).data;
  expect(task).toMatchObject({
    details: { priority: 'critical', assigneeName: 'Eli Okafor' },
    allowedTransitions: ['In Review', 'Cancelled'],
  });
});

test('a number with working copies in two change orders and no current revision is ambiguous', async () => {
  await database.owner.query(
    `update plm.items set is_current = false, state = 'Superseded' where item_number = 'PN-000074' and is_current`,
  );
  for (const name of ['One', 'Two']) {
    const { item } = await plm.eli.must('create_change_order', { name, designIds: ['KES-ARM'] });
    await database.owner.query(
      `insert into plm.items (org_id, id, master_id, program_id, design_id, branch_id, item_number, revision, item_type, name, state, is_current, is_working)
       select i.org_id, gen_random_uuid(), i.master_id, i.program_id, i.design_id, d.branch_id, i.item_number, 'B', i.item_type, i.name, 'Draft', false, true
       from plm.items i join plm.change_order_designs d on d.change_order_id = $1 where i.item_number = 'PN-000074' and not i.is_working`,
      [item.id],
    );
  }
  expect(await plm.eli.read('get_item_details', { itemNumber: 'PN-000074' })).toMatchObject({
    ok: false,
    code: 'AMBIGUOUS',
  });
});

test('a name of two designs is ambiguous; a code is not', async () => {
  await database.owner.query(
    `insert into plm.designs (org_id, program_id, code, name) select org_id, program_id, 'TWIN', name from plm.designs where code = 'KES-CTL'`,
  );
  expect(await plm.eli.read('workspace_design', { id: 'Kestrel Controller' })).toMatchObject({
    code: 'AMBIGUOUS',
    facts: { candidates: ['KES-CTL', 'TWIN'] },
  });
  expect((await plm.eli.read('workspace_design', { id: 'KES-CTL' })).ok).toBe(true);
  await database.owner.query(`update plm.designs set is_archived = true where code = 'TWIN'`);
});

test('designs and programs are found by name, code, customer, type and status; archived designs only on request', async () => {
  const designs = async (input: Json) =>
    (await plm.eli.read('search_designs', input)).data.designs.map((one: Json) => one['code']);
  expect(await designs({ programId: 'kestrel' })).toEqual(['KES-ARM', 'KES-CTL']);
  expect(await designs({ programId: 'kestrel', includeArchived: true })).toEqual(['KES-ARM', 'KES-CTL', 'TWIN']);
  expect(await designs({ designType: 'library' })).toEqual(['COM-LIB']);
  expect(await designs({ query: 'actuator' })).toEqual(['COM-ACT']);
  const programs = async (input: Json) =>
    (await plm.eli.read('search_programs', input)).data.programs.map((one: Json) => one['code']);
  expect(await programs({ query: 'nordhaven' })).toEqual(['PACKHORSE']);
  expect(await programs({ status: 'active', limit: 2 })).toEqual(['COMMON', 'KESTREL']);
  expect(await programs({ status: 'Completed' })).toEqual([]);
});

test("an entity resolves to its button's data, but not with a wrong type", async () => {
  const resolve = async (input: Json) => (await plm.eli.read('resolve_entity', input)).data;
  expect(await resolve({ itemNumber: 'ECO-000001', itemType: 'ChangeOrder' })).toMatchObject({
    number: 'ECO-000001',
    type: 'ChangeOrder',
  });
  expect(await resolve({ itemId: 'KES-ARM', itemType: 'Design' })).toMatchObject({ number: 'KES-ARM', type: 'Design' });
  expect(await resolve({ itemId: 'KESTREL', itemType: 'Program' })).toMatchObject({
    name: 'Kestrel Six-Axis Arm',
    type: 'Program',
  });
  expect(await plm.eli.read('resolve_entity', { itemId: 'PN-000001', itemType: 'Document' })).toMatchObject({
    code: 'INCOMPATIBLE',
  });
  expect(await plm.eli.read('resolve_entity', {})).toMatchObject({ code: 'MISSING' });
});

test.each([
  ['relationships', 'PN-000001', 'relationshipId'],
  ['bom', 'PN-000059', 'relationshipId'],
  ['history', 'PN-000070', 'id'],
  ['affected-items', 'ECO-000001', 'id'],
])('the tab %s returns every row once across pages', async (tab, id, key) => {
  const all = (await plm.eli.read('workspace_item_tab', { id, tab, limit: 100 })).data;
  expect(all.rows.length).toBeGreaterThan(1);
  expect(all.cursor).toBeNull();
  const keys: unknown[] = [];
  let cursor: unknown;
  do {
    const page = (await plm.eli.read('workspace_item_tab', { id, tab, limit: 1, cursor })).data;
    keys.push(...page.rows.map((row: Json) => row[key]));
    cursor = page.cursor;
  } while (cursor !== null);
  expect(keys).toEqual(all.rows.map((row: Json) => row[key]));
});

test('a malformed cursor is refused', async () => {
  expect(await plm.eli.read('workspace_item_tab', { id: 'PN-000070', tab: 'history', cursor: 'x y' })).toMatchObject({
    code: 'OUT_OF_RANGE',
  });
});

test('the pages of designs and programs show their contents', async () => {
  const design = (await plm.vic.read('workspace_design', { id: 'KES-ARM', limit: 5 })).data;
  expect(design).toMatchObject({ isProtected: true, program: { code: 'KESTREL' } });
  expect(design.rows).toHaveLength(5);
  expect(design.branches.map((branch: Json) => branch['name'])).toEqual(
    expect.arrayContaining(['main', 'eco-000001', 'eco-000002']),
  );
  const program = (await plm.vic.read('workspace_program', { id: 'KESTREL' })).data;
  expect(program.members.map((member: Json) => member['name'])).toEqual(['Ada Moreau', 'Eli Okafor', 'Vic Tanaka']);
  expect(program.changeOrders.map((order: Json) => order['itemNumber'])).toEqual(
    expect.arrayContaining(['ECO-000001', 'ECO-000002']),
  );
});

test('lifecycles() returns the lifecycles as data', async () => {
  const [row] = await plm.vic.query('select plm.lifecycles() as all');
  expect(row?.['all']).toMatchObject({
    ChangeOrder: { states: ['Draft', 'In Review', 'Approved'], transitions: { 'In Review': ['Draft', 'Approved'] } },
  });
});
