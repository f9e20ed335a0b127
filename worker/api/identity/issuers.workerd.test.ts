// People who arrive with a token of another product's issuer, over HTTP: the operator adds the issuer, its tokens let them in, and
// every way of losing that works.
import { env } from 'cloudflare:workers';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { settingsOf } from '../../../durable/env.ts';
import { askFromAnywhere } from '../../routing/route-calls.fixture.ts';
import { type Ask, ask, chatBody, readEvents, readProblem, stopClock } from '../../visitor.fixture.ts';
import type { Me } from './identity-schema.ts';

const clock = stopClock();
const KEYS_URL = 'https://host.test/keys';
const realFetch = globalThis.fetch;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;

beforeAll(async () => {
  keys = await generateKeyPair('ES256');
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'host', alg: 'ES256' }] };
  globalThis.fetch = async (input, init) =>
    String(input instanceof Request ? input.url : input) === KEYS_URL ? Response.json(jwks) : realFetch(input, init);
});
afterAll(() => {
  globalThis.fetch = realFetch;
});

const operator = (path: string, options: Ask = {}) =>
  ask(path, { ...options, headers: { Authorization: `Bearer ${settingsOf(env).OPERATOR_TOKEN}` } });

const ISSUERS = '/api/v1/operator/issuers';
const ADMIN = ['members:read', 'members:manage', 'settings:update', 'audit:read', 'usage:read'];
const settings = {
  ...{ jwksUrl: KEYS_URL, audiences: ['groundwire'], highestRole: 'admin' },
  claims: { organization: 'org', role: 'role', email: 'email', name: 'name' },
  newOrgs: {
    plan: 'enterprise',
    roles: [
      { name: 'admin', permissions: ADMIN },
      { name: 'member', permissions: ['usage:read'] },
    ],
    settings: { experimentalFeatures: { aiAssistant: true } },
  },
};

let issuer: { id: string; issuer: string };
let org: string;
let count = 0;

/** A new issuer and a new name of an organization for each test. */
beforeEach(async () => {
  count += 1;
  // Later than the test before, whose waits the isolate's list of issuers has seen.
  clock.wait(count * 300_000);
  org = `host-${count}-${crypto.randomUUID().slice(0, 8)}`;
  const added = await operator(ISSUERS, { body: { ...settings, issuer: `https://${org}.test` } });
  expect(added.status).toBe(201);
  issuer = await added.json();
});

const change = async (more: object): Promise<void> => {
  const changed = await operator(`${ISSUERS}/${issuer.id}`, { method: 'PUT', body: { ...settings, ...more } });
  expect(changed.status).toBe(200);
};

async function tokenOf(claims: JWTPayload = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const said = { sub: 'kim', org, role: 'member', email: 'kim@host.test', name: 'Kim Host', ...claims };
  return new SignJWT({ iss: issuer.issuer, aud: 'groundwire', iat: now, exp: now + 600, ...said })
    .setProtectedHeader({ alg: 'ES256', kid: 'host', typ: 'at+jwt' })
    .sign(keys.privateKey);
}

const withToken =
  (token: string) =>
  (path: string, { headers, ...options }: Ask = {}) =>
    askFromAnywhere(path, { ...options, headers: { Authorization: `Bearer ${token}`, ...headers } });
const person = async (claims: JWTPayload = {}) => withToken(await tokenOf(claims));

const codeOf = async (response: Response): Promise<string | number> =>
  response.ok ? response.status : (await readProblem(response)).code;

