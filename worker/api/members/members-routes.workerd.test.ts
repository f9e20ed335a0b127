// Members, roles and invitations over HTTP: an admin invites a user, who joins through the identity provider, gets another
// role and is removed. In an org that no other test changes.
import { beforeEach, describe, expect, inject, test } from 'vitest';
import { ageSnapshot } from '../../../durable/conversation/tests/conversation-client.fixture.ts';
import { requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import { type Browser, createBrowser } from '../../auth/browser.fixture.ts';
import { PAGE_IDENTITY_HEADER } from '../../auth/page-identity.ts';
import { type Ask, ask, readProblem, signedIn, tokenOf, type Visitor } from '../../visitor.fixture.ts';
import type { Me } from '../identity/identity-schema.ts';
import type { Invitation, Invited, Member, OpenInvitation, Role } from './members-schema.ts';

const OLD_MS = 31_000;
/** Her subject after signing in with the issuer. */
const NOA = `${inject('issuerSettings').OIDC_ISSUER}|noa`;

let admin: Visitor;
beforeEach(async () => {
  admin = await signedIn('finn@freefold.test');
  for (const { userId, isYou } of await listMembers()) {
    if (!isYou) await admin(`/api/v1/members/${userId}`, { method: 'DELETE' });
  }
  const { invitations } = await (await admin('/api/v1/invitations')).json<{ invitations: Invitation[] }>();
  for (const { id } of invitations) await admin(`/api/v1/invitations/${id}`, { method: 'DELETE' });
});

async function listMembers(visitor = admin): Promise<Member[]> {
  const response = await visitor('/api/v1/members');
  expect(response.status).toBe(200);
  return (await response.json<{ members: Member[] }>()).members;
}

async function invite(email: string, role = 'member'): Promise<Invited & { token: string }> {
  const response = await admin('/api/v1/invitations', { body: { email, role } });
  expect(response.status).toBe(201);
  const invited = await response.json<Invited>();
  return { ...invited, token: invited.link.split('#')[1] ?? '' };
}

async function join(account: string, token: string): Promise<{ browser: Browser; response: Response }> {
  const browser = createBrowser();
  await browser.signIn(account, '/invite');
  return { browser, response: await browser.post('/auth/invitations/accept', { token }) };
}

const visitorOf =
  (browser: Browser): Visitor =>
  (path, { method, body, headers }: Ask = {}) =>
    browser.open(path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        Accept: 'application/json',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

describe('inviting and joining', () => {
  test('lets a new user sign in, join and act in the org at once', async () => {
    const { invitation, link, token, sent } = await invite('Noa@Elsewhere.test');
    expect(invitation).toMatchObject({ email: 'noa@elsewhere.test', role: 'member', invitedBy: 'Finn Castellanos' });
    expect(link).toMatch(/^http:\/\/groundwire\.test\/invite#[A-Za-z0-9_-]{43}$/);
    expect(sent).toBe(false);
    const look = await ask('/auth/invitations/look', { body: { token } });
    expect(await look.json<OpenInvitation>()).toEqual({
      org: { slug: 'freefold', name: 'Free Fold' },
      role: 'member',
      email: 'noa@elsewhere.test',
      invitedBy: 'Finn Castellanos',
      expiresAt: invitation.expiresAt,
    });
    const { browser, response } = await join('noa', token);
    expect(await response.json()).toEqual({ org: { slug: 'freefold', name: 'Free Fold' } });
    expect(browser.cookie('groundwire_org')).toBe('freefold');
    const me = await visitorOf(browser)('/api/v1/me');
    expect(await me.json()).toMatchObject({
      user: { name: 'Noa Winter', email: 'noa@elsewhere.test' },
      org: { slug: 'freefold', role: 'member' },
    });
    expect(await listMembers()).toMatchObject([
      { name: 'Finn Castellanos', role: 'admin', isYou: true, mayChange: true },
      { name: 'Noa Winter', role: 'member', isYou: false, mayChange: true },
    ]);
  });

  test('the link works once', async () => {
    const { token } = await invite('noa@elsewhere.test');
    const { browser } = await join('noa', token);
    for (const answer of [
      await browser.post('/auth/invitations/accept', { token }),
      await ask('/auth/invitations/look', { body: { token } }),
    ]) {
      expect(await readProblem(answer)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
  });

  test.each([
    ['another person', 'sam', 'INVITATION_FOR_ANOTHER'],
    ['whose address is not verified', 'uma', 'EMAIL_UNVERIFIED'],
    ['who has no address', 'nemo', 'EMAIL_UNVERIFIED'],
  ])('admits only the user with the invited, verified email: %s', async (_who, account, code) => {
    const { token } = await invite(account === 'uma' ? 'uma@elsewhere.test' : 'noa@elsewhere.test');
    const { response } = await join(account, token);
    expect(await readProblem(response)).toMatchObject({ status: 403, code });
    expect(await listMembers()).toHaveLength(1);
  });

  test('a bearer token can’t accept, and neither can a closed session', async () => {
    const { token } = await invite('max@northlight.test');
    const session = await tokenOf('max@northlight.test');
    const headers = { Authorization: `Bearer ${session}` };
    await ask('/auth/sign-out', { method: 'POST', headers });
    const closed = await ask('/auth/invitations/accept', { body: { token }, headers });
    expect(await readProblem(closed)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });

  test('a member of another org can join, belong to both and leave again', async () => {
    const { token } = await invite('max@northlight.test', 'admin');
    const max = await signedIn('max@northlight.test');
    expect((await max('/auth/invitations/accept', { body: { token } })).status).toBe(200);
    const orgs = async () => {
      const me = await (await max('/api/v1/me')).json<{ orgs: { slug: string; role: string }[] }>();
      return me.orgs.map(({ slug, role }) => `${slug} ${role}`);
    };
    expect(await orgs()).toEqual(['freefold admin', 'northlight member']);
    expect((await max('/auth/leave', { body: { slug: 'freefold' } })).status).toBe(204);
    expect(await orgs()).toEqual(['northlight member']);
    expect((await max('/auth/leave', { body: { slug: 'freefold' } })).status).toBe(404);
  });

  test('lists open invitations without their secret and revokes them', async () => {
    const { token, invitation } = await invite('noa@elsewhere.test');
    const list = await (await admin('/api/v1/invitations')).text();
    expect(JSON.parse(list)).toEqual({ invitations: [invitation] });
    expect(list).not.toContain(token);
    const path = `/api/v1/invitations/${invitation.id}`;
    expect((await admin(path, { method: 'DELETE' })).status).toBe(204);
    expect((await admin(path, { method: 'DELETE' })).status).toBe(404);
    expect((await ask('/auth/invitations/look', { body: { token } })).status).toBe(404);
  });

  test.each([
    [{ email: 'not an address', role: 'member' }, 400, 'BAD_REQUEST'],
    [{ email: 'a@b.test', role: 'member', orgId: 'x' }, 400, 'BAD_REQUEST'],
    [{ email: 'a@b.test', role: 'owner' }, 400, 'ROLE_UNKNOWN'],
    [{ email: 'Finn@freefold.test', role: 'member' }, 409, 'ALREADY_MEMBER'],
  ])('refuses %j', async (body, status, code) => {
    expect(await readProblem(await admin('/api/v1/invitations', { body }))).toMatchObject({ status, code });
  });
});

describe('roles', () => {
  test('are listed with their permissions in words', async () => {
    const { roles } = await (await admin('/api/v1/roles')).json<{ roles: Role[] }>();
    expect(roles.map(({ name, members, mayGive }) => ({ name, members, mayGive }))).toEqual([
      { name: 'admin', members: 1, mayGive: true },
      { name: 'member', members: 0, mayGive: true },
    ]);
    const words = roles[0]?.permissions.find(({ id }) => id === 'members:manage')?.words;
    expect(words).toContain('Invite and remove');
  });

  test('a member with a new role can do what it permits', async () => {
    const { token } = await invite('noa@elsewhere.test');
    const { browser } = await join('noa', token);
    const noa = visitorOf(browser);
    expect((await noa('/api/v1/members')).status).toBe(403);
    const userId = (await listMembers()).find(({ isYou }) => !isYou)?.userId;
    const changed = await admin(`/api/v1/members/${userId}`, { method: 'PATCH', body: { role: 'admin' } });
    expect(await changed.json()).toMatchObject({ name: 'Noa Winter', role: 'admin' });
    await ageSnapshot(NOA, OLD_MS);
    expect(await listMembers(noa)).toHaveLength(2);
  });

  test('the last admin can’t be demoted or removed and can’t leave', async () => {
    const self = (await listMembers())[0]?.userId;
    for (const refused of [
      await admin(`/api/v1/members/${self}`, { method: 'PATCH', body: { role: 'member' } }),
      await admin(`/api/v1/members/${self}`, { method: 'DELETE' }),
      await admin('/auth/leave', { body: { slug: 'freefold' } }),
    ]) {
      expect(await readProblem(refused)).toMatchObject({ status: 409, code: 'LAST_ADMIN' });
    }
    expect(await listMembers()).toMatchObject([{ role: 'admin' }]);
  });
});

describe('a removed member (R13)', () => {
  test('sees no data from the next question on, and is refused once the snapshot expires', async () => {
    const { token } = await invite('noa@elsewhere.test', 'admin');
    const { browser } = await join('noa', token);
    const noa = visitorOf(browser);
    const { user, org } = await (await noa('/api/v1/me')).json<Me>();
    const before = await listMembers(noa);
    expect(before).toHaveLength(2);
    const userId = before.find(({ isYou }) => isYou)?.userId;
    expect((await admin(`/api/v1/members/${userId}`, { method: 'DELETE' })).status).toBe(204);
    // The Account's snapshot may still allow it, but Postgres does not.
    expect(await listMembers(noa)).toEqual([]);
    const invited = await noa('/api/v1/invitations', {
      body: { email: 'x@y.test', role: 'member' },
      headers: { [PAGE_IDENTITY_HEADER]: `${user.id}/${org.id}` },
    });
    expect((await readProblem(invited)).code).toBe('FORBIDDEN');
    await ageSnapshot(NOA, OLD_MS);
    expect((await noa('/api/v1/members')).status).toBe(403);
    expect(await readProblem(await noa('/api/v1/me'))).toMatchObject({ status: 403, code: 'NO_MEMBERSHIP' });
  });

  test('can only be a member of this org: other ids get 404', async () => {
    const { id } = requireDemoPerson('max@northlight.test');
    for (const userId of [id, crypto.randomUUID(), 'x']) {
      const answers = [
        await admin(`/api/v1/members/${userId}`, { method: 'DELETE' }),
        await admin(`/api/v1/members/${userId}`, { method: 'PATCH', body: { role: 'admin' } }),
      ];
      for (const answer of answers) expect(await readProblem(answer)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
  });
});

test('a list continues where its page ended, for names in any script', async () => {
  const first = await (await admin('/api/v1/members?limit=1')).json<{ cursor: string | null }>();
  expect(first.cursor).toBeNull();
  const ada = await signedIn('ada@cascade.test');
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Response = await ada(`/api/v1/members?limit=1${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    const list = await page.json<{ members: Member[]; cursor: string | null }>();
    seen.push(...list.members.map(({ name }) => name));
    cursor = list.cursor;
  }
  expect(seen).toEqual(['Ada Moreau', 'Bo Thompson', 'Eli Okafor', 'Vic Tanaka']);
  expect((await ada('/api/v1/members?cursor=abc')).status).toBe(400);
});
