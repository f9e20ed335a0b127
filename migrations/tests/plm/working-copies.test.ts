// Changes under a change order affect the copy on its branch, whichever way the item is named.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import { type FunctionAnswer, type Json, openPlm, type Plm } from './plm.fixture.ts';

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

/** A released steel assembly with its released component, and a change order that contains neither yet. */
let place: { changeOrderId: string; top: Part; part: Part };
type Part = { readonly id: string; readonly itemNumber: string };
let round = 0;
beforeEach(async () => {
  round += 1;
  const designId = `COPY-TEST-${round}`;
  await database.owner.query(
    `insert into plm.designs (org_id, program_id, code, name)
     select org_id, id, $1, $1 from plm.programs where code = 'KESTREL'`,
    [designId],
  );
  const create = async (name: string): Promise<Part> =>
    (await plm.eli.must('create_item', { itemType: 'Part', name, designId, material: 'Steel' })).item;
  const [top, part] = [await create('Top'), await create('Part')];
  for (const { id } of [top, part])
    for (const targetState of ['In Review', 'Approved', 'Released'])
      await plm.eli.must('transition_item_state', { itemId: id, targetState });
  const order = await plm.eli.must('create_change_order', { name: 'Lighter', designIds: [designId] });
  place = { changeOrderId: order.item.id, top, part };
});

/** The id from a search and the number that people use refer to the same item. */
const NAMES = [
  ['id', (part: Part) => part.id],
  ['number', (part: Part) => part.itemNumber],
] as const;

const change = (itemId: string, material: string): Json => ({ itemId, material, changeOrderId: place.changeOrderId });
const materialProposed = ({ proposal }: FunctionAnswer) =>
  proposal.changes.find(({ field }: Json) => field === 'material') as { from: string; to: string };

/** The materials of the part on main and on the branch. */
async function materials({ itemNumber }: Part): Promise<Json> {
  const { rows } = await database.owner.query(
    `select i.is_working, p.material from plm.items i join plm.parts p on p.item_id = i.id where i.item_number = $1`,
    [itemNumber],
  );
  return Object.fromEntries(rows.map(({ is_working, material }) => [is_working ? 'branch' : 'main', material]));
}

