// An org's members and every rule for changing them, with the real login role.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import {
  acceptInvitation,
  changeRole,
  findInvitation,
  inviteMember,
  leaveOrg,
  removeMember,
  revokeInvitation,
} from './change-members.ts';
import { getMember, listInvitations, listMembers, listRoles } from './members.ts';
import { fetchMemberships } from './memberships.ts';

let database: TestDatabase;
let org: Org;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  org = await createOrg();
});

const HOUR_MS = 3_600_000;
const ROLES = {
  admin: ['members:read', 'members:manage', 'settings:update', 'audit:read'],
  // Manages members but has no other permission.
  warden: ['members:read', 'members:manage'],
  reader: ['members:read'],
  member: [] as string[],
};
type Role = keyof typeof ROLES;

type Person = { readonly orgId: string; readonly userId: string; readonly requestId: string; readonly subject: string };
type Org = Awaited<ReturnType<typeof createOrg>>;

/** A new org for each test, with one user per role and a second admin. */
async function createOrg() {
  const id = randomUUID();
  await database.owner.query('insert into orgs (id, slug, name) values ($1, $2, $3)', [id, `org-${id}`, `Org ${id}`]);
  for (const [name, permissions] of Object.entries(ROLES)) {
    await database.owner.query('insert into roles (org_id, name, permissions) values ($1, $2, $3)', [
      id,
      name,
      permissions,
    ]);
  }
  const add = async (name: string, role: Role, namesake = ''): Promise<Person> => {
    const person = { orgId: id, userId: randomUUID(), requestId: randomUUID(), subject: `${name}${namesake}-${id}` };
    await database.owner.query('insert into users (id, subject, email, name) values ($1, $2, $3, $4)', [
      person.userId,
      person.subject,
      `${name}@${id}.test`,
      name,
    ]);
    await database.owner.query('insert into memberships (org_id, user_id, role) values ($1, $2, $3)', [
      id,
      person.userId,
      role,
    ]);
    return person;
  };
  return {
    id,
    add,
    admin: await add('Anna', 'admin'),
    second: await add('Ben', 'admin'),
    warden: await add('Wanda', 'warden'),
    reader: await add('Rita', 'reader'),
    member: await add('Max', 'member'),
  };
}

const roleOf = async ({ orgId, userId }: Person): Promise<string | null> => {
  const { rows } = await database.owner.query('select role from memberships where org_id = $1 and user_id = $2', [
    orgId,
    userId,
  ]);
  return rows[0]?.role ?? null;
};

const auditOf = async (orgId: string) => {
  const { rows } = await database.owner.query(
    'select event, actor_user_id as actor, parameters, request_id as "requestId" from audit_log where org_id = $1 order by seq',
    [orgId],
  );
  return rows;
};

const invite = (by: Person, email: string, role: string, expiresAt = Date.now() + HOUR_MS) => {
  const token = randomUUID();
  return inviteMember(database.deps, by, { email, role, token, expiresAt }).then((answer) => ({ token, answer }));
};

const joiner = (name = 'Nia') => ({ subject: `new-${randomUUID()}`, email: `${name.toLowerCase()}@new.test`, name });
const accept = (token: string, who: ReturnType<typeof joiner>) =>
  acceptInvitation(database.deps, who, { token, requestId: 'joining' });

