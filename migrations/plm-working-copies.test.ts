// Work under a change order happens on the copy that lies on its branch, however the item is named.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../local/test-database.ts';
import { type Answer, type Json, openPlm, type Plm } from './plm.fixture.ts';

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

/** A released assembly of steel with its released component, and a change order in which neither is yet. */
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

/** The id of a search and the number that people say: the same item. */
const NAMES = [
  ['id', (part: Part) => part.id],
  ['number', (part: Part) => part.itemNumber],
] as const;

const change = (itemId: string, material: string): Json => ({ itemId, material, changeOrderId: place.changeOrderId });
const materialShown = ({ preview }: Answer) =>
  preview.details.find(({ label }: Json) => label === 'Material') as { before: string; value: string };

/** As it stands on main, and on the branch: the revisions with their materials. */
async function materials({ itemNumber }: Part): Promise<Json> {
  const { rows } = await database.owner.query(
    `select i.is_working, p.material from plm.items i join plm.parts p on p.item_id = i.id where i.item_number = $1`,
    [itemNumber],
  );
  return Object.fromEntries(rows.map(({ is_working, material }) => [is_working ? 'branch' : 'main', material]));
}

describe.each(NAMES)('named by its %s', (_, nameOf) => {
  test('R30: the card shows what the copy has now, and what it will have', async () => {
    await plm.eli.must('update_item', change(nameOf(place.part), 'Aluminium'));
    const proposal = await plm.eli.propose('update_item', change(nameOf(place.part), 'Titanium'));
    expect(materialShown(proposal)).toMatchObject({ before: 'Aluminium', value: 'Titanium' });
    expect(proposal.preview.details[0]).toEqual({
      label: 'Item',
      value: `${place.part.itemNumber} revision B, Draft`,
    });
    await plm.eli.run('update_item', change(nameOf(place.part), 'Titanium'), proposal.versions);
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

  test('the copy can be set back to what main has, and what it has already is no change', async () => {
    await plm.eli.must('update_item', change(nameOf(place.part), 'Aluminium'));
    expect(await plm.eli.propose('update_item', change(nameOf(place.part), 'Aluminium'))).toMatchObject({
      code: 'MISSING',
      message: `${place.part.itemNumber} has these values already.`,
    });
    await plm.eli.must('update_item', change(nameOf(place.part), 'Steel'));
    expect(await materials(place.part)).toEqual({ main: 'Steel', branch: 'Steel' });
  });

  test('R29: a copy that has changed between the card and the click is STALE and stays as it is', async () => {
    await plm.eli.must('update_item', change(nameOf(place.part), 'Aluminium'));
    const { versions } = await plm.eli.propose('update_item', change(nameOf(place.part), 'Titanium'));
    await plm.ada.must('update_item', change(nameOf(place.part), 'Copper'));
    expect(await plm.eli.run('update_item', change(nameOf(place.part), 'Titanium'), versions)).toMatchObject({
      code: 'STALE',
    });
    expect(await materials(place.part)).toEqual({ main: 'Steel', branch: 'Copper' });
  });

  test('R29: a copy that was made between the card and the click is STALE', async () => {
    const { versions, ...proposal } = await plm.eli.propose('update_item', change(nameOf(place.part), 'Titanium'));
    expect(materialShown(proposal)).toMatchObject({ before: 'Steel', value: 'Titanium' });
    await plm.ada.must('update_item', change(nameOf(place.part), 'Copper'));
    expect(await plm.eli.run('update_item', change(nameOf(place.part), 'Titanium'), versions)).toMatchObject({
      code: 'STALE',
    });
    expect(await materials(place.part)).toEqual({ main: 'Steel', branch: 'Copper' });
  });

  test('R29: of many first changes at the same moment one makes the copy, the others are STALE', async () => {
    const inputs = ['Copper', 'Brass', 'Bronze', 'Zinc'].map((material) => change(nameOf(place.part), material));
    const proposals = await Promise.all(inputs.map((input) => plm.eli.propose('update_item', input)));
    const answers = await Promise.all(
      inputs.map((input, index) => plm.eli.run('update_item', input, proposals[index]?.versions)),
    );
    expect(answers.map((answer) => answer.code ?? 'ok').sort()).toEqual(['STALE', 'STALE', 'STALE', 'ok']);
    const won = inputs[answers.findIndex((answer) => answer.ok)];
    expect(await materials(place.part)).toEqual({ main: 'Steel', branch: won?.['material'] });
  });

  test('a link under the change order is shown between the copies, and is STALE when one of them is not the same', async () => {
    const { changeOrderId, top, part } = place;
    for (const [item, name] of [
      [top, 'New top'],
      [part, 'New part'],
    ] as const)
      await plm.eli.must('update_item', { itemId: nameOf(item), name, changeOrderId });
    const link = { type: 'BOM', sourceItemId: nameOf(top), targetItemId: nameOf(part), changeOrderId };
    for (const item of [top, part]) {
      const { preview, versions } = await plm.eli.propose('create_relationship', link);
      expect(preview.message).toMatch(/"New part[^"]*" to the bill of materials of .* "New top[^"]*" under ECO-/);
      await plm.ada.must('update_item', { ...change(nameOf(item), 'Brass'), name: `New ${item.itemNumber}` });
      expect(await plm.eli.run('create_relationship', link, versions)).toMatchObject({ code: 'STALE' });
      await plm.ada.must('update_item', {
        itemId: nameOf(item),
        name: item === top ? 'New top' : 'New part',
        changeOrderId,
      });
    }
    expect((await plm.eli.must('create_relationship', link)).source).toMatchObject({ isWorkingCopy: true });
    // Without the change order the same words are about main, where the link is not yet.
    expect((await plm.eli.read('get_bom', { itemId: nameOf(top) })).data.count).toBe(0);
  });

  test('what the change order has a copy of is in its scope already; its state moves with the change order alone', async () => {
    await plm.eli.must('update_item', change(nameOf(place.part), 'Aluminium'));
    const affects = { type: 'Affects', sourceItemId: place.changeOrderId, targetItemId: nameOf(place.part) };
    expect((await plm.eli.propose('create_relationship', affects)).code).toBe('DUPLICATE');
    // There is no change order in a move: it is main's row that moves, and the merge says so.
    const { preview } = await plm.eli.propose('transition_item_state', {
      itemId: nameOf(place.part),
      targetState: 'Obsolete',
    });
    expect(preview.details).toContainEqual({ label: 'State', before: 'Released', value: 'Obsolete' });
  });
});

test('a revision that is not the current one is never taken for the copy', async () => {
  const before = place.part.id;
  await plm.eli.must('update_item', change(before, 'Aluminium'));
  for (const targetState of ['In Review', 'Approved'])
    await plm.eli.must('transition_item_state', { itemId: place.changeOrderId, targetState });
  const next = await plm.eli.must('create_change_order', { name: 'Next', affectedItemIds: [place.part.itemNumber] });
  expect(
    await plm.eli.propose('update_item', { itemId: before, material: 'Copper', changeOrderId: next.item.id }),
  ).toMatchObject({ code: 'ILLEGAL_STATE' });
});

test('the copy of one change order is not the copy of another', async () => {
  await plm.eli.must('update_item', change(place.part.id, 'Aluminium'));
  const other = await plm.eli.must('create_change_order', { name: 'Other', affectedItemIds: [place.part.id] });
  const proposal = await plm.eli.propose('update_item', {
    ...change(place.part.id, 'Zinc'),
    changeOrderId: other.item.id,
  });
  expect(materialShown(proposal)).toMatchObject({ before: 'Steel', value: 'Zinc' });
});

test('a link to an item of which another change order has a copy shows it as it is on main', async () => {
  const { part, changeOrderId } = place;
  const { item: copy } = await plm.eli.must('update_item', { itemId: part.id, name: 'Not yet', changeOrderId });
  const other = await plm.eli.must('create_change_order', { name: 'Other', affectedItemIds: [place.top.id] });
  const { preview } = await plm.eli.propose('create_relationship', {
    type: 'BOM',
    sourceItemId: place.top.id,
    targetItemId: copy.id,
    changeOrderId: other.item.id,
  });
  expect(preview.details).toContainEqual({ label: 'To', value: `${part.itemNumber} Part` });
});
