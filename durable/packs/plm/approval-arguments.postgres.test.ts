// R30 for every write tool: whatever arguments a model gives, each of them is on the card.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PLM_TOOLS } from './plm-tools.ts';
import { createPlmWorld, type PlmWorld } from './plm-world.fixture.ts';

let world: PlmWorld;
let items: Awaited<ReturnType<PlmWorld['addItems']>>;
beforeAll(async () => {
  world = await createPlmWorld();
  items = await world.addItems();
});
afterAll(() => world.database.drop());

const ROUNDS = 8;

/** An argument, and the words that stand for it on the card if it is a reference. */
type Given = readonly [value: unknown, shown: string];
type Arguments = Readonly<Record<string, Given>>;

let words = 0;
const word = (): Given => {
  words += 1;
  const text = `Word ${words} ${crypto.randomUUID().slice(0, 8)}`;
  return [text, text];
};
const same = (value: unknown): Given => [value, String(value)];
const oneOf = (...values: readonly unknown[]): Given => same(values[Math.floor(Math.random() * values.length)]);

/** All required arguments, and each optional one by chance. */
const some = (required: Arguments, optional: Arguments): Arguments => ({
  ...required,
  ...Object.fromEntries(Object.entries(optional).filter(() => Math.random() < 0.6)),
});

const CASES: Readonly<Record<string, () => Arguments>> = {
  create_item: () => {
    const task = some(
      { itemType: same('Task'), name: word() },
      {
        description: word(),
        priority: oneOf('low', 'high'),
        assignee: ['eli@cascade.test', 'Eli Okafor'],
        dueDate: same('2027-03-01'),
      },
    );
    const part = some(
      { itemType: same('Part'), name: word(), designId: ['draft-arm', 'DRAFT-ARM'] },
      { description: word(), partType: oneOf('Purchase', 'Manufacture'), material: word() },
    );
    const place: Arguments =
      Math.random() < 0.5 ? { designId: [world.ids.draft, 'DRAFT-ARM'] } : { programId: [world.ids.open, 'OPEN-1'] };
    return Math.random() < 0.5 ? part : { ...task, ...place };
  },
  update_item: () =>
    some(
      {
        itemId: [items.motor.id, items.motor.itemNumber],
        name: word(),
        // Each needs its unit.
        weight: same(Math.ceil(Math.random() * 900) + 0.5),
        weightUnit: oneOf('kg', 'lb'),
        cost: same(Math.ceil(Math.random() * 900)),
        currency: oneOf('USD', 'EUR'),
      },
      {
        description: word(),
        material: word(),
        // The value it has already.
        partType: same('Manufacture'),
      },
    ),
  create_relationship: () =>
    some(
      {
        sourceItemId: [items.arm.itemNumber, items.arm.itemNumber],
        targetItemId: [items.screw.id, items.screw.itemNumber],
        type: same('BOM'),
      },
      {
        quantity: same(Math.ceil(Math.random() * 900) + 0.25),
        findNumber: same(Math.ceil(Math.random() * 900)),
        referenceDesignator: word(),
      },
    ),
  transition_item_state: () =>
    some({ itemId: [items.screw.id, items.screw.itemNumber], targetState: same('In Review') }, { comments: word() }),
  create_change_order: () =>
    some(
      { name: word(), designIds: [['GUARDED-BASE', world.ids.draft], 'GUARDED-BASE'] },
      {
        changeType: oneOf('ECN', 'Deviation'),
        priority: oneOf('low', 'critical'),
        reasonForChange: word(),
        impactDescription: word(),
        affectedItemIds: [[items.base.id], items.base.itemNumber],
      },
    ),
};

test('there is a case for each write tool', () => {
  const writes = PLM_TOOLS.filter(({ effect }) => effect === 'write').map(({ name }) => name);
  expect(Object.keys(CASES).sort()).toEqual(writes.sort());
});

test.each(Object.entries(CASES))('the card of %s shows every argument (R30)', async (tool, make) => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const given = make();
    const args = Object.fromEntries(Object.entries(given).map(([name, [value]]) => [name, value]));
    const { card } = await world.propose('eli', tool, args);
    const values = card.details.map(({ value }) => value).join('\n');
    for (const [name, [, shown]] of Object.entries(given))
      expect(values, `${name} of ${JSON.stringify(args)}`).toContain(shown);
  }
});

test('a card names the program that a task or a change order belongs to, even if no argument does (R30)', async () => {
  const program = { label: 'Program', value: 'OPEN-1 program (OPEN-1)' };
  const task = await world.propose('eli', 'create_item', { itemType: 'Task', name: 'Check', programId: 'OPEN-1' });
  expect(task.card.details).toContainEqual(program);
  const order = await world.propose('eli', 'create_change_order', { name: 'Quieter', designIds: ['GUARDED-BASE'] });
  expect(order.card.details).toContainEqual(program);
});
