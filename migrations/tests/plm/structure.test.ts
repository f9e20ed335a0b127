// Structures: which items can be linked, no circles, and the items above and below.
import { afterAll, beforeAll, expect, test } from 'vitest';
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

const ARM = 'PN-000059';
/** The number of assemblies that can be shown, and a larger number to walk through. */
const WOVEN = 450;

async function createParts(count: number, designId = 'KES-CTL'): Promise<string[]> {
  const numbers: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { item } = await plm.eli.must('create_item', { itemType: 'Part', name: `Link ${index}`, designId });
    numbers.push(item.itemNumber);
  }
  return numbers;
}

const bom = (sourceItemId: unknown, targetItemId: unknown, more: Json = {}) => ({
  type: 'BOM',
  sourceItemId,
  targetItemId,
  ...more,
});

test('a component is added with quantity, find number and designator, and found from above and below', async () => {
  const [top, part, next] = await createParts(3);
  const first = await plm.eli.must(
    'create_relationship',
    bom(top, part, { quantity: 2.5, findNumber: 40, referenceDesignator: 'U2 (U1)' }),
  );
  expect(first.relationship).toMatchObject({
    type: 'BOM',
    quantity: 2.5,
    findNumber: 40,
    referenceDesignator: 'U2 (U1)',
  });
  // Without them: one piece, at the next find number.
  expect((await plm.eli.must('create_relationship', bom(top, next))).relationship).toMatchObject({
    quantity: 1,
    findNumber: 50,
  });
  const { data } = await plm.eli.read('get_bom', { itemId: top });
  expect(data.children).toMatchObject([
    { itemNumber: part, quantity: 2.5, findNumber: 40, referenceDesignator: 'U2 (U1)', level: 1, children: [] },
    { itemNumber: next, quantity: 1, findNumber: 50, level: 1, children: [] },
  ]);
  const used = await plm.eli.read('get_where_used', { itemId: part });
  expect(used.data).toMatchObject({
    total: 1,
    parents: [{ itemNumber: top, depth: 1, quantity: 2.5, isCrossDesign: false }],
  });
});

test('a structure returns names and designators unchanged, whatever characters they have', async () => {
  const name = 'Bracket "M6" \\ left, {"id": "x"}] \u202e é';
  const referenceDesignator = 'R1 "a", \\R2';
  const [top] = await createParts(1);
  const { item } = await plm.eli.must('create_item', { itemType: 'Part', name, designId: 'KES-CTL' });
  await plm.eli.must('create_relationship', bom(top, item.itemNumber, { quantity: 1.25, referenceDesignator }));
  const { data } = await plm.eli.read('get_bom', { itemId: top });
  const { id, itemNumber, revision, state, itemType, designId } = item;
  expect(data.children).toEqual([
    {
      ...{ id, itemNumber, name, revision, state, itemType, designId },
      level: 1,
      quantity: 1.25,
      findNumber: 10,
      referenceDesignator,
      children: [],
    },
  ]);
});

test('get_bom returns the requested depth in order and counts hidden components', async () => {
  const depthOf = (nodes: readonly Json[]): number =>
    nodes.length === 0 ? 0 : 1 + Math.max(...nodes.map((node) => depthOf(node['children'] as Json[])));
  const answer = async (depth?: number) => (await plm.eli.read('get_bom', { itemId: ARM, depth })).data;
  expect(depthOf((await answer()).children)).toBe(1);
  expect(depthOf((await answer(3)).children)).toBe(3);
  const whole = await answer(10);
  expect(depthOf(whole.children)).toBe(5);
  expect(whole).toMatchObject({ hidden: 0, truncated: false });
  // Vic sees the arm's own program; actuators and screws belong to another one.
  const partly = (await plm.vic.read('get_bom', { itemId: ARM, depth: 10 })).data;
  expect(partly.hidden).toBeGreaterThan(20);
  expect(partly.count + partly.hidden).toBeLessThan(whole.count);
  expect(JSON.stringify(partly)).not.toContain('actuator');
  for (const depth of [0, 11, -1, 1.5, '2; drop', null]) {
    const { code } = await plm.eli.read('get_bom', { itemId: ARM, depth });
    expect([depth, code]).toEqual([depth, depth === null ? undefined : 'OUT_OF_RANGE']);
  }
  expect((await plm.eli.read('get_bom', { itemId: 'DOC-000001' })).code).toBe('INCOMPATIBLE');
});

