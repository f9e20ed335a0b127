// The pages of an org that uses two packs, against a real Postgres.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Access } from '../../principal.ts';
import { openTenant, type TenantReader } from '../../tools/tenant-access.ts';
import { accessOf, createProductionWorld, type ProductionWorld } from '../production/production-world.fixture.ts';
import { workspaceHome, workspaceOf } from './workspaces.ts';

let world: ProductionWorld;
let both: Access;
let tenant: TenantReader;
beforeAll(async () => {
  world = await createProductionWorld();
  const member = accessOf('max');
  both = { ...member, permissions: [...member.permissions, 'programs:read'] };
  await world.database.owner.query(
    `update roles set permissions = permissions || array['programs:read'] where org_id = $1 and name = $2`,
    [member.orgId, member.role],
  );
  tenant = openTenant(world.database.deps, both).reader;
});
afterAll(() => world.database.drop());

test("workspaceHome shows each pack's start page under its title", async () => {
  const home = await workspaceHome(both, tenant);
  if ('refused' in home) throw new Error(home.message);
  expect(home.content.sections.map(({ heading }) => heading)).toEqual(['Programs', 'Projects', 'All projects']);
  const one = await workspaceHome(accessOf('max'), tenant);
  expect(one).toMatchObject({
    title: 'Projects',
    content: { sections: [{ heading: null }, { heading: 'All projects' }] },
  });
});

test('workspaceHome is an empty page for a role without data', async () => {
  for (const permissions of [['settings:update'], []]) {
    const home = await workspaceHome({ ...accessOf('max'), permissions }, tenant);
    expect(home).toMatchObject({ title: 'Workspace', tabs: [], content: { sections: [] } });
  }
});

test('workspaceOf finds the pack of each kind, and none for an unknown kind', () => {
  for (const kind of ['item', 'design', 'program', 'session']) {
    expect(workspaceOf(both, kind)?.kinds).toContain('program');
    expect(workspaceOf(accessOf('max'), kind)).toBeNull();
  }
  for (const kind of ['project', 'show', 'crew-member', 'vendor', 'rfp', 'incident', 'activity', 'list']) {
    expect(workspaceOf(both, kind)?.kinds).toContain('project');
    expect(workspaceOf(accessOf('ada'), kind)).toBeNull();
  }
  for (const kind of ['person', 'constructor', '']) expect(workspaceOf(both, kind)).toBeNull();
});

test('workspaceHome shows what the role can read, without projects', async () => {
  const { database } = world;
  const member = accessOf('max');
  const rights = (permissions: readonly string[]) =>
    database.owner.query('update roles set permissions = $1 where org_id = $2 and name = $3', [
      [...permissions],
      member.orgId,
      member.role,
    ]);
  try {
    await rights(['crew:read', 'vendors:read']);
    const home = await workspaceHome({ ...member, permissions: ['crew:read', 'vendors:read'] }, tenant);
    if ('refused' in home) throw new Error(home.message);
    expect(home.content.sections).toMatchObject([
      {
        heading: 'All projects',
        rows: [
          { path: '/workspace/lists/crew', cells: { what: { text: 'Crew' }, count: { text: '40' } } },
          { path: '/workspace/lists/vendors', cells: { what: { text: 'Vendors' }, count: { text: '25' } } },
        ],
      },
    ]);
    const reader = workspaceOf(member, 'list');
    expect(await reader?.page(tenant, { kind: 'list', id: 'crew', tab: null })).toMatchObject({ title: 'Crew' });
    expect(await reader?.page(tenant, { kind: 'list', id: 'shows', tab: null })).toMatchObject({ code: 'FORBIDDEN' });
    await rights(['projects:read']);
    expect(await workspaceHome({ ...member, permissions: ['projects:read'] }, tenant)).toMatchObject({
      content: { sections: [{ heading: null }] },
    });
  } finally {
    await rights(both.permissions);
  }
});
