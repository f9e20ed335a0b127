// What an issuer's token grants, and the issuers that operators manage, with the real login role.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import { type IssuerClaims, IssuerSettings } from '../../contracts/issuers.ts';
import { withTenant } from '../with-tenant.ts';
import { removeMember, restoreMember } from './change-members.ts';
import { changeIssuer, fetchGranted, fetchTrustedIssuers, listIssuers } from './issuers.ts';
import { fetchMemberships } from './memberships.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const ROLES = {
  admin: ['members:read', 'members:manage', 'settings:update', 'audit:read'],
  lead: ['members:read', 'audit:read'],
  member: ['members:read'],
  guest: [] as string[],
};

type World = Awaited<ReturnType<typeof createWorld>>;
let world: World;
beforeEach(async () => {
  world = await createWorld();
});

/** Two organizations, one for each of two issuers, and an admin of the first. */
async function createWorld() {
  const tag = randomUUID().slice(0, 8);
  const orgs = await Promise.all([createOrg(`alpha-${tag}`), createOrg(`beta-${tag}`)]);
  const [alpha, beta] = orgs as [Org, Org];
  const issuerA = `https://a-${tag}.test`;
  const issuerB = `https://b-${tag}.test`;
  await add(issuerA, { orgs: [{ claimed: alpha.slug, org: alpha.slug }] });
  await add(issuerB, { orgs: [{ claimed: beta.slug, org: beta.slug }] });
  const admin = { orgId: alpha.id, userId: randomUUID(), requestId: 'request-1' };
  await database.owner.query(
    `insert into users (id, subject, email, name) values ($1, $2, 'admin@alpha.test', 'Admin')`,
    [admin.userId, `admin-${tag}`],
  );
  await database.owner.query(`insert into memberships (org_id, user_id, role) values ($1, $2, 'admin')`, [
    alpha.id,
    admin.userId,
  ]);
  return { tag, alpha, beta, issuerA, issuerB, admin };
}

type Org = { readonly id: string; readonly slug: string };

async function createOrg(slug: string): Promise<Org> {
  const id = randomUUID();
  await database.owner.query('insert into orgs (id, slug, name) values ($1, $2, $2)', [id, slug]);
  for (const [name, permissions] of Object.entries(ROLES)) {
    await database.owner.query('insert into roles (org_id, name, permissions) values ($1, $2, $3)', [
      ...[id, name, permissions],
    ]);
  }
  return { id, slug };
}

const settingsOf = (issuer: string, change: object = {}) =>
  IssuerSettings.parse({
    ...{ issuer, jwksUrl: `${issuer}/jwks`, audiences: ['groundwire'], highestRole: 'lead' },
    claims: { organization: 'org', role: 'role', email: 'email', name: 'name' },
    ...change,
  });

async function add(issuer: string, { orgs, ...change }: { orgs: object[]; [key: string]: unknown }) {
  const added = await changeIssuer(database.deps, 'add', { ...settingsOf(issuer, change), orgs }, 'request-1');
  expect(added).toMatchObject({ ok: true });
}

const set = (issuer: string, change: object, more: object = {}) =>
  changeIssuer(database.deps, 'set', { ...settingsOf(issuer, change), ...more }, 'request-2');

const token = (change: Partial<IssuerClaims> = {}): IssuerClaims => ({
  ...{ issuedAt: 1_000, orgs: [world.alpha.slug], orgName: null, roles: ['member'] },
  ...{ email: 'kim@host.test', name: 'Kim Host' },
  ...change,
});

const grant = async (change: Partial<IssuerClaims> = {}, sub = 'kim', issuer = world.issuerA) => {
  const { memberships, reach } = await fetchGranted(database.deps, `${issuer}|${sub}`, token(change));
  return { reach, access: Object.fromEntries(memberships.map(({ orgSlug, role }) => [orgSlug, role])), memberships };
};

const eventsOf = async (orgId: string): Promise<string[]> => {
  const { rows } = await database.owner.query<{ event: string; role: string | null }>(
    `select event, coalesce(parameters ->> 'after', parameters ->> 'role') as role from audit_log where org_id = $1 order by seq`,
    [orgId],
  );
  return rows.map(({ event, role }) => (role === null ? event : `${event} ${role}`));
};