describe('reading', () => {
  test('lists members by name, in pages, with role and time', async () => {
    const first = await listMembers(database.deps, org.reader, { limit: 3, after: null });
    expect(first.members.map(({ name, role }) => `${name} ${role}`)).toEqual(['Anna admin', 'Ben admin', 'Max member']);
    const second = await listMembers(database.deps, org.reader, { limit: 3, after: first.next });
    expect(second.members.map(({ name }) => name)).toEqual(['Rita', 'Wanda']);
    expect(second.next).toBeNull();
    expect(first.members[0]).toMatchObject({ userId: org.admin.userId, joinedAt: expect.any(Number) });
  });

  test('lists each member once when several have the same name', async () => {
    for (const namesake of ['one', 'two', 'three']) await org.add('Max', 'member', namesake);
    const seen: string[] = [];
    let after = null;
    do {
      const page: Awaited<ReturnType<typeof listMembers>> = await listMembers(database.deps, org.admin, {
        limit: 2,
        after,
      });
      seen.push(...page.members.map(({ userId }) => userId));
      after = page.next;
    } while (after);
    expect(seen).toHaveLength(8);
    expect(new Set(seen).size).toBe(8);
  });

  test('lists roles with their permissions and member counts', async () => {
    expect(await listRoles(database.deps, org.reader)).toEqual([
      { name: 'admin', permissions: ROLES.admin, members: 2 },
      { name: 'member', permissions: [], members: 1 },
      { name: 'reader', permissions: ROLES.reader, members: 1 },
      { name: 'warden', permissions: ROLES.warden, members: 1 },
    ]);
  });

  test('hides another org’s members, roles and invitations', async () => {
    const other = await createOrg();
    await invite(other.admin, 'x@new.test', 'member');
    const outsider = { ...org.admin, orgId: other.id };
    expect((await listMembers(database.deps, outsider, { limit: 10, after: null })).members).toEqual([]);
    expect(await listRoles(database.deps, outsider)).toEqual([]);
    expect(await listInvitations(database.deps, outsider)).toEqual([]);
    expect(await getMember(database.deps, org.admin, other.admin.userId)).toBeNull();
  });
});

