// Who can see a design workspace and take part in its conversation, against a real Postgres.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTenant } from '../../tools/tenant-access.ts';
import { findDesignWorkspace } from './plm-pack.ts';
import { accessOf, createPlmWorld, type Person, type PlmWorld } from './plm-world.fixture.ts';

let world: PlmWorld;
beforeAll(async () => {
  world = await createPlmWorld();
});
afterAll(() => world.database.drop());

const find = (person: Person, id: string) =>
  findDesignWorkspace(id, openTenant(world.database.deps, accessOf(person)).reader);

async function open(by: Person, programId: string): Promise<string> {
  const args = { description: 'A gripper\n\nSoft.', programId };
  const about = { programId: programId === 'OPEN-1' ? world.ids.open : world.ids.hidden };
  const opened = await world.read(by, 'initiate_collaborative_design', args, about);
  return String(opened['sessionId']);
}

test('shows the workspace to members, each with their rights, and to no one else', async () => {
  const id = await open('eli', 'OPEN-1');
  const place = {
    title: 'A gripper',
    brief: 'A gripper\n\nSoft.',
    view: { program: { id: world.ids.open, code: 'OPEN-1', name: 'OPEN-1 program' }, design: null },
    openedAt: expect.any(Number),
  };
  expect(await find('eli', id)).toEqual({ ...place, canManage: true });
  expect(await find('vic', id)).toEqual({ ...place, canManage: false });
  // An admin of the org manages workspaces that others opened.
  expect(await find('ada', id)).toEqual({ ...place, canManage: true });
  expect(await find('nora', id)).toBeNull();
  expect(await find('eli', crypto.randomUUID())).toBeNull();
  expect(await find('eli', await open('ada', 'HIDDEN-1'))).toBeNull();
});

test("hides the workspace from a user who leaves the program or can't read programs any more (R13)", async () => {
  const id = await open('eli', 'OPEN-1');
  const { owner } = world.database;
  const { userId, orgId, role } = accessOf('vic');
  const membership = [orgId, world.ids.open, userId];
  await owner.query(
    'delete from plm.program_members where org_id = $1 and program_id = $2 and user_id = $3',
    membership,
  );
  expect(await find('vic', id)).toBeNull();
  await owner.query(
    `insert into plm.program_members (org_id, program_id, user_id, role) values ($1, $2, $3, 'viewer')`,
    membership,
  );
  expect(await find('vic', id)).not.toBeNull();
  const permissions = `update roles set permissions = $3 where org_id = $1 and name = $2`;
  await owner.query(permissions, [orgId, role, ['parts:read']]);
  expect(await find('vic', id)).toBeNull();
  await owner.query(permissions, [orgId, role, accessOf('vic').permissions]);
});
