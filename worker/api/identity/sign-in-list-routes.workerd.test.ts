import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { accountOf } from '../../../durable/contracts/account.ts';
import { settingsOf } from '../../../durable/env.ts';
import { DEMO_ORGS, requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import { createApp } from '../../app.ts';
import { PAGE_IDENTITY_HEADER } from '../../auth/page-identity.ts';
import { signSessionToken } from '../../auth/session-token.ts';
import { CALLS, HARMLESS, pathOf } from '../../routing/route-calls.fixture.ts';
import { type Ask, ask, ORIGIN, readProblem, signedIn, type Visitor } from '../../visitor.fixture.ts';
import type { Me, SignInList } from './identity-schema.ts';

const ADMIN = 'ada@cascade.test';
const PATH = '/api/v1/me/sign-ins';

const account = (email = ADMIN) => accountOf(env, requireDemoPerson(email).subject);

const listOf = async (visitor: Visitor): Promise<SignInList['signIns']> =>
  (await (await visitor(PATH)).json<SignInList>()).signIns;

/** Moves all sign-ins of a user into the past. */
const age = (column: 'used_at' | 'proved_at', seconds: number, email = ADMIN): Promise<void> =>
  runInDurableObject(account(email), (_account, { storage }) => {
    storage.sql.exec(`update sign_ins set ${column} = ?`, Math.floor(Date.now() / 1000) - seconds);
  });

const MINUTE = 60;

describe('sign-in sessions (R52)', () => {
  test('are listed for their user, with the one in use marked', async () => {
    const { signInId } = await account().openSignIn({ device: 'Firefox on Linux', place: 'Berlin, DE' });
    const visitor = await signedIn(ADMIN);
    const list = await listOf(visitor);
    expect(list.filter(({ isCurrent }) => isCurrent)).toHaveLength(1);
    expect(list.find(({ id }) => id === signInId)).toMatchObject({ device: 'Firefox on Linux', place: 'Berlin, DE' });
    expect(await listOf(await signedIn('max@northlight.test'))).not.toContainEqual(
      expect.objectContaining({ id: signInId }),
    );
  });

  test('end one by one, and only for their user', async () => {
    const [visitor, other] = await Promise.all([signedIn(ADMIN), signedIn(ADMIN)]);
    const id = (await listOf(other)).find(({ isCurrent }) => isCurrent)?.id ?? '';
    const stranger = await signedIn('max@northlight.test');
    expect((await stranger(`${PATH}/${id}`, { method: 'DELETE' })).status).toBe(404);
    expect((await other(PATH)).status).toBe(200);
    expect((await visitor(`${PATH}/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await other(PATH)).status).toBe(401);
    expect((await visitor(PATH)).status).toBe(200);
  });

  test('end together: all others, then all', async () => {
    const [visitor, other] = await Promise.all([signedIn(ADMIN), signedIn(ADMIN)]);
    const end = (which: string) => visitor(`${PATH}/end`, { body: { which } });
    expect((await (await end('others')).json<{ ended: number }>()).ended).toBeGreaterThan(0);
    expect((await other(PATH)).status).toBe(401);
    expect(await listOf(visitor)).toHaveLength(1);
    expect(await (await end('all')).json()).toEqual({ ended: 1 });
    expect((await visitor(PATH)).status).toBe(401);
  });

  test('end when they were idle for too long, and stay while they are used', async () => {
    const visitor = await signedIn(ADMIN);
    await age('used_at', 119 * MINUTE);
    expect((await visitor(PATH)).status).toBe(200);
    expect((Date.now() - Date.parse((await listOf(visitor))[0]?.lastUsedAt ?? '')) / 1000).toBeLessThan(10);
    await age('used_at', 121 * MINUTE);
    const join = await visitor('/auth/invitations/accept', { body: { token: 'a'.repeat(43) } });
    expect(await readProblem(join)).toMatchObject({ status: 401 });
    expect((await visitor(PATH)).status).toBe(401);
    await age('used_at', 0);
    expect((await visitor(PATH)).status, 'it does not come back').toBe(401);
  });

  test('end at the end of their lifetime', async () => {
    const opened = await account().openSignIn();
    expect(opened.expiresAt - (opened.openedAt ?? 0)).toBe(12 * 60 * MINUTE);
  });
});

describe('sign-in sessions of a user without an org (R52)', () => {
  const SUBJECT = 'user-without-an-org';
  const stranger = accountOf(env, SUBJECT);

  async function open(): Promise<{ cookie: string; signInId: string }> {
    const signIn = await stranger.openSignIn();
    const token = await signSessionToken(settingsOf(env).SESSION_KEY, SUBJECT, signIn);
    return { cookie: `groundwire=${token}`, signInId: signIn.signInId };
  }
  const send = (cookie: string, path: string, options: Ask = {}, page: string | null = null) =>
    ask(path, {
      ...options,
      headers: { Cookie: cookie, Origin: ORIGIN, ...(page !== null && { [PAGE_IDENTITY_HEADER]: page }) },
    });

  test('are listed and end, one by one and together, while the product is closed to them', async () => {
    await stranger.closeSignIns({ keptId: null });
    const [mine, lost, other] = [await open(), await open(), await open()];
    expect(await readProblem(await send(mine.cookie, '/api/v1/me'))).toMatchObject({ code: 'NO_MEMBERSHIP' });
    const { signIns } = await (await send(mine.cookie, PATH)).json<SignInList>();
    expect(signIns.map(({ id }) => id).toSorted()).toEqual(
      [mine, lost, other].map(({ signInId }) => signInId).toSorted(),
    );
    expect(signIns.find(({ isCurrent }) => isCurrent)?.id).toBe(mine.signInId);
    const page = `sign-in/${mine.signInId}`;
    const ended = await send(mine.cookie, `${PATH}/${lost.signInId}`, { method: 'DELETE' }, page);
    expect(ended.status).toBe(204);
    expect((await send(lost.cookie, PATH)).status).toBe(401);
    const others = await send(mine.cookie, `${PATH}/end`, { body: { which: 'others' } }, page);
    expect(await others.json()).toEqual({ ended: 1 });
    expect((await send(other.cookie, PATH)).status).toBe(401);
    expect((await send(mine.cookie, PATH)).status).toBe(200);
  });

  test('don’t end for a page that was loaded with another sign-in, or for a member', async () => {
    const [mine, other] = [await open(), await open()];
    const identities = [null, `sign-in/${other.signInId}`, `${requireDemoPerson(ADMIN).id}/${DEMO_ORGS[0].id}`];
    for (const page of identities) {
      const refused = await send(mine.cookie, `${PATH}/end`, { body: { which: 'all' } }, page);
      expect(await readProblem(refused), String(page)).toMatchObject({ code: 'IDENTITY_CHANGED' });
    }
    expect((await send(other.cookie, PATH)).status).toBe(200);
  });

  test('of others can’t be ended', async () => {
    const [mine, theirs] = [await open(), await account().openSignIn()];
    const path = `${PATH}/${theirs.signInId}`;
    const refused = await send(mine.cookie, path, { method: 'DELETE' }, `sign-in/${mine.signInId}`);
    expect(refused.status).toBe(404);
    expect((await account().listSignIns()).map(({ signInId }) => signInId)).toContain(theirs.signInId);
  });
});

test('the profile says whether changes need a new sign-in (R53)', async () => {
  const visitor = await signedIn(ADMIN);
  const isRecent = async () => (await (await visitor('/api/v1/me')).json<Me>()).isSignInRecent;
  await age('proved_at', 14 * MINUTE);
  expect(await isRecent()).toBe(true);
  await age('proved_at', 16 * MINUTE);
  expect(await isRecent()).toBe(false);
});

describe('routes that need a recent sign-in (R53)', () => {
  const needing = CALLS.filter(({ route }) => route.needsRecentSignIn);
  const send = (visitor: Visitor, call: (typeof CALLS)[number]): Promise<Response> =>
    visitor(pathOf(call), {
      method: call.route.method.toUpperCase(),
      ...(call.route.body && { body: HARMLESS }),
    });

  test('are those that change roles or provider keys, or export the log', () => {
    expect(needing.map(({ name }) => name).toSorted()).toEqual([
      'DELETE /api/v1/ai/settings',
      'DELETE /api/v1/members/{userId}',
      'GET /api/v1/audit/export',
      'PATCH /api/v1/members/{userId}',
      'POST /api/v1/ai/settings',
      'POST /api/v1/invitations',
      'POST /api/v1/members/{userId}/restore',
      'PUT /api/v1/ai/settings',
    ]);
  });

  test.each(needing)('$name is refused with an older one, before anything is read', async (call) => {
    const visitor = await signedIn(ADMIN);
    await age('proved_at', 14 * MINUTE);
    const recent = await send(visitor, call);
    if (recent.status >= 400) expect((await readProblem(recent)).code).not.toBe('SIGN_IN_AGAIN');
    else await recent.body?.cancel();
    await age('proved_at', 16 * MINUTE);
    expect(await readProblem(await send(visitor, call))).toMatchObject({ status: 403, code: 'SIGN_IN_AGAIN' });
  });

  test('refuse for the missing permission first', async () => {
    const visitor = await signedIn('vic@cascade.test');
    await age('proved_at', 16 * MINUTE, 'vic@cascade.test');
    const call = needing.find(({ name }) => name === 'POST /api/v1/invitations');
    if (!call) throw new Error('no such route');
    expect(await readProblem(await send(visitor, call))).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('go by when the provider had the user prove who they are', async () => {
    const past = Math.floor(Date.now() / 1000) - 16 * MINUTE;
    const { subject } = requireDemoPerson(ADMIN);
    const signIn = await account().openSignIn({ provedAt: past });
    const principal = { subject, signInId: signIn.signInId, expiresAt: signIn.expiresAt };
    expect(await account().admit({ principal, rights: 'confirmed' })).toMatchObject({ ok: true, provedAt: past });
  });
});

describe('security.txt', () => {
  const read = (settings: object) =>
    createApp().request('https://groundwire.test/.well-known/security.txt', {}, { ...env, ...settings });

  test('names the contact of the deployment and a date within a year', async () => {
    const response = await read({ SECURITY_CONTACT: 'mailto:security@groundwire.test' });
    const text = await response.text();
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain/);
    expect(text).toMatch(/^Contact: mailto:security@groundwire\.test$/m);
    const expires = Date.parse(/^Expires: (.+)$/m.exec(text)?.[1] ?? '');
    expect(expires).toBeGreaterThan(Date.now() + 30 * 24 * 60 * MINUTE * 1000);
    expect(expires).toBeLessThan(Date.now() + 365 * 24 * 60 * MINUTE * 1000);
  });

  test('does not exist without a contact', async () => {
    expect((await ask('/.well-known/security.txt')).status).toBe(404);
  });
});