describe('inviting', () => {
  test('an invited user joins with the role, once, and each step is in the audit log', async () => {
    const { token, answer } = await invite(org.admin, 'nia@new.test', 'reader');
    expect(answer).toMatchObject({ ok: true });
    expect(await listInvitations(database.deps, org.reader)).toMatchObject([
      { email: 'nia@new.test', role: 'reader', invitedBy: 'Anna' },
    ]);
    expect(await findInvitation(database.deps, token, null)).toMatchObject({
      orgName: `Org ${org.id}`,
      role: 'reader',
      email: 'nia@new.test',
      invitedBy: 'Anna',
      userId: null,
    });
    const nia = joiner();
    expect(await accept(token, nia)).toMatchObject({ ok: true, invitation: { orgSlug: `org-${org.id}` } });
    const [membership] = await fetchMemberships(database.deps, nia.subject);
    expect(membership).toMatchObject({ orgId: org.id, role: 'reader', userName: 'Nia', userEmail: 'nia@new.test' });
    expect(await listInvitations(database.deps, org.reader)).toEqual([]);
    expect(await accept(token, nia)).toEqual({ ok: false, code: 'NOT_FOUND' });
    expect(await accept(token, joiner())).toEqual({ ok: false, code: 'NOT_FOUND' });
    const invitationId = answer.ok && answer.id;
    expect(await auditOf(org.id)).toMatchObject([
      {
        event: 'member.invited',
        actor: org.admin.userId,
        requestId: org.admin.requestId,
        parameters: { invitationId, email: 'nia@new.test', role: 'reader' },
      },
      {
        event: 'member.joined',
        actor: membership?.userId,
        requestId: 'joining',
        parameters: { invitationId, role: 'reader' },
      },
    ]);
  });

  test('a user from another org keeps their row, even with a different address', async () => {
    const other = await createOrg();
    const { token } = await invite(org.admin, 'ben.private@new.test', 'member');
    const ben = { subject: other.second.subject, email: 'Ben.Private@new.test', name: 'Someone Else' };
    expect(await accept(token, ben)).toMatchObject({ ok: true });
    expect(await fetchMemberships(database.deps, ben.subject)).toMatchObject([
      { userId: other.second.userId, userName: 'Ben' },
      { userId: other.second.userId, userName: 'Ben' },
    ]);
  });

  test('rejects the token with an address that was not invited', async () => {
    const { token } = await invite(org.admin, 'nia@new.test', 'admin');
    const thief = { ...joiner(), email: 'thief@new.test' };
    expect(await accept(token, thief)).toEqual({ ok: false, code: 'INVITATION_FOR_ANOTHER' });
    expect(await fetchMemberships(database.deps, thief.subject)).toEqual([]);
    const { rows } = await database.owner.query('select from users where subject = $1', [thief.subject]);
    expect(rows).toEqual([]);
    expect(await accept(token, joiner())).toMatchObject({ ok: true });
  });

  test('rejects the invited address without the token, and the token’s hash', async () => {
    const { token } = await invite(org.admin, 'nia@new.test', 'member');
    const { rows } = await database.owner.query(
      `select encode(token_hash, 'hex') as hash from invitations where org_id = $1`,
      [org.id],
    );
    expect(JSON.stringify(rows)).not.toContain(token);
    for (const guess of ['', rows[0].hash, randomUUID()]) {
      expect(await accept(guess, joiner())).toEqual({ ok: false, code: 'NOT_FOUND' });
    }
  });

  test('rejects an expired invitation', async () => {
    const { token } = await invite(org.admin, 'nia@new.test', 'member', Date.now() - 1);
    expect(await findInvitation(database.deps, token, null)).toBeNull();
    expect(await accept(token, joiner())).toEqual({ ok: false, code: 'NOT_FOUND' });
  });

  test('rejects a revoked invitation, and revoking it twice fails', async () => {
    const { token, answer } = await invite(org.admin, 'nia@new.test', 'member');
    const id = answer.ok ? answer.id : '';
    expect(await revokeInvitation(database.deps, org.reader, id)).toEqual({ ok: false, code: 'FORBIDDEN' });
    expect(await revokeInvitation(database.deps, org.second, id)).toEqual({ ok: true });
    expect(await revokeInvitation(database.deps, org.second, id)).toEqual({ ok: false, code: 'NOT_FOUND' });
    expect(await accept(token, joiner())).toEqual({ ok: false, code: 'NOT_FOUND' });
    expect((await auditOf(org.id)).map(({ event }) => event)).toEqual(['member.invited', 'invitation.revoked']);
  });

  test('only the newest invitation of an address is open', async () => {
    const old = await invite(org.admin, 'nia@new.test', 'member');
    const renewed = await invite(org.second, 'nia@new.test', 'reader');
    expect(await listInvitations(database.deps, org.admin)).toMatchObject([{ role: 'reader', invitedBy: 'Ben' }]);
    expect(await accept(old.token, joiner())).toEqual({ ok: false, code: 'NOT_FOUND' });
    expect(await accept(renewed.token, joiner())).toMatchObject({ ok: true });
  });

  test('an invitation grants only what its sender may still grant', async () => {
    const demoted = await invite(org.second, 'nia@new.test', 'admin');
    await changeRole(database.deps, org.admin, { userId: org.second.userId, role: 'warden' });
    expect(await accept(demoted.token, joiner())).toEqual({ ok: false, code: 'NOT_FOUND' });
    const removed = await invite(org.second, 'nia@new.test', 'member');
    await removeMember(database.deps, org.admin, org.second.userId);
    expect(await accept(removed.token, joiner())).toEqual({ ok: false, code: 'NOT_FOUND' });
    expect(await listInvitations(database.deps, org.admin)).toEqual([]);
  });

  test.each<[string, (org: Org) => Promise<Awaited<ReturnType<typeof invite>>>, string]>([
    ['a member', (o) => invite(o.member, 'nia@new.test', 'member'), 'FORBIDDEN'],
    ['a reader', (o) => invite(o.reader, 'nia@new.test', 'member'), 'FORBIDDEN'],
    [
      'who was removed',
      async (o) => {
        await removeMember(database.deps, o.admin, o.second.userId);
        return invite(o.second, 'nia@new.test', 'member');
      },
      'FORBIDDEN',
    ],
    [
      'a warden invites to a role beyond their own',
      (o) => invite(o.warden, 'nia@new.test', 'admin'),
      'ROLE_BEYOND_OWN',
    ],
    ['an admin invites to an unknown role', (o) => invite(o.admin, 'nia@new.test', 'owner'), 'ROLE_UNKNOWN'],
    ['an admin invites an existing member', (o) => invite(o.admin, `max@${o.id}.test`, 'member'), 'ALREADY_MEMBER'],
  ])('refused: %s', async (_name, attempt, code) => {
    const { answer } = await attempt(org);
    expect(answer).toEqual({ ok: false, code });
    expect(await listInvitations(database.deps, org.admin)).toEqual([]);
  });

  test('an existing member can’t accept another invitation', async () => {
    const { token } = await invite(org.admin, 'other-address@new.test', 'admin');
    const max = { subject: org.member.subject, email: 'other-address@new.test', name: 'Max' };
    expect(await accept(token, max)).toEqual({ ok: false, code: 'ALREADY_MEMBER' });
    expect(await roleOf(org.member)).toBe('member');
  });

  test('only one of twenty concurrent attempts accepts an invitation', async () => {
    const { token } = await invite(org.admin, 'nia@new.test', 'member');
    const answers = await Promise.all(Array.from({ length: 20 }, () => accept(token, joiner())));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    const { rows } = await database.owner.query('select count(*)::int from memberships where org_id = $1', [org.id]);
    expect(rows).toEqual([{ count: 6 }]);
  });

  test('a user who accepts invitations to two orgs at once gets one user row', async () => {
    const other = await createOrg();
    const nia = joiner();
    const invited = await Promise.all([
      invite(org.admin, nia.email, 'member'),
      invite(other.admin, nia.email, 'member'),
    ]);
    const answers = await Promise.all(invited.map(({ token }) => accept(token, nia)));
    expect(answers).toMatchObject([{ ok: true }, { ok: true }]);
    const found = await fetchMemberships(database.deps, nia.subject);
    expect(found).toHaveLength(2);
    expect(new Set(found.map(({ userId }) => userId)).size).toBe(1);
  });
});

