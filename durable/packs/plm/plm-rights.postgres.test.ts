// Permissions and visibility, against a real Postgres. Every refusal leaves the data unchanged.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PLM_TOOLS } from './plm-tools.ts';
import { accessOf, createPlmWorld, type Data, type Person, type PlmWorld } from './plm-world.fixture.ts';

const UNKNOWN_ID = '1f000000-0000-4000-8000-00000000dead';

let world: PlmWorld;
let arm: Data;
let motor: Data;
let drawing: Data;
let task: Data;

beforeAll(async () => {
  world = await createPlmWorld();
  ({ arm, motor, drawing, task } = await world.addItems());
});
afterAll(() => world.database.drop());

/** A valid call of each tool, used to test permissions. */
const sensible = (): Readonly<Record<string, unknown>> => ({
  search_items: { query: 'arm' },
  get_item_details: { id: arm.id },
  get_bom: { itemId: arm.id },
  get_where_used: { itemId: motor.id },
  analyze_change_impact: { itemId: motor.id },
  offer_navigation: { itemId: arm.id, itemNumber: arm.itemNumber, itemType: 'Part' },
  search_programs: {},
  search_designs: {},
  create_item: { itemType: 'Part', name: 'New Part', designId: 'DRAFT-ARM' },
  update_item: { itemId: arm.id, material: 'Steel' },
  create_relationship: { sourceItemId: motor.id, targetItemId: drawing.id, type: 'Document' },
  transition_item_state: { itemId: motor.id, targetState: 'In Review' },
  create_change_order: { name: 'Another', designIds: ['GUARDED-BASE'] },
  initiate_collaborative_design: { description: 'A gripper', programId: 'OPEN-1' },
});

describe('rights', () => {
  test.each(PLM_TOOLS.map(({ name, effect }) => [name, effect] as const))('%s by role', async (name, effect) => {
    const writes = effect === 'write' || effect === 'light-write';
    for (const person of ['ada', 'eli', 'vic'] as const) {
      const before = writes ? await world.snapshot() : '';
      const outcome = await world.call(person, name, sensible()[name]);
      if (writes && person === 'vic') {
        expect(outcome).toMatchObject({
          kind: 'refused',
          code: 'FORBIDDEN',
          message: expect.stringContaining('viewer'),
        });
        expect(await world.snapshot()).toBe(before);
      } else expect(outcome.kind).toBe(writes ? 'approval' : 'result');
    }
  });

  test('Postgres also refuses a write, whatever the tool runner allows', async () => {
    const approval = await world.propose('eli', 'create_item', sensible()['create_item']);
    const before = await world.snapshot();
    const { runner, context } = world.runnerOf('vic');
    const access = { ...context.access, permissions: accessOf('ada').permissions };
    for (const { name, effect } of PLM_TOOLS) {
      if (effect !== 'write' && effect !== 'light-write') continue;
      const call = { id: 'call-1', name, arguments: JSON.stringify(sensible()[name]) };
      expect(await runner.propose({ ...context, access }, call)).toMatchObject({ kind: 'refused', code: 'FORBIDDEN' });
    }
    const outcome = await runner.execute({ ...context, access }, { ...approval, key: crypto.randomUUID() });
    expect(outcome).toMatchObject({ kind: 'refused', code: 'FORBIDDEN' });
    expect(await world.snapshot()).toBe(before);
  });

  test('task transitions require their own permission', async () => {
    const { runner, context } = world.runnerOf('eli');
    const roles = world.database.owner;
    await roles.query(
      `insert into roles (org_id, name, permissions) values ($1, 'tasker', array['parts:read', 'tasks:update'])`,
      [context.access.orgId],
    );
    await roles.query(`update memberships set role = 'tasker' where user_id = $1`, [context.access.userId]);
    try {
      const access = { ...context.access, role: 'tasker', permissions: ['parts:read', 'tasks:update'] };
      const move = (itemId: string, targetState: string) =>
        runner.propose(
          { ...context, access },
          { id: 'x', name: 'transition_item_state', arguments: JSON.stringify({ itemId, targetState }) },
        );
      expect(await move(task.id, 'To Do')).toMatchObject({ kind: 'approval' });
      expect(await move(motor.id, 'In Review')).toMatchObject({ kind: 'refused', code: 'FORBIDDEN' });
    } finally {
      await roles.query(`update memberships set role = 'engineer' where user_id = $1`, [context.access.userId]);
    }
  });
});