describe('a token of an issuer', () => {
  test('lets its person join with the role that it names, and tells the audit log', async () => {
    const { access, reach, memberships } = await grant();
    expect(access).toEqual({ [world.alpha.slug]: 'member' });
    expect(reach).toEqual([world.alpha.id]);
    expect(memberships).toMatchObject([
      { userName: 'Kim Host', userEmail: 'kim@host.test', permissions: ROLES.member },
    ]);
    expect(await eventsOf(world.alpha.id)).toEqual(['member.joined member']);
    await grant({ issuedAt: 2_000 });
    expect(await eventsOf(world.alpha.id)).toHaveLength(1);
  });

  test('changes role, name and address of its person', async () => {
    await grant();
    const { memberships } = await grant({ issuedAt: 2_000, roles: ['lead'], name: 'Kim H.', email: 'kim@new.test' });
    expect(memberships).toMatchObject([{ role: 'lead', userName: 'Kim H.', userEmail: 'kim@new.test' }]);
    expect(await eventsOf(world.alpha.id)).toEqual(['member.joined member', 'role.changed lead']);
  });

  test('never grants more than the highest role of its issuer', async () => {
    expect((await grant({ roles: ['admin'] }, 'one')).access).toEqual({ [world.alpha.slug]: 'lead' });
    expect((await grant({ roles: ['admin', 'guest'] }, 'two')).access).toEqual({ [world.alpha.slug]: 'lead' });
    expect((await grant({ roles: ['guest', 'member'] }, 'three')).access).toEqual({ [world.alpha.slug]: 'member' });
    expect((await grant({ roles: ['no-such-role'] }, 'four')).access).toEqual({ [world.alpha.slug]: 'member' });
    await set(world.issuerA, { defaultRole: null, roleNames: { boss: 'admin' } });
    expect((await grant({ roles: ['no-such-role'] }, 'five')).access).toEqual({});
    expect((await grant({ roles: ['boss'] }, 'six')).access).toEqual({ [world.alpha.slug]: 'lead' });
    await set(world.issuerA, { highestRole: 'no-such-role' });
    expect((await grant({ roles: ['guest'] }, 'seven')).access).toEqual({});
  });

  test('reaches no organization of another issuer, and creates none', async () => {
    expect(await grant({ orgs: [world.beta.slug] })).toMatchObject({ access: {}, reach: [] });
    expect(await grant({ orgs: ['brand-new'] })).toMatchObject({ access: {}, reach: [] });
    expect(await grant({ orgs: [world.alpha.slug] }, 'kim', world.issuerB)).toMatchObject({ access: {}, reach: [] });
    expect(await grant({ orgs: [world.beta.slug] }, 'kim', 'https://unknown.test')).toMatchObject({
      access: {},
      reach: [],
    });
    expect(await eventsOf(world.beta.id)).toEqual([]);
  });

  test('takes the membership back when a newer one no longer names the organization', async () => {
    await grant();
    expect(await grant({ issuedAt: 2_000, orgs: [] })).toMatchObject({ access: {}, reach: [] });
    // The old token still exists and changes nothing.
    expect((await grant({ issuedAt: 1_000 })).access).toEqual({});
    expect((await grant({ issuedAt: 2_000 })).access).toEqual({});
    expect((await grant({ issuedAt: 2_001 })).access).toEqual({ [world.alpha.slug]: 'member' });
    expect(await eventsOf(world.alpha.id)).toEqual(['member.joined member', 'member.removed', 'member.joined member']);
  });

  test('an older one changes nothing', async () => {
    await grant({ issuedAt: 2_000, roles: ['guest'] });
    expect((await grant({ issuedAt: 1_000, roles: ['lead'] })).access).toEqual({ [world.alpha.slug]: 'guest' });
    expect((await grant({ issuedAt: 1_000, orgs: [] })).access).toEqual({ [world.alpha.slug]: 'guest' });
  });

  test('leaves other organizations alone if its issuer names only the current one', async () => {
    const third = await createOrg(`third-${world.tag}`);
    const more = { orgs: [{ claimed: 'third', org: third.slug }] };
    await set(world.issuerA, { listsOrgs: 'current' }, more);
    await grant();
    expect(await grant({ issuedAt: 2_000, orgs: ['third'] })).toMatchObject({
      access: { [world.alpha.slug]: 'member', [third.slug]: 'member' },
      reach: [third.id],
    });
    await set(world.issuerA, { listsOrgs: 'all' });
    expect((await grant({ issuedAt: 3_000, orgs: ['third'] })).access).toEqual({ [third.slug]: 'member' });
  });

  test('does not let in a removed member until an admin restores them', async () => {
    const { memberships } = await grant();
    const userId = memberships[0]?.userId ?? '';
    expect(await removeMember(database.deps, world.admin, userId)).toEqual({ ok: true });
    expect((await grant({ issuedAt: 9_000, roles: ['lead'] })).access).toEqual({});
    expect(await restoreMember(database.deps, world.admin, randomUUID())).toMatchObject({
      ok: false,
      code: 'NOT_FOUND',
    });
    expect(await restoreMember(database.deps, world.admin, userId)).toEqual({ ok: true });
    expect((await grant({ issuedAt: 9_000 })).access).toEqual({ [world.alpha.slug]: 'member' });
    expect(await eventsOf(world.alpha.id)).toEqual([
      ...['member.joined member', 'member.removed member', 'member.restored', 'member.joined member'],
    ]);
  });

  test('leaves a member who came by invitation as they are', async () => {
    const userId = randomUUID();
    await database.owner.query(
      `insert into users (id, subject, email, name) values ($1, $2, 'lee@alpha.test', 'Lee')`,
      [...[userId, `${world.issuerA}|lee`]],
    );
    await database.owner.query(`insert into memberships (org_id, user_id, role) values ($1, $2, 'guest')`, [
      ...[world.alpha.id, userId],
    ]);
    const same = { access: { [world.alpha.slug]: 'guest' } };
    expect(await grant({ roles: ['lead'] }, 'lee')).toMatchObject({ ...same, reach: [world.alpha.id] });
    expect(await grant({ issuedAt: 2_000, orgs: [] }, 'lee')).toMatchObject({ ...same, reach: [] });
  });

  test('keeps a role that an admin gave until the issuer names another one', async () => {
    const userId = (await grant()).memberships[0]?.userId;
    await database.owner.query(`update memberships set role = 'guest' where user_id = $1`, [userId]);
    expect((await grant({ issuedAt: 2_000 })).access).toEqual({ [world.alpha.slug]: 'guest' });
    expect((await grant({ issuedAt: 3_000, roles: ['lead'] })).access).toEqual({ [world.alpha.slug]: 'lead' });
  });

  test('joins the only organization of an issuer without an organization claim', async () => {
    await set(world.issuerA, { claims: { role: 'role' } });
    expect(await grant({ orgs: [] })).toMatchObject({
      access: { [world.alpha.slug]: 'member' },
      reach: [world.alpha.id],
    });
  });

  test('joins once when many requests bring it at the same time', async () => {
    await set(world.issuerA, {}, { orgs: [{ claimed: 'second', org: world.beta.slug }] });
    const orgs = [world.alpha.slug, 'second'];
    const all = await Promise.all(Array.from({ length: 12 }, () => grant({ orgs }, 'crowd')));
    for (const { access } of all) expect(access).toEqual({ [world.alpha.slug]: 'member', [world.beta.slug]: 'member' });
    expect(await eventsOf(world.alpha.id)).toEqual(['member.joined member']);
  });

  test('has a stand-in for an address and a name that it does not say', async () => {
    expect((await grant({ email: null, name: null })).memberships).toMatchObject([
      { userEmail: 'no-address@unknown.invalid', userName: 'Unnamed person' },
    ]);
  });
});