describe('changing a role', () => {
  test('takes effect immediately and is in the audit log', async () => {
    expect(await changeRole(database.deps, org.admin, { userId: org.member.userId, role: 'reader' })).toEqual({
      ok: true,
    });
    expect(await getMember(database.deps, org.admin, org.member.userId)).toMatchObject({ role: 'reader' });
    expect(await auditOf(org.id)).toMatchObject([
      {
        event: 'role.changed',
        actor: org.admin.userId,
        parameters: { userId: org.member.userId, before: 'member', after: 'reader' },
      },
    ]);
  });

  test('setting the same role changes nothing and adds no audit event', async () => {
    expect(await changeRole(database.deps, org.admin, { userId: org.member.userId, role: 'member' })).toEqual({
      ok: true,
    });
    expect(await auditOf(org.id)).toEqual([]);
  });

  test.each<[string, (org: Org) => [Person, Person, string], string]>([
    ['by a member, of oneself', (o) => [o.member, o.member, 'admin'], 'FORBIDDEN'],
    ['by a reader', (o) => [o.reader, o.member, 'reader'], 'FORBIDDEN'],
    ['by a warden, to more than their own', (o) => [o.warden, o.member, 'admin'], 'ROLE_BEYOND_OWN'],
    ['by a warden, of oneself to more', (o) => [o.warden, o.warden, 'admin'], 'ROLE_BEYOND_OWN'],
    ['by a warden, of an admin', (o) => [o.warden, o.admin, 'member'], 'ROLE_BEYOND_OWN'],
    ['to an unknown role', (o) => [o.admin, o.member, 'owner'], 'ROLE_UNKNOWN'],
    ['of an unknown user', (o) => [o.admin, { ...o.member, userId: randomUUID() }, 'reader'], 'NOT_FOUND'],
  ])('refused: %s', async (_name, attempt, code) => {
    const [by, of, role] = attempt(org);
    const before = await roleOf(of);
    expect(await changeRole(database.deps, by, { userId: of.userId, role })).toEqual({ ok: false, code });
    expect(await roleOf(of)).toBe(before);
    expect(await auditOf(org.id)).toEqual([]);
  });

  test('returns the same result for another org’s member as for an unknown user', async () => {
    const other = await createOrg();
    const answers = await Promise.all([
      changeRole(database.deps, org.admin, { userId: other.member.userId, role: 'reader' }),
      removeMember(database.deps, org.admin, other.member.userId),
    ]);
    expect(answers).toEqual([
      { ok: false, code: 'NOT_FOUND' },
      { ok: false, code: 'NOT_FOUND' },
    ]);
    expect(await roleOf(other.member)).toBe('member');
  });
});

