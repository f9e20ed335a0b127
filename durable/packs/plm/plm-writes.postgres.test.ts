// The write tools against a real Postgres: the card, the effect of the approval, and that it happens once.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessOf, createPlmWorld, type Data, itemOf, type PlmWorld } from './plm-world.fixture.ts';

let world: PlmWorld;
let arm: Data;
let motor: Data;
let screw: Data;
let base: Data;

beforeAll(async () => {
  world = await createPlmWorld();
  ({ arm, motor, screw, base } = await world.addItems());
});
afterAll(() => world.database.drop());

const link = (sourceItemId: string, targetItemId: string, more: object) =>
  world.make('eli', 'create_relationship', { sourceItemId, targetItemId, type: 'BOM', ...more });

describe('writing', () => {
  test('"Create a new part called Motor Assembly": the card first, nothing written; then the number', async () => {
    const before = await world.snapshot();
    const approval = await world.propose('eli', 'create_item', {
      itemType: 'Part',
      name: 'Motor Assembly',
      designId: 'DRAFT-ARM',
      description: 'Drives the arm',
      partType: 'Purchase',
      material: 'Copper',
    });
    expect(approval.card.action).toBe('create');
    const shown = JSON.stringify(approval.card);
    for (const text of ['Motor Assembly', 'DRAFT-ARM', 'Drives the arm', 'Purchase', 'Copper'])
      expect(shown).toContain(text);
    expect(await world.snapshot()).toBe(before);
    const key = crypto.randomUUID();
    const outcome = await world.click('eli', approval, key);
    const made = itemOf(outcome);
    expect(made).toMatchObject({ itemNumber: expect.stringMatching(/^PN-\d{6}$/), itemType: 'Part', state: 'Draft' });
    // The same approval again, as from a second tab or after a crash.
    expect(await world.click('eli', approval, key)).toEqual(outcome);
    expect(await world.read('eli', 'search_items', { query: 'Motor Assembly' })).toMatchObject({ total: 1 });
    const { rows } = await world.database.owner.query('select * from audit_log where id = $1', [`effect:${key}`]);
    expect(rows).toMatchObject([
      {
        event: 'tool.completed',
        tool: 'create_item',
        actor_user_id: accessOf('eli').userId,
        provider: 'demo',
        parameters: { name: 'Motor Assembly' },
        result: { item: { itemNumber: made.itemNumber } },
        _meta: { actionType: 'create', wasConfirmed: true, transactionId: expect.any(String) },
      },
    ]);
    expect(JSON.stringify(rows[0]._meta.affectedItemIds)).toContain(made.id);
  });

  test('creates requirements and tasks with their own fields, and a task without a design', async () => {
    const requirement = await world.make('eli', 'create_item', {
      itemType: 'Requirement',
      name: 'Lifts 5 kg',
      designId: 'DRAFT-ARM',
      requirementType: 'Performance',
    });
    expect(requirement.itemNumber).toMatch(/^REQ-/);
    expect(await world.read('eli', 'get_item_details', { id: requirement.id })).toMatchObject({
      details: { requirementType: 'Performance' },
    });
    const task = await world.make('eli', 'create_item', {
      itemType: 'Task',
      name: 'Test the arm',
      designId: 'DRAFT-ARM',
      priority: 'high',
      assignee: 'eli@cascade.test',
      dueDate: '2027-03-01',
    });
    expect(await world.read('eli', 'get_item_details', { itemNumber: task.itemNumber })).toMatchObject({
      itemType: 'Task',
      state: 'Backlog',
      details: { priority: 'high', dueDate: '2027-03-01', assigneeName: 'Eli Okafor' },
    });
    await world.move('eli', task.id, 'To Do', 'In Progress', 'In Review', 'Done');
  });

  test('update_item shows old and new values of what changes', async () => {
    const approval = await world.propose('eli', 'update_item', {
      itemId: motor.id,
      name: 'Servo Motor',
      material: 'Steel',
    });
    expect(approval.card).toMatchObject({ action: 'update' });
    expect(approval.card.details).toEqual(
      expect.arrayContaining([expect.objectContaining({ before: 'Drive Motor', value: 'Servo Motor' })]),
    );
    expect(await world.click('eli', approval)).toMatchObject({ kind: 'result' });
    expect(await world.read('eli', 'get_item_details', { id: motor.id })).toMatchObject({
      name: 'Servo Motor',
      details: { material: 'Steel' },
    });
  });

  test.each<[string, () => Record<string, unknown>]>([
    [
      'create_item',
      () => ({
        itemType: 'Task',
        name: 'Weigh it',
        designId: 'DRAFT-ARM',
        description: 'On the scales',
        priority: 'critical',
        assignee: 'Vic Tanaka',
        dueDate: '2027-05-06',
      }),
    ],
    [
      'update_item',
      () => ({
        itemId: screw.itemNumber,
        name: 'Long Screw',
        description: 'M6',
        partType: 'Purchase',
        material: 'Brass',
        weight: 77.5,
        weightUnit: 'mg',
        cost: 3.25,
        currency: 'CHF',
      }),
    ],
    [
      'create_relationship',
      () => ({
        sourceItemId: motor.itemNumber,
        targetItemId: base.itemNumber,
        type: 'BOM',
        quantity: 0.25,
        findNumber: 777,
        referenceDesignator: 'B1, B2',
      }),
    ],
    [
      'transition_item_state',
      () => ({ itemId: arm.itemNumber, targetState: 'In Review', comments: 'Ready to be looked at' }),
    ],
    [
      'create_change_order',
      () => ({
        name: 'Lighter arm',
        changeType: 'MCO',
        priority: 'high',
        reasonForChange: 'Too heavy',
        impactDescription: 'The motor',
        affectedItemIds: [arm.itemNumber, screw.itemNumber],
        designIds: ['GUARDED-BASE'],
      }),
    ],
  ])('the card of %s shows every value that will run, a name for each id (R30)', async (name, args) => {
    const input = args();
    const { card } = await world.propose('eli', name, input);
    const shown = JSON.stringify(card);
    for (const value of Object.values(input).flat()) expect(shown).toContain(String(value));
  });

  test('concurrent approvals of one card have one effect and the same result (R34)', async () => {
    const approval = await world.propose('eli', 'create_item', {
      itemType: 'Part',
      name: 'Once Only',
      designId: 'DRAFT-ARM',
    });
    const key = crypto.randomUUID();
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => world.click('eli', approval, key)));
    expect(new Set(outcomes.map((outcome) => itemOf(outcome).itemNumber)).size).toBe(1);
    expect(await world.read('eli', 'search_items', { query: 'Once Only' })).toMatchObject({ total: 1 });
    const { runner, context } = world.runnerOf('eli');
    expect(await runner.findOutcome(context, { tool: 'create_item', key })).toEqual(outcomes[0]);
  });

  test('does not overwrite changes made since the card was shown (R29)', async () => {
    const late = await world.propose('eli', 'update_item', { itemId: motor.id, name: 'Late Motor' });
    await world.make('eli', 'update_item', { itemId: motor.id, name: 'Early Motor' });
    expect(await world.click('eli', late)).toMatchObject({ kind: 'refused', code: 'STALE' });
    expect(await world.read('eli', 'get_item_details', { id: motor.id })).toMatchObject({ name: 'Early Motor' });
    await world.make('eli', 'update_item', { itemId: motor.id, name: 'Drive Motor' });
  });

  test('initiate_collaborative_design opens a workspace without approval', async () => {
    const args = { description: 'A lighter arm', programId: 'OPEN-1', designId: 'DRAFT-ARM' };
    const outcome = await world.call('eli', 'initiate_collaborative_design', args, { programId: world.ids.open });
    expect(outcome).toMatchObject({
      kind: 'result',
      link: {
        kind: 'workspace',
        label: 'Open Design Workspace',
        path: expect.stringMatching(/^\/workspace\/sessions\/[0-9a-f-]{36}$/),
      },
    });
    const { rows } = await world.database.owner.query(
      `select * from audit_log where tool = 'initiate_collaborative_design'`,
    );
    expect(rows).toMatchObject([{ event: 'tool.completed', _meta: { wasConfirmed: false } }]);
  });
});