describe('hidden data (R4)', () => {
  const byItem: Readonly<Record<string, (id: string) => unknown>> = {
    get_item_details: (id) => ({ id }),
    get_bom: (itemId) => ({ itemId }),
    get_where_used: (itemId) => ({ itemId }),
    analyze_change_impact: (itemId) => ({ itemId }),
    offer_navigation: (itemId) => ({ itemId, itemNumber: 'PN-900001', itemType: 'Part' }),
    update_item: (itemId) => ({ itemId, name: 'Mine now' }),
    create_relationship: (targetItemId) => ({ sourceItemId: arm.id, targetItemId, type: 'BOM' }),
    transition_item_state: (itemId) => ({ itemId, targetState: 'In Review' }),
    create_change_order: (id) => ({ name: 'x', affectedItemIds: [id] }),
  };

  test.each(Object.entries(byItem))(
    '%s gives the same reply for a missing, a hidden and another org’s item',
    async (name, args) => {
      const before = await world.snapshot();
      const answers = [];
      for (const id of [UNKNOWN_ID, world.ids.secretPart, world.ids.foreignPart]) {
        const outcome = await world.call('eli', name, args(id));
        expect(outcome).toMatchObject({ kind: 'refused', code: 'NOT_FOUND' });
        answers.push(JSON.stringify(outcome).replaceAll(id, 'ID'));
      }
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).not.toMatch(/Unseen|HIDDEN|FOREIGN/);
      expect(await world.snapshot()).toBe(before);
    },
  );

  test.each([
    ['create_item', (designId: string) => ({ itemType: 'Part', name: 'x', designId })],
    ['create_change_order', (designId: string) => ({ name: 'x', designIds: [designId] })],
    ['initiate_collaborative_design', (designId: string) => ({ description: 'x', programId: 'OPEN-1', designId })],
    ['offer_navigation', (itemId: string) => ({ itemId, itemNumber: 'x', itemType: 'Design' })],
  ])('%s returns the same result for hidden and unknown designs', async (name, args) => {
    const before = await world.snapshot();
    const answers = [];
    for (const id of [UNKNOWN_ID, world.ids.secret, world.ids.stage]) {
      const outcome = await world.call('eli', name, args(id));
      expect(outcome).toMatchObject({ kind: 'refused', code: 'NOT_FOUND' });
      answers.push(JSON.stringify(outcome).replaceAll(id, 'ID'));
    }
    expect(new Set(answers).size).toBe(1);
    expect(await world.snapshot()).toBe(before);
  });

  test('is not found by text, number, code or id', async () => {
    for (const args of [{ query: 'Unseen' }, { query: 'PN-9000' }])
      expect(await world.read('eli', 'search_items', args)).toMatchObject({ items: [], total: 0 });
    for (const designId of ['SECRET-HEAD', world.ids.secret, world.ids.stage, 'STAGE-1', 'NO-SUCH']) {
      const outcome = await world.call('eli', 'search_items', { designId });
      expect(outcome.kind === 'result' ? JSON.parse(outcome.content) : { items: [], code: outcome }).toMatchObject({
        items: [],
      });
    }
    expect(await world.read('eli', 'search_programs', { query: 'HIDDEN' })).toMatchObject({ total: 0 });
    expect(await world.read('eli', 'search_designs', { query: 'SECRET' })).toMatchObject({ total: 0 });
    expect(await world.call('eli', 'get_item_details', { itemNumber: 'PN-900001' })).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await world.read('nora', 'search_items', { query: 'Robot' }).catch(() => ({ total: 0 }))).toMatchObject({
      total: 0,
    });
  });
});

test.each<Person>(['vic', 'nora'])('an effect is found by its author, not by %s', async (person) => {
  const approval = await world.propose('eli', 'update_item', {
    itemId: task.id,
    priority: person === 'vic' ? 'high' : 'low',
  });
  const key = crypto.randomUUID();
  await world.click('eli', approval, key);
  const find = async (who: Person) => {
    const { runner, context } = world.runnerOf(who);
    return (await runner.findOutcome(context, { tool: 'update_item', key })).kind;
  };
  expect([await find('eli'), await find(person)]).toEqual(['result', 'absent']);
});