describe('removing and leaving', () => {
  test('a removed member loses access immediately, and it is in the audit log', async () => {
    expect(await removeMember(database.deps, org.admin, org.member.userId)).toEqual({ ok: true });
    expect(await fetchMemberships(database.deps, org.member.subject)).toEqual([]);
    expect((await listMembers(database.deps, org.member, { limit: 9, after: null })).members).toEqual([]);
    expect(await auditOf(org.id)).toMatchObject([
      { event: 'member.removed', actor: org.admin.userId, parameters: { userId: org.member.userId, role: 'member' } },
    ]);
  });

  test.each<[string, (org: Org) => [Person, Person], string]>([
    ['by a member', (o) => [o.member, o.reader], 'FORBIDDEN'],
    ['by a warden, of an admin', (o) => [o.warden, o.admin], 'ROLE_BEYOND_OWN'],
    ['of an unknown user', (o) => [o.admin, { ...o.member, userId: randomUUID() }], 'NOT_FOUND'],
  ])('refused: %s', async (_name, attempt, code) => {
    const [by, of] = attempt(org);
    expect(await removeMember(database.deps, by, of.userId)).toEqual({ ok: false, code });
    expect(await auditOf(org.id)).toEqual([]);
  });

  test('any member can leave without a permission', async () => {
    expect(await leaveOrg(database.deps, org.member)).toEqual({ ok: true });
    expect(await roleOf(org.member)).toBeNull();
    expect(await leaveOrg(database.deps, org.member)).toEqual({ ok: false, code: 'NOT_FOUND' });
    expect(await auditOf(org.id)).toMatchObject([{ event: 'member.left', actor: org.member.userId }]);
  });

  test('a member who rejoins keeps their user row', async () => {
    await leaveOrg(database.deps, org.member);
    const { token } = await invite(org.admin, 'max@new.test', 'reader');
    await accept(token, { subject: org.member.subject, email: 'max@new.test', name: 'Max' });
    expect(await getMember(database.deps, org.admin, org.member.userId)).toMatchObject({ role: 'reader' });
  });
});

describe('the last admin', () => {
  beforeEach(() => removeMember(database.deps, org.admin, org.warden.userId));

  test.each<[string, (by: Person) => Promise<unknown>]>([
    ['removed', (by) => removeMember(database.deps, by, by.userId)],
    ['demoted', (by) => changeRole(database.deps, by, { userId: by.userId, role: 'member' })],
    ['removed by leaving', (by) => leaveOrg(database.deps, by)],
  ])('can’t be %s, but the second-to-last can', async (_how, attempt) => {
    expect(await attempt(org.second)).toEqual({ ok: true });
    const before = await auditOf(org.id);
    expect(await attempt(org.admin)).toEqual({ ok: false, code: 'LAST_ADMIN' });
    expect(await roleOf(org.admin)).toBe('admin');
    expect(await auditOf(org.id)).toEqual(before);
  });

  test.each<[string, (by: Person, other: Person) => Promise<unknown>]>([
    ['remove', (by, other) => removeMember(database.deps, by, other.userId)],
    ['demote', (by, other) => changeRole(database.deps, by, { userId: other.userId, role: 'member' })],
  ])('remains when two admins %s each other at once', async (_what, attempt) => {
    for (let round = 0; round < 10; round += 1) {
      const { admin, second, warden } = await createOrg();
      await removeMember(database.deps, admin, warden.userId);
      const answers = await Promise.all([attempt(admin, second), attempt(second, admin)]);
      expect(answers).toContainEqual({ ok: true });
      expect(answers).toContainEqual({ ok: false, code: 'FORBIDDEN' });
      expect([await roleOf(admin), await roleOf(second)].filter((role) => role === 'admin')).toHaveLength(1);
    }
  });

  test('remains when two admins leave at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { admin, second, warden } = await createOrg();
      await removeMember(database.deps, admin, warden.userId);
      const answers = await Promise.all([leaveOrg(database.deps, admin), leaveOrg(database.deps, second)]);
      expect(answers).toContainEqual({ ok: true });
      expect(answers).toContainEqual({ ok: false, code: 'LAST_ADMIN' });
    }
  });

  test('can be deleted by the database owner, who has no claim', async () => {
    await database.owner.query('delete from memberships where org_id = $1', [org.id]);
    expect(await roleOf(org.admin)).toBeNull();
  });
});