describe('change orders', () => {
  test('protected design: suggestion, change order, the first request under it, and the merge', async () => {
    const wish = { itemType: 'Part', name: 'Base Cover', designId: 'GUARDED-BASE' };
    const suggestion = await world.call('eli', 'create_item', wish);
    expect(suggestion).toMatchObject({ kind: 'refused', code: 'ECO_REQUIRED', isError: false });
    const said = JSON.parse((suggestion as { content: string }).content);
    expect(said).toMatchObject({
      suggestCreateEco: true,
      message: expect.stringContaining('GUARDED-BASE'),
      designId: world.ids.guarded,
    });
    expect(said).not.toHaveProperty('refused');
    expect(await world.call('eli', 'update_item', { itemId: base.id, name: 'x' })).toMatchObject({
      code: 'ECO_REQUIRED',
      isError: false,
    });

    const eco = await world.make('eli', 'create_change_order', {
      name: 'Cover the base',
      changeType: 'ECO',
      designIds: [said.designId],
      affectedItemIds: [base.id],
    });
    expect(eco.itemNumber).toMatch(/^ECO-\d{6}$/);
    const cover = await world.make('eli', 'create_item', { ...wish, changeOrderId: eco.id });
    await world.make('eli', 'update_item', { itemId: base.id, material: 'Aluminium', changeOrderId: eco.itemNumber });
    await link(base.id, cover.id, { quantity: 1, changeOrderId: eco.id });
    expect(await world.read('eli', 'get_item_details', { itemNumber: base.itemNumber })).toMatchObject({
      revision: 'A',
      state: 'Released',
    });

    await world.move('eli', eco.id, 'In Review', 'Approved');
    expect(await world.read('eli', 'get_item_details', { itemNumber: base.itemNumber })).toMatchObject({
      revision: 'B',
      state: 'Released',
      details: { material: 'Aluminium' },
    });
    expect(await world.read('eli', 'get_item_details', { itemNumber: base.itemNumber, revision: 'A' })).toMatchObject({
      state: 'Superseded',
    });
    const used = await world.read('eli', 'get_where_used', { itemId: cover.id });
    expect(JSON.stringify(used)).toContain(base.itemNumber);
  });
});