describe('the operator’s API', () => {
  test('refuses everyone without the operator’s token', async () => {
    for (const authorization of [
      undefined,
      'Bearer x',
      `Bearer ${'x'.repeat(38)}`,
      `Basic ${settingsOf(env).OPERATOR_TOKEN}`,
    ]) {
      const headers: Record<string, string> = authorization === undefined ? {} : { Authorization: authorization };
      expect(await codeOf(await ask(ISSUERS, { headers }))).toBe('UNAUTHENTICATED');
    }
    expect(await codeOf(await (await person())(ISSUERS))).toBe('UNAUTHENTICATED');
  });

  test('adds, lists, changes and removes issuers', async () => {
    const { issuers } = await (await operator(ISSUERS)).json<{ issuers: { id: string }[] }>();
    expect(issuers.find(({ id }) => id === issuer.id)).toMatchObject({ ...settings, issuer: issuer.issuer, orgs: [] });
    await change({ clockToleranceSeconds: 60 });
    expect(await codeOf(await operator(ISSUERS, { body: { ...settings, issuer: issuer.issuer } }))).toBe(
      'ISSUER_EXISTS',
    );
    expect((await operator(`${ISSUERS}/${issuer.id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await codeOf(await operator(`${ISSUERS}/${issuer.id}`, { method: 'DELETE' }))).toBe('NOT_FOUND');
  });

  test.each([
    ['an address of keys without https', { jwksUrl: 'http://host.test/keys' }],
    ['an organization that does not exist', { orgs: [{ claimed: 'x', org: 'no-such-org' }] }],
    ['a tolerance of more than a minute', { clockToleranceSeconds: 61 }],
    ['no audience', { audiences: [] }],
    ['an unknown claim', { claims: { password: 'x' } }],
    ['an unknown key', { trustEveryone: true }],
    ['an issuer with a |', { issuer: 'https://a.test|b' }],
  ])('refuses %s', async (_what, wrong) => {
    const body = { ...settings, issuer: 'https://wrong.test', ...wrong };
    expect(await codeOf(await operator(ISSUERS, { body }))).toBe('BAD_REQUEST');
  });
});

describe('a person with a token of the issuer', () => {
  test('is a member of the organization that it names, from the first request on', async () => {
    const kim = await person();
    expect(await (await kim('/api/v1/me')).json<Me>()).toMatchObject({
      user: { name: 'Kim Host', email: 'kim@host.test' },
      org: { slug: org, role: 'member', plan: 'enterprise', features: { aiAssistant: true } },
      orgs: [{ slug: org }],
    });
    const sessionId = crypto.randomUUID();
    const answered = await kim('/api/v1/ai/chat', { body: chatBody(sessionId, 'run-1', 'Hello') });
    expect(answered.status).toBe(200);
    expect((await readEvents(answered)).at(-1)?.event.type).toBe('RUN_FINISHED');
    const other = await person({ sub: 'lee', org: `${org}-other` });
    expect(await codeOf(await other(`/api/v1/ai/sessions/${sessionId}/messages`))).toBe('NOT_FOUND');
  });

  test('has the role that the newest token names, up to the issuer’s highest', async () => {
    await (await person())('/api/v1/me');
    clock.wait(1_000);
    const asAdmin = await person({ role: 'admin' });
    expect((await (await asAdmin('/api/v1/me')).json<Me>()).org.role).toBe('admin');
    await change({ highestRole: 'member' });
    clock.wait(31_000);
    expect((await (await asAdmin('/api/v1/me')).json<Me>()).org.role).toBe('member');
    expect(await codeOf(await asAdmin('/api/v1/members'))).toBe('FORBIDDEN');
  });

  test('acts only in the organization that the token names', async () => {
    const kim = await person();
    await kim('/api/v1/me');
    expect(await codeOf(await kim('/api/v1/ai/quota', { headers: { 'X-Org': org } }))).toBe(200);
    for (const named of ['cascade', 'no-such-org', `${org}-other`])
      expect(await codeOf(await kim('/api/v1/ai/quota', { headers: { 'X-Org': named } }))).toBe('ORG_MISMATCH');
    const mixed = { Cookie: 'groundwire_org=cascade' };
    expect(await codeOf(await kim('/api/v1/ai/quota', { headers: mixed }))).toBe(200);
  });

  test('names the organization of each request when the token names several', async () => {
    const kim = await person({ org: [org, `${org}-b`] });
    expect((await (await kim('/api/v1/me')).json<Me>()).orgs.map(({ slug }) => slug)).toEqual([org, `${org}-b`]);
    expect(await codeOf(await kim('/api/v1/ai/quota'))).toBe('ORG_REQUIRED');
    expect(await codeOf(await kim('/api/v1/ai/quota', { headers: { 'X-Org': `${org}-b` } }))).toBe(200);
  });

  test('loses access when a newer token no longer names the organization, and the old token does not bring it back', async () => {
    const earlier = await person();
    expect(await codeOf(await earlier('/api/v1/ai/quota'))).toBe(200);
    clock.wait(1_000);
    expect(await codeOf(await (await person({ org: undefined }))('/api/v1/ai/quota'))).toBe('NO_MEMBERSHIP');
    expect(await codeOf(await earlier('/api/v1/ai/quota'))).toBe('NO_MEMBERSHIP');
    clock.wait(1_000);
    expect(await codeOf(await (await person())('/api/v1/ai/quota'))).toBe(200);
  });

  test('acts in another organization as soon as the token names it', async () => {
    const earlier = await person();
    await earlier('/api/v1/me');
    clock.wait(1_000);
    const after = await person({ org: `${org}-moved` });
    expect((await (await after('/api/v1/me')).json<Me>()).org.slug).toBe(`${org}-moved`);
    expect(await codeOf(await earlier('/api/v1/ai/quota'))).toBe('NO_MEMBERSHIP');
  });

  test('stays out after an admin removed them, until an admin restores them', async () => {
    const admin = await person({ sub: 'boss', role: 'admin' });
    await admin('/api/v1/me');
    const kim = await person();
    const { user } = await (await kim('/api/v1/me')).json<Me>();
    expect((await admin(`/api/v1/members/${user.id}`, { method: 'DELETE' })).status).toBe(204);
    clock.wait(31_000);
    expect(await codeOf(await kim('/api/v1/ai/quota'))).toBe('NO_MEMBERSHIP');
    expect(await codeOf(await (await person())('/api/v1/ai/quota'))).toBe('NO_MEMBERSHIP');
    const removed = await (await admin('/api/v1/members/removed')).json<{ members: unknown[] }>();
    expect(removed.members).toMatchObject([{ userId: user.id, name: 'Kim Host', role: 'member' }]);
    expect((await admin(`/api/v1/members/${user.id}/restore`, { method: 'POST' })).status).toBe(204);
    expect(await codeOf(await admin(`/api/v1/members/${user.id}/restore`, { method: 'POST' }))).toBe('NOT_FOUND');
    clock.wait(31_000);
    expect(await codeOf(await (await person())('/api/v1/ai/quota'))).toBe(200);
  });

  test.each([
    ['disabled', () => change({ isEnabled: false }), 'UNAUTHENTICATED'],
    ['removed', () => operator(`${ISSUERS}/${issuer.id}`, { method: 'DELETE' }), 'UNAUTHENTICATED'],
    [
      'no longer allowed to speak for the organization',
      () => change({ removedOrgs: [org], newOrgs: null }),
      'NO_MEMBERSHIP',
    ],
  ])('loses access within a minute when the issuer is %s', async (_what, end, code) => {
    const kim = await person();
    expect(await codeOf(await kim('/api/v1/ai/quota'))).toBe(200);
    await end();
    clock.wait(59_000);
    expect(await codeOf(await kim('/api/v1/ai/quota'))).toBe(code);
  });

  test('gets the same answer on every route without a membership', async () => {
    await change({ newOrgs: null });
    const stranger = await person();
    for (const path of ['/api/v1/me', '/api/v1/ai/quota', '/api/v1/ai/sessions', '/v1/models', '/api/v1/members'])
      expect(`${path} ${await codeOf(await stranger(path))}`).toBe(`${path} NO_MEMBERSHIP`);
  });
});