describe.each(NAMES)('named by its %s', (_, nameOf) => {
  test('the proposal has the values of the copy, old and new (R30)', async () => {
    await plm.eli.must('update_item', change(nameOf(place.part), 'Aluminium'));
    const answer = await plm.eli.propose('update_item', change(nameOf(place.part), 'Titanium'));
    expect(materialProposed(answer)).toMatchObject({ from: 'Aluminium', to: 'Titanium' });
    expect(answer.proposal.item).toMatchObject({ itemNumber: place.part.itemNumber, revision: 'B', state: 'Draft' });
    await plm.eli.run('update_item', change(nameOf(place.part), 'Titanium'), answer.versions);
    expect(await materials(place.part)).toEqual({ main: 'Steel', branch: 'Titanium' });
    const { rows } = await database.owner.query(
      `select changes from plm.item_history where master_id = $1 and action = 'updated' order by created_at`,
      [place.part.id],
    );
    expect(rows.map(({ changes }) => changes)).toEqual([
      { material: { from: 'Steel', to: 'Aluminium' } },
      { material: { from: 'Aluminium', to: 'Titanium' } },
    ]);
  });

  test("a copy can be set back to main's value, and an unchanged value is no change", async () => {
    await plm.eli.must('update_item', change(nameOf(place.part), 'Aluminium'));
    expect(await plm.eli.propose('update_item', change(nameOf(place.part), 'Aluminium'))).toMatchObject({
      code: 'MISSING',
      message: `${place.part.itemNumber} already has these values.`,
    });
    await plm.eli.must('update_item', change(nameOf(place.part), 'Steel'));
    expect(await materials(place.part)).toEqual({ main: 'Steel', branch: 'Steel' });
  });

  test('a copy that changed after the proposal is STALE and stays unchanged (R29)', async () => {
    await plm.eli.must('update_item', change(nameOf(place.part), 'Aluminium'));
    const { versions } = await plm.eli.propose('update_item', change(nameOf(place.part), 'Titanium'));
    await plm.ada.must('update_item', change(nameOf(place.part), 'Copper'));
    expect(await plm.eli.run('update_item', change(nameOf(place.part), 'Titanium'), versions)).toMatchObject({
      code: 'STALE',
    });
    expect(await materials(place.part)).toEqual({ main: 'Steel', branch: 'Copper' });
  });

  test('a copy created after the proposal is STALE (R29)', async () => {
    const { versions, ...proposal } = await plm.eli.propose('update_item', change(nameOf(place.part), 'Titanium'));
    expect(materialProposed(proposal)).toMatchObject({ from: 'Steel', to: 'Titanium' });
    await plm.ada.must('update_item', change(nameOf(place.part), 'Copper'));
    expect(await plm.eli.run('update_item', change(nameOf(place.part), 'Titanium'), versions)).toMatchObject({
      code: 'STALE',
    });
    expect(await materials(place.part)).toEqual({ main: 'Steel', branch: 'Copper' });
  });

  test('of many concurrent first changes, one creates the copy and the others are STALE (R29)', async () => {
    const inputs = ['Copper', 'Brass', 'Bronze', 'Zinc'].map((material) => change(nameOf(place.part), material));
    const proposals = await Promise.all(inputs.map((input) => plm.eli.propose('update_item', input)));
    const answers = await Promise.all(
      inputs.map((input, index) => plm.eli.run('update_item', input, proposals[index]?.versions)),
    );
    expect(answers.map((answer) => answer.code ?? 'ok').sort()).toEqual(['STALE', 'STALE', 'STALE', 'ok']);
    const won = inputs[answers.findIndex((answer) => answer.ok)];
    expect(await materials(place.part)).toEqual({ main: 'Steel', branch: won?.['material'] });
  });

  test('a link under a change order is proposed between the copies, and is STALE when one of them changed', async () => {
    const { changeOrderId, top, part } = place;
    for (const [item, name] of [
      [top, 'New top'],
      [part, 'New part'],
    ] as const)
      await plm.eli.must('update_item', { itemId: nameOf(item), name, changeOrderId });
    const link = { type: 'BOM', sourceItemId: nameOf(top), targetItemId: nameOf(part), changeOrderId };
    for (const item of [top, part]) {
      const { proposal, versions } = await plm.eli.propose('create_relationship', link);
      expect(proposal.source.name).toMatch(/^New top/);
      expect(proposal.target.name).toMatch(/^New part/);
      expect(proposal.changeOrder.id).toBe(changeOrderId);
      await plm.ada.must('update_item', { ...change(nameOf(item), 'Brass'), name: `New ${item.itemNumber}` });
      expect(await plm.eli.run('create_relationship', link, versions)).toMatchObject({ code: 'STALE' });
      await plm.ada.must('update_item', {
        itemId: nameOf(item),
        name: item === top ? 'New top' : 'New part',
        changeOrderId,
      });
    }
    expect((await plm.eli.must('create_relationship', link)).source).toMatchObject({ isWorkingCopy: true });
    // Without the change order, the same input refers to main, which doesn't have the link yet.
    expect((await plm.eli.read('get_bom', { itemId: nameOf(top) })).data.count).toBe(0);
  });

  test("an item with a copy is already in the scope, and a transition proposes to move main's row", async () => {
    await plm.eli.must('update_item', change(nameOf(place.part), 'Aluminium'));
    const affects = { type: 'Affects', sourceItemId: place.changeOrderId, targetItemId: nameOf(place.part) };
    expect((await plm.eli.propose('create_relationship', affects)).code).toBe('DUPLICATE');
    // A move names no change order: main's row moves, and the merge reports it.
    const { proposal } = await plm.eli.propose('transition_item_state', {
      itemId: nameOf(place.part),
      targetState: 'Obsolete',
    });
    expect(proposal).toMatchObject({ item: { state: 'Released' }, toState: 'Obsolete', merges: null });
  });
});

test('an older revision is never taken for the copy', async () => {
  const before = place.part.id;
  await plm.eli.must('update_item', change(before, 'Aluminium'));
  for (const targetState of ['In Review', 'Approved'])
    await plm.eli.must('transition_item_state', { itemId: place.changeOrderId, targetState });
  const next = await plm.eli.must('create_change_order', { name: 'Next', affectedItemIds: [place.part.itemNumber] });
  expect(
    await plm.eli.propose('update_item', { itemId: before, material: 'Copper', changeOrderId: next.item.id }),
  ).toMatchObject({ code: 'ILLEGAL_STATE' });
});

test('each change order has its own copy', async () => {
  await plm.eli.must('update_item', change(place.part.id, 'Aluminium'));
  const other = await plm.eli.must('create_change_order', { name: 'Other', affectedItemIds: [place.part.id] });
  const answer = await plm.eli.propose('update_item', {
    ...change(place.part.id, 'Zinc'),
    changeOrderId: other.item.id,
  });
  expect(materialProposed(answer)).toMatchObject({ from: 'Steel', to: 'Zinc' });
});

test('a link to an item that another change order copied shows the item as on main', async () => {
  const { part, changeOrderId } = place;
  const { item: copy } = await plm.eli.must('update_item', { itemId: part.id, name: 'Not yet', changeOrderId });
  const other = await plm.eli.must('create_change_order', { name: 'Other', affectedItemIds: [place.top.id] });
  const { proposal } = await plm.eli.propose('create_relationship', {
    type: 'BOM',
    sourceItemId: place.top.id,
    targetItemId: copy.id,
    changeOrderId: other.item.id,
  });
  expect(proposal.target).toMatchObject({ itemNumber: part.itemNumber, name: 'Part' });
});