test('where-used returns each assembly once, by its shortest path, across designs', async () => {
  const { data } = await plm.eli.read('get_where_used', { itemId: 'PN-000013' });
  const depths = Object.fromEntries(data.parents.map((parent: Json) => [parent['name'], parent['depth']]));
  expect(depths).toMatchObject({
    'Wave generator assembly L': 1,
    'Strain wave gear stage M, 1:101': 1,
    'Kestrel arm, 900 mm reach': 4,
  });
  expect(new Set(data.parents.map((parent: Json) => parent['id'])).size).toBe(data.total);
  expect(data.otherDesigns.map((design: Json) => design['code'])).toEqual(['COM-ACT', 'KES-ARM', 'PKH-DRV', 'PKH-MFG']);
  const near = await plm.eli.read('get_where_used', { itemId: 'PN-000013', maxDepth: 1 });
  expect(near.data.parents.every((parent: Json) => parent['depth'] === 1)).toBe(true);
  expect((await plm.eli.read('get_where_used', { itemId: 'PN-000013', maxDepth: 16 })).code).toBe('OUT_OF_RANGE');
});

test('where-used marks a result that was cut, even if it found few assemblies', async () => {
  const itemId = await putAbove(WOVEN);
  // Each assembly is part of the next hundred, so it is on many levels and visited once for each.
  await database.owner.query(
    `with above as (
       select i.*, row_number() over (order by i.item_number) as n from plm.items i
       join plm.item_relationships r on r.source_master_id = i.id and r.target_master_id = $1
     )
     insert into plm.item_relationships (org_id, program_id, source_master_id, target_master_id, relationship_type, quantity)
     select p.org_id, p.program_id, p.id, c.id, 'BOM', 1 from above c join above p on p.n between c.n + 1 and c.n + 100`,
    [itemId],
  );
  const used = (await plm.eli.read('get_where_used', { itemId })).data;
  expect(used).toMatchObject({ total: WOVEN, totalIsExact: false, truncated: true });
  const { reasons } = (await plm.eli.read('analyze_change_impact', { itemId })).data.risk;
  expect(reasons[0].reason).toBe(`At least ${WOVEN} assemblies use it.`);
  const near = (await plm.eli.read('get_where_used', { itemId, maxDepth: 1 })).data;
  expect(near).toMatchObject({ total: WOVEN, totalIsExact: true, truncated: false });
});

test('where-used limits the assemblies it shows and counts all of them', async () => {
  const { data } = await plm.eli.read('get_where_used', { itemId: await putAbove(501) });
  expect(data).toMatchObject({ total: 501, totalIsExact: true, truncated: true });
  expect(data.parents).toHaveLength(500);
});

test.each([1, 2, 3, 12])('a circle of %i is refused with its path', async (length) => {
  const parts = await createParts(length);
  for (const [index, part] of parts.slice(1).entries())
    await plm.eli.must('create_relationship', bom(parts[index], part));
  const answer = await plm.eli.propose('create_relationship', bom(parts.at(-1), parts[0]));
  expect(answer).toMatchObject({ ok: false, code: 'CYCLE', facts: { path: [parts.at(-1), ...parts] } });
  expect(answer.message).toContain(`${parts.at(-1)} would contain itself: ${[parts.at(-1), ...parts].join(' → ')}.`);
});

test("two concurrent additions can't form a circle together", async () => {
  for (let round = 0; round < 8; round += 1) {
    const [a, b, c] = await createParts(3);
    await plm.eli.must('create_relationship', bom(b, c));
    const inputs = [bom(a, b), bom(c, a)];
    const proposals = await Promise.all(inputs.map((input) => plm.eli.propose('create_relationship', input)));
    expect(proposals.map((proposal) => proposal.ok)).toEqual([true, true]);
    const answers = await Promise.all(
      inputs.map((input, index) => plm.eli.run('create_relationship', input, proposals[index]?.versions)),
    );
    expect(answers.map((answer) => answer.code ?? 'ok').sort()).toEqual(['CYCLE', 'ok']);
  }
});

