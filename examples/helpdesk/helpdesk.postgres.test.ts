// Harbor Desk by itself: people, tickets, invoices and tokens, without the assistant.
import { randomUUID } from 'node:crypto';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { getFreePort } from '../../local/stack/ports.ts';
import { DEMO_PASSWORD } from './database.ts';
import { type Helpdesk, runHelpdesk } from './run.ts';

const NAME = `helpdesk_${randomUUID().replaceAll('-', '')}`;
let admin: pg.Client;
let desk: Helpdesk;

beforeAll(async () => {
  admin = new pg.Client({ connectionString: inject('postgres').adminUrl });
  await admin.connect();
  await admin.query(`create database ${NAME}`);
  desk = await runHelpdesk({
    databaseUrl: inject('postgres').adminUrl.replace(/\/postgres$/, `/${NAME}`),
    port: await getFreePort(),
    assistant: 'http://assistant.test',
  });
});

afterAll(async () => {
  await desk?.stop();
  await admin?.query(`drop database if exists ${NAME} with (force)`);
  await admin?.end();
});

const ask = (path: string, options: RequestInit = {}) =>
  fetch(new URL(path, desk.origin), {
    redirect: 'manual',
    ...options,
    headers: { ...(options.method === 'POST' && { Origin: desk.origin }), ...options.headers },
  });

const post = (path: string, cookie: string, form: Record<string, string> = {}) =>
  ask(path, { method: 'POST', headers: { cookie }, body: new URLSearchParams(form) });

async function signIn(email: string): Promise<string> {
  const response = await post('/sign-in', '', { email, password: DEMO_PASSWORD });
  expect(response.status).toBe(303);
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

const textOf = async (path: string, cookie: string) => (await ask(path, { headers: { cookie } })).text();

async function tokenOf(cookie: string): Promise<string> {
  const response = await post('/assistant/token', cookie);
  expect(response.status).toBe(200);
  return ((await response.json()) as { token: string }).token;
}

const keysOf = () => createRemoteJWKSet(new URL('/.well-known/jwks.json', desk.origin));
const verify = async (token: string) =>
  (await jwtVerify(token, keysOf(), { issuer: desk.origin, audience: 'groundwire', typ: 'at+jwt' })).payload;

describe('people', () => {
  test('sign in with their password and sign out', async () => {
    const cookie = await signIn('ines@lakeside.test');
    expect(await textOf('/tickets', cookie)).toContain('Key cards do not open rooms on floor 3');
    await post('/sign-out', cookie);
    expect((await ask('/tickets', { headers: { cookie } })).headers.get('location')).toBe('/sign-in');
  });

  test.each([
    ['ines@lakeside.test', 'wrong'],
    ['unknown@lakeside.test', DEMO_PASSWORD],
  ])('are refused in the same words with a wrong address or password: %s', async (email, password) => {
    const response = await post('/sign-in', '', { email, password });
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('The email or the password is wrong.');
  });

  test('are out at once when a manager removes them', async () => {
    const [manager, mia] = [await signIn('ines@lakeside.test'), await signIn('mia@lakeside.test')];
    const { rows } = await desk.database.query("select id from people where email = 'mia@lakeside.test'");
    expect((await post(`/people/${rows[0].id}/remove`, mia)).status).toBe(403);
    expect((await post(`/people/${rows[0].id}/remove`, await signIn('owen@pinewood.test'))).status).toBe(404);
    expect((await post(`/people/${rows[0].id}/remove`, manager)).status).toBe(303);
    expect((await post('/assistant/token', mia)).status).toBe(401);
    expect((await ask('/tickets', { headers: { cookie: mia } })).headers.get('location')).toBe('/sign-in');
  });
});

describe('tickets and invoices', () => {
  test('are shown to the people of their customer only', async () => {
    const [lakeside, pinewood] = [await signIn('theo@lakeside.test'), await signIn('ruth@pinewood.test')];
    expect(await textOf('/tickets/1046', lakeside)).toContain('Minibar charges');
    expect((await ask('/tickets/1046', { headers: { cookie: pinewood } })).status).toBe(404);
    expect(await textOf('/api/tickets', pinewood)).not.toContain('Key cards');
    expect((await post('/tickets/1046/status', pinewood, { status: 'open' })).status).toBe(404);
  });

  test('change their status', async () => {
    const cookie = await signIn('theo@lakeside.test');
    expect((await post('/tickets/1044/status', cookie, { status: 'solved' })).status).toBe(303);
    expect(await textOf('/tickets?status=solved', cookie)).toContain('Add the spa');
    expect((await post('/tickets/1044/status', cookie, { status: 'gone' })).status).toBe(400);
  });

  test('invoices are for managers', async () => {
    expect(await textOf('/invoices', await signIn('ines@lakeside.test'))).toContain('HD-2026-0162');
    const response = await ask('/invoices', { headers: { cookie: await signIn('theo@lakeside.test') } });
    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain('HD-2026');
  });

  test('escapes what people wrote, in the page and in the JSON for the assistant', async () => {
    await desk.database.query(
      `insert into tickets (customer_id, number, subject, body, requester)
      select id, 1, '</script><b>x', '<i>y', 'z' from customers where slug = 'pinewood-clinics'`,
    );
    const text = await textOf('/tickets/1', await signIn('ruth@pinewood.test'));
    expect(text).not.toContain('<b>x');
    expect(text).not.toContain('<i>y');
  });
});

test('refuses what another site posts', async () => {
  const cookie = await signIn('theo@lakeside.test');
  for (const headers of [
    { cookie, Origin: 'http://evil.test' },
    { cookie, Origin: 'null' },
  ])
    expect((await ask('/assistant/token', { method: 'POST', headers })).status).toBe(403);
});

test('refuses a form that is too large', async () => {
  expect((await post('/sign-in', '', { email: 'x'.repeat(70_000) })).status).toBe(413);
});

describe('tokens for the assistant', () => {
  test('name the person, the customer and the role', async () => {
    const claims = await verify(await tokenOf(await signIn('ines@lakeside.test')));
    expect(claims).toMatchObject({
      email: 'ines@lakeside.test',
      email_verified: true,
      name: 'Ines Moreau',
      org: 'lakeside-hotels',
      role: 'manager',
    });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300);
    expect(await verify(await tokenOf(await signIn('ruth@pinewood.test')))).toMatchObject({
      org: 'pinewood-clinics',
      role: 'agent',
    });
  });

  test('are for people who are signed in', async () => {
    expect((await post('/assistant/token', '')).status).toBe(401);
    expect((await post('/assistant/token', 'harbor_session=made-up')).status).toBe(401);
  });

  test('a rotated key is published before it signs, and the old one stays for the tokens that it signed', async () => {
    const cookie = await signIn('theo@lakeside.test');
    const old = await tokenOf(cookie);
    await desk.issuer.rotate();
    const { keys } = await desk.issuer.publicKeys();
    expect(keys).toHaveLength(2);
    expect(keys.every((key) => !('d' in key))).toBe(true);
    expect(decodeProtectedHeader(await tokenOf(cookie)).kid).toBe(decodeProtectedHeader(old).kid);
    await desk.issuer.rotate(0);
    const fresh = await tokenOf(cookie);
    expect(decodeProtectedHeader(fresh).kid).not.toBe(decodeProtectedHeader(old).kid);
    await verify(old);
    await verify(fresh);
  });
});