describe('an issuer that may create organizations', () => {
  const newOrgs = {
    plan: 'professional',
    roles: [
      { name: 'lead', permissions: ['members:read'] },
      { name: 'member', permissions: [] },
    ],
    settings: { experimentalFeatures: { aiAssistant: true } },
  };

  test('creates one with its plan, roles and first member', async () => {
    await set(world.issuerA, { newOrgs });
    const slug = `fresh-${world.tag}`;
    const { memberships, reach } = await grant({ orgs: [slug], orgName: 'Fresh Foods', roles: ['lead'] });
    expect(memberships).toMatchObject([
      { orgSlug: slug, orgName: 'Fresh Foods', plan: 'professional', role: 'lead', features: { aiAssistant: true } },
    ]);
    expect(reach).toEqual([memberships[0]?.orgId]);
    expect(await eventsOf(memberships[0]?.orgId ?? '')).toEqual(['org.created', 'member.joined lead']);
    expect((await grant({ orgs: [slug] }, 'second')).access).toEqual({ [slug]: 'member' });
    // It belongs to this issuer: the other one may create organizations too, but not take this one.
    await set(world.issuerB, { newOrgs });
    expect(await grant({ orgs: [slug] }, 'kim', world.issuerB)).toMatchObject({ access: {}, reach: [] });
  });

  test('takes no organization that exists, and no name that can’t be one', async () => {
    await set(world.issuerA, { newOrgs });
    for (const claimed of [world.beta.slug, 'Not A Slug', '-x', 'a'.repeat(64), '../x'])
      expect(await grant({ orgs: [claimed] })).toMatchObject({ access: {}, reach: [] });
  });

  test('creates one organization for many first requests', async () => {
    await set(world.issuerA, { newOrgs });
    const slug = `rush-${world.tag}`;
    const all = await Promise.all(Array.from({ length: 8 }, (_, n) => grant({ orgs: [slug] }, `person-${n}`)));
    for (const { access } of all) expect(access).toEqual({ [slug]: 'member' });
    const { rowCount } = await database.owner.query('select from orgs where slug = $1', [slug]);
    expect(rowCount).toBe(1);
  });
});