test("a circle through a program that the user can't see is refused without revealing its path", async () => {
  const [low] = await createParts(1, 'PKH-DRV');
  const [top, middle] = await createParts(2);
  await plm.eli.must('create_relationship', bom(low, middle));
  await plm.eli.must('create_relationship', bom(middle, top));
  const { rows } = await database.owner.query(
    `update plm.program_members set role = 'engineer', can_create_eco = true where user_id = $1 returning program_id`,
    [plm.vic.id],
  );
  expect(rows).toHaveLength(1);
  await database.owner.query(`update memberships set role = 'engineer' where user_id = $1`, [plm.vic.id]);
  const { rows: hidden } = await database.owner.query('select id from plm.items where item_number = $1', [low]);
  // Vic can't name the hidden part, so the circle is tried from the visible side: middle → top → middle.
  expect((await plm.vic.propose('create_relationship', bom(top, hidden[0].id))).code).toBe('NOT_FOUND');
  await plm.eli.must('create_relationship', bom(top, 'PN-000098'));
  const answer = await plm.vic.propose('create_relationship', bom(top, middle));
  expect(answer).toMatchObject({ code: 'CYCLE', facts: { path: [top, middle, top] } });
  await database.owner.query(`update memberships set role = 'viewer' where user_id = $1`, [plm.vic.id]);
  await database.owner.query(
    `update plm.program_members set role = 'viewer', can_create_eco = false where user_id = $1`,
    [plm.vic.id],
  );
});

test.each([
  ['BOM', 'PN-000083', 'DOC-000008', 'INCOMPATIBLE'],
  ['BOM', 'REQ-000008', 'PN-000083', 'INCOMPATIBLE'],
  ['Document', 'PN-000083', 'PN-000084', 'INCOMPATIBLE'],
  ['Affects', 'PN-000083', 'PN-000084', 'INCOMPATIBLE'],
  ['Affects', 'ECO-000002', 'TSK-000001', 'INCOMPATIBLE'],
  ['Affects', 'ECO-000001', 'PN-000060', 'LOCKED'],
  ['Document', 'DOC-000008', 'DOC-000008', 'INCOMPATIBLE'],
  ['BOM', 'PN-000083', 'PN-000084', 'DUPLICATE'],
  ['Document', 'PN-000083', 'DOC-000008', 'DUPLICATE'],
  ['BOM', ARM, 'PN-000083', 'ECO_REQUIRED'],
  ['Made', 'PN-000083', 'PN-000084', 'OUT_OF_RANGE'],
  ['BOM', 'PN-000083', 'PN-777777', 'NOT_FOUND'],
])('%s from %s to %s is %s', async (type, sourceItemId, targetItemId, code) => {
  expect((await plm.eli.write('create_relationship', { type, sourceItemId, targetItemId })).code).toBe(code);
});

test.each([
  [{ quantity: 0 }, 'OUT_OF_RANGE'],
  [{ quantity: -2 }, 'OUT_OF_RANGE'],
  [{ quantity: 1_000_001 }, 'OUT_OF_RANGE'],
  [{ quantity: 'many' }, 'OUT_OF_RANGE'],
  [{ findNumber: 0 }, 'OUT_OF_RANGE'],
  [{ findNumber: 1.5 }, 'OUT_OF_RANGE'],
  [{ findNumber: 100_000 }, 'OUT_OF_RANGE'],
  [{ referenceDesignator: 'x'.repeat(501) }, 'OUT_OF_RANGE'],
  [{ type: undefined }, 'MISSING'],
  [{ sourceItemId: undefined }, 'MISSING'],
  [{ targetItemId: '' }, 'MISSING'],
])('a relationship with %o is %s', async (more, code) => {
  expect((await plm.eli.write('create_relationship', bom('PN-000083', 'PN-000120', more))).code).toBe(code);
});

test('two equal concurrent additions leave one link', async () => {
  const [top, part] = await createParts(2);
  const input = bom(top, part);
  const { versions } = await plm.eli.propose('create_relationship', input);
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => plm.eli.run('create_relationship', input, versions)),
  );
  expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
  expect(answers.filter((answer) => answer.code === 'DUPLICATE')).toHaveLength(4);
});

let lastNumber = 800_000;

