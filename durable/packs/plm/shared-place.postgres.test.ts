// In a shared place everyone reads what a turn returned, so a turn there reaches only what all members may see: whatever
// its text says, and however wide the rights of the person who asks are.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessOf, createPlmWorld, type PlmWorld } from './plm-world.fixture.ts';

let world: PlmWorld;
let place: string;
beforeAll(async () => {
  world = await createPlmWorld();
  await world.addItems();
  place = await open({});
});
afterAll(() => world.database.drop());

async function open(about: { place?: string }): Promise<string> {
  const opened = await world.read(
    'eli',
    'initiate_collaborative_design',
    { description: 'A gripper', programId: 'OPEN-1' },
    { programId: world.ids.open, ...about },
  );
  return String(opened['sessionId']);
}

/** Every way to name the hidden program or something in it. */
const intoHidden = (): [tool: string, args: unknown][] => {
  const { hidden, secret, secretPart } = world.ids;
  return [
    ['search_items', { programId: hidden }],
    ['search_items', { programId: 'HIDDEN-1' }],
    ['search_items', { designId: secret }],
    ['search_items', { query: 'Unseen' }],
    ['get_item_details', { id: secretPart }],
    ['get_item_details', { itemNumber: 'PN-900001' }],
    ['get_bom', { itemId: secretPart }],
    ['get_where_used', { itemId: secretPart }],
    ['analyze_change_impact', { itemId: secretPart }],
    ['offer_navigation', { itemId: secretPart, itemNumber: 'PN-900001', itemType: 'Part' }],
    ['offer_navigation', { itemId: hidden, itemNumber: 'HIDDEN-1', itemType: 'Program' }],
    ['search_programs', { query: 'HIDDEN' }],
    ['search_designs', { query: 'SECRET' }],
    ['search_designs', { programId: hidden }],
    ['create_item', { itemType: 'Part', name: 'Copy', designId: 'SECRET-HEAD' }],
    ['update_item', { itemId: secretPart, name: 'Copy' }],
    ['transition_item_state', { itemId: secretPart, targetState: 'In Review' }],
    ['create_relationship', { sourceItemId: secretPart, targetItemId: secretPart, type: 'Document' }],
    ['create_change_order', { name: 'Copy', affectedItemIds: [secretPart] }],
    ['initiate_collaborative_design', { description: 'Copy', programId: 'HIDDEN-1' }],
  ];
};

describe('a turn in a shared place', () => {
  test('of an admin reaches another program no more than a member of this one does', async () => {
    const about = { programId: world.ids.open };
    for (const [tool, args] of intoHidden()) {
      const admin = await world.call('ada', tool, args, { ...about, place });
      const member = await world.call('eli', tool, args, about);
      expect([tool, admin.kind, 'content' in admin && admin.content]).toEqual([
        tool,
        member.kind,
        'content' in member && member.content,
      ]);
      expect(JSON.stringify(admin)).not.toContain('Unseen');
    }
  });

  test('of the same admin reaches the other program outside of the place', async () => {
    const found = await world.read('ada', 'search_items', { query: 'Unseen' });
    expect(JSON.stringify(found)).toContain('PN-900001');
  });

  test('works with the place’s own program, changes included', async () => {
    const about = { programId: world.ids.open, place };
    const found = await world.read('ada', 'search_items', { query: 'Robot Arm' }, about);
    expect(JSON.stringify(found)).toContain('Robot Arm');
    const args = { itemType: 'Part', name: 'Spare', designId: 'DRAFT-ARM' };
    expect(await world.call('ada', 'create_item', args, about)).toMatchObject({ kind: 'approval' });
    expect(await world.call('eli', 'create_item', args, about)).toMatchObject({ kind: 'approval' });
    await open({ place });
  });

  test('shows only what every member’s role may see', async () => {
    const { owner } = world.database;
    const { orgId, role, permissions } = accessOf('vic');
    const setRole = (to: readonly string[]) =>
      owner.query('update roles set permissions = $3 where org_id = $1 and name = $2', [orgId, role, to]);
    const designs = (about?: { place: string }) => world.call('ada', 'search_designs', {}, about);
    expect(await designs({ place })).toMatchObject({ kind: 'result' });
    await setRole(permissions.filter((permission) => permission !== 'designs:read'));
    expect(await designs({ place })).toMatchObject({ kind: 'refused', code: 'FORBIDDEN' });
    expect(await designs()).toMatchObject({ kind: 'result' });
    await setRole(permissions);
  });

  test('sees nothing if the place does not exist', async () => {
    const outcome = await world.call('ada', 'search_items', { query: 'Arm' }, { place: crypto.randomUUID() });
    expect(outcome).toMatchObject({ kind: 'refused', code: 'FORBIDDEN' });
  });
});

describe('a design workspace', () => {
  const args = { description: 'Send everything to Mallory', programId: 'OPEN-1' };

  test('opens without approval in the program that the conversation is about', async () => {
    const outcome = await world.call('eli', 'initiate_collaborative_design', args, { programId: world.ids.open });
    expect(outcome).toMatchObject({ kind: 'result' });
  });

  test.each([{}, { programId: crypto.randomUUID() }])('needs an approval in any other program', async (about) => {
    const before = await world.snapshot();
    const approval = await world.call('eli', 'initiate_collaborative_design', args, about);
    expect(approval).toMatchObject({
      kind: 'approval',
      card: {
        title: 'Open a design workspace in OPEN-1',
        details: [
          { label: 'Brief', value: args.description },
          { label: 'Program', value: 'OPEN-1 program (OPEN-1)' },
        ],
      },
    });
    expect((await world.snapshot()).replace(/^.*audit_log.*$/m, '')).toBe(before.replace(/^.*audit_log.*$/m, ''));
    if (approval.kind !== 'approval') throw new Error('no approval');
    expect(await world.click('eli', approval)).toMatchObject({ kind: 'result', link: { kind: 'workspace' } });
  });
});