describe('an operator', () => {
  test('adds, lists, changes and removes issuers, and each change is logged', async () => {
    const trusted = await fetchTrustedIssuers(database.deps);
    expect(trusted.map(({ issuer }) => issuer)).toEqual(expect.arrayContaining([world.issuerA, world.issuerB]));
    expect((await listIssuers(database.deps)).find(({ issuer }) => issuer === world.issuerA)).toMatchObject({
      orgs: [{ claimed: world.alpha.slug, org: world.alpha.slug }],
    });
    expect(await set(world.issuerA, { isEnabled: false })).toMatchObject({
      ok: true,
      data: { orgIds: [world.alpha.id], issuer: { isEnabled: false } },
    });
    expect((await fetchTrustedIssuers(database.deps)).some(({ issuer }) => issuer === world.issuerA)).toBe(false);
    const twice = { ...settingsOf(world.issuerA), orgs: [] };
    expect(await changeIssuer(database.deps, 'add', twice, 'r')).toMatchObject({ ok: false, code: 'ISSUER_EXISTS' });
    const unknown = { ...settingsOf('https://c.test'), orgs: [{ claimed: 'x', org: 'no-such-org' }] };
    expect(await changeIssuer(database.deps, 'add', unknown, 'r')).toMatchObject({ ok: false, code: 'ORG_UNKNOWN' });
    expect(await changeIssuer(database.deps, 'remove', { issuer: world.issuerA }, 'r')).toMatchObject({ ok: true });
    expect(await changeIssuer(database.deps, 'remove', { issuer: world.issuerA }, 'r')).toMatchObject({
      ok: false,
      code: 'NOT_FOUND',
    });
    const { rows } = await database.owner.query(
      `select event from private.operator_log where coalesce(parameters -> 'after', parameters) ->> 'issuer' = $1 order by seq`,
      [world.issuerA],
    );
    expect(rows.map(({ event }) => event)).toEqual(['issuer.added', 'issuer.changed', 'issuer.removed']);
    await expect(database.owner.query('delete from private.operator_log')).rejects.toThrow('append-only');
  });

  test.each([
    ['disables the issuer', () => set(world.issuerA, { isEnabled: false }), () => set(world.issuerA, {})],
    ['removes the organization from it', () => set(world.issuerA, {}, { removedOrgs: [world.alpha.slug] }), null],
    ['lowers its highest role', () => set(world.issuerA, { highestRole: 'guest' }), () => set(world.issuerA, {})],
    ['removes the issuer', () => changeIssuer(database.deps, 'remove', { issuer: world.issuerA }, 'r'), null],
  ])('ends what was granted when they %s', async (_what, end, undo) => {
    const [member] = (await grant()).memberships;
    const subject = `${world.issuerA}|kim`;
    expect(await end()).toMatchObject({ ok: true });
    expect(await fetchMemberships(database.deps, subject)).toEqual([]);
    const [{ rows }] = await withTenant(
      database.deps,
      { kind: 'user', org: world.alpha.id, user: member?.userId ?? '' },
      (db) => [db.execute('select from orgs')],
    );
    expect(rows).toEqual([]);
    if (!undo) return;
    await undo();
    expect(await fetchMemberships(database.deps, subject)).toMatchObject([{ role: 'member' }]);
  });

  test('lowering the highest role lowers what the next token has', async () => {
    await grant({ roles: ['lead'] });
    await set(world.issuerA, { highestRole: 'guest' });
    expect((await grant({ issuedAt: 2_000, roles: ['lead'] })).access).toEqual({ [world.alpha.slug]: 'guest' });
  });
});