/** The requested number of assemblies above a new part, in one design or several. */
async function putAbove(
  count: number,
  options: { chain?: boolean; designs?: readonly string[] } = {},
): Promise<string> {
  const { item } = await plm.eli.must('create_item', { itemType: 'Part', name: 'Impact', designId: 'KES-CTL' });
  await database.owner.query(
    `with made as (
       insert into plm.items (org_id, id, master_id, program_id, design_id, branch_id, item_number, item_type, name, state)
       select d.org_id, x.id, x.id, d.program_id, d.id, d.id, 'PN-' || ($5::int + n), 'Part', 'Above ' || n, 'Draft'
       from (select n, gen_random_uuid() as id from generate_series(1, $2::int) n) x
       join plm.designs d on d.code = ($3::text[])[1 + x.n % cardinality($3::text[])]
       returning *
     ), numbered as (select m.*, row_number() over () as n from made m)
     insert into plm.item_relationships (org_id, program_id, source_master_id, target_master_id, relationship_type, quantity)
     select m.org_id, m.program_id, m.id, case when $4 and m.n > 1 then b.id else $1 end, 'BOM', 1
     from numbered m left join numbered b on b.n = m.n - 1`,
    [item.id, count, options.designs ?? ['KES-CTL'], options.chain ?? false, lastNumber],
  );
  lastNumber += count;
  return item.id;
}

async function riskOf(itemId: string) {
  const { data } = await plm.eli.read('analyze_change_impact', { itemId });
  const found = data.risk.reasons.map((one: Json) => `${one['rule']} ${one['severity']}`);
  return { severity: data.risk.severity, found, data };
}

test('change impact: each rule has a threshold, a severity and a reason; the highest severity is the overall risk', async () => {
  expect(await riskOf(await putAbove(0))).toMatchObject({ severity: 'low', found: [] });
  expect(await riskOf(await putAbove(20))).toMatchObject({ severity: 'low', found: [] });
  expect(await riskOf(await putAbove(21))).toMatchObject({ severity: 'medium', found: ['whereUsed medium'] });
  expect(await riskOf(await putAbove(50))).toMatchObject({ severity: 'medium' });
  const wide = await riskOf(await putAbove(51));
  expect(wide).toMatchObject({ severity: 'high', found: ['whereUsed high'] });
  expect(wide.data.risk.reasons[0].reason).toBe('51 assemblies use it.');
  expect(await riskOf(await putAbove(7, { chain: true }))).toMatchObject({ severity: 'low' });
  expect(await riskOf(await putAbove(8, { chain: true }))).toMatchObject({
    severity: 'medium',
    found: ['depth medium'],
  });
  const designs = ['KES-ARM', 'PKH-DRV', 'COM-ACT', 'COM-LIB'];
  expect(await riskOf(await putAbove(1, { designs: ['PKH-DRV'] }))).toMatchObject({ found: ['otherDesigns medium'] });
  expect(await riskOf(await putAbove(3, { designs: designs.slice(0, 3) }))).toMatchObject({
    found: ['otherDesigns medium'],
  });
  expect(await riskOf(await putAbove(4, { designs }))).toMatchObject({
    severity: 'high',
    found: ['otherDesigns high'],
  });
});

test('change impact: documents and other change orders count unless excluded', async () => {
  const itemId = await putAbove(0);
  for (let index = 1; index <= 11; index += 1) {
    const { item } = await plm.eli.must('create_item', {
      itemType: 'Document',
      name: `Sheet ${index}`,
      designId: 'KES-CTL',
    });
    await plm.eli.must('create_relationship', { type: 'Document', sourceItemId: itemId, targetItemId: item.id });
    if (index === 10) expect((await riskOf(itemId)).severity).toBe('low');
  }
  expect(await riskOf(itemId)).toMatchObject({ severity: 'medium', found: ['documents medium'] });
  const order = await plm.eli.must('create_change_order', { name: 'First', affectedItemIds: [itemId] });
  const risk = await riskOf(itemId);
  expect(risk).toMatchObject({ severity: 'critical', found: ['documents medium', 'relatedChanges critical'] });
  expect(risk.data.relatedChangeOrders).toMatchObject([
    { itemNumber: order.item.itemNumber, state: 'Draft', action: 'release' },
  ]);
  const bare = await plm.eli.read('analyze_change_impact', {
    itemId,
    includeDocuments: false,
    includeRelatedChanges: false,
  });
  expect(bare.data).toMatchObject({ documents: null, relatedChangeOrders: null, risk: { severity: 'low' } });
});
