// Requests from pages of other origins (R17): which are answered, and what a page can read of them.
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { TEST_ORGS } from '../../local/testing/test-orgs.ts';
import type { AuditPage } from '../api/audit/audit-schema.ts';
import { AllowedOriginsView } from '../api/settings/settings-schema.ts';
import { createApp } from '../app.ts';
import { ask, ORIGIN, readProblem, tokenOf, type Visitor, visitorFor } from '../visitor.fixture.ts';

const PATH = '/api/v1/settings/allowed-origins';
const SITE = 'https://desk.origins.test';
const OTHER_SITE = 'https://desk.other-origins.test';
const { origins: one, otherOrigins: two } = TEST_ORGS;

let admin: Visitor;
let member: Visitor;
let otherAdmin: Visitor;
beforeAll(async () => {
  [admin, member, otherAdmin] = await Promise.all([
    visitorFor(one.people.admin.subject),
    visitorFor(one.people.member.subject),
    visitorFor(two.people.admin.subject),
  ]);
  await allow(admin, [SITE]);
  await allow(otherAdmin, [OTHER_SITE]);
});

const viewOf = async (visitor: Visitor) => AllowedOriginsView.parse(await (await visitor(PATH)).json());
const put = (visitor: Visitor, body: unknown) => visitor(PATH, { method: 'PUT', body });
async function allow(visitor: Visitor, origins: readonly string[]): Promise<void> {
  const { version } = await viewOf(visitor);
  expect((await put(visitor, { origins, version })).status).toBe(200);
}
const from = (origin: string) => ({ headers: { Origin: origin, 'Sec-Fetch-Site': 'cross-site' } });
const allowedOf = (response: Response) => response.headers.get('Access-Control-Allow-Origin');
const preflight = (path: string, origin: string, headers = 'authorization,content-type,x-stainless-lang') =>
  ask(path, {
    method: 'OPTIONS',
    headers: { Origin: origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': headers },
  });

describe('the setting', () => {
  test('is visible to every member and changed by people with the permission', async () => {
    expect(await viewOf(member)).toMatchObject({ origins: [SITE], mayUpdate: false });
    const { version } = await viewOf(admin);
    const refused = await put(member, { origins: [], version });
    expect(await readProblem(refused)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    const conflict = await put(admin, { origins: [], version: version - 1 });
    expect(await readProblem(conflict)).toMatchObject({
      ...{ status: 409, code: 'SETTINGS_CONFLICT' },
      conflict: { version, values: [{ field: 'origins', stored: [SITE], sent: [] }] },
    });
  });

  test('is empty for an organization that never saved it', async () => {
    const stranger = await visitorFor(TEST_ORGS.features.people.admin.subject);
    expect(await viewOf(stranger)).toMatchObject({ origins: [], version: 0, updatedAt: null });
  });

  test('leaves an audit row with both lists', async () => {
    await allow(admin, [SITE, 'https://second.origins.test']);
    await allow(admin, [SITE]);
    const { rows } = await (await admin('/api/v1/audit?event=settings.changed')).json<AuditPage>();
    expect(JSON.stringify(rows)).toContain('settings.changed');
  });

  test.each([
    ['null'],
    ['*'],
    ['https://*.example.com'],
    ['https://a.example/'],
    ['https://a.example:443'],
    ['http://a.example'],
  ])('refuses %j in words', async (origin) => {
    const { version } = await viewOf(admin);
    const problem = await readProblem(await put(admin, { origins: [origin], version }));
    expect(problem).toMatchObject({ status: 400, code: 'BAD_REQUEST', issues: [{ path: 'origins.0' }] });
  });

  test('refuses plain http in production', async () => {
    const { version } = await viewOf(admin);
    await expect(put(admin, { origins: ['http://localhost:5173', SITE], version })).resolves.toMatchObject({
      status: 200,
    });
    const deployed = { ...env, ENVIRONMENT: 'production', PUBLIC_ORIGIN: 'https://groundwire.test' };
    const token = await tokenOf('ada@cascade.test');
    const response = await createApp().request(
      `https://groundwire.test${PATH}`,
      {
        method: 'PUT',
        body: JSON.stringify({ origins: ['http://localhost:5173'], version: 0 }),
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      },
      deployed,
    );
    expect(await readProblem(response)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    await allow(admin, [SITE]);
  });
});

describe('a preflight (R17)', () => {
  test('is answered if any organization allows the origin, without credentials', async () => {
    for (const origin of [SITE, OTHER_SITE]) {
      const response = await preflight('/api/v1/ai/chat', origin);
      expect(response.status).toBe(204);
      expect(allowedOf(response)).toBe(origin);
      expect(response.headers.get('Access-Control-Allow-Headers')).toBe(
        'authorization, content-type, x-stainless-lang',
      );
      expect(response.headers.get('Access-Control-Allow-Methods')).toContain('PATCH');
      expect(response.headers.has('Access-Control-Allow-Credentials')).toBe(false);
      expect(response.headers.get('Vary')).toContain('Origin');
    }
  });

  test.each(['https://evil.test', 'null', `${SITE}:8443`, SITE.replace('https', 'http'), `${SITE}.evil.test`, '*', ''])(
    'of %j gets no permission',
    async (origin) => {
      const response = await preflight('/api/v1/ai/chat', origin);
      expect(response.ok).toBe(false);
      expect(allowedOf(response)).toBeNull();
      expect(response.headers.has('Access-Control-Allow-Methods')).toBe(false);
    },
  );

  test.each(['/', '/settings', '/auth/sign-out', '/docs/openapi', '/nowhere'])(
    'of %s gets no permission',
    async (path) => {
      expect(allowedOf(await preflight(path, SITE))).toBeNull();
    },
  );

  test('does not permit the header of our own pages, or a flood of headers', async () => {
    const own = await preflight('/api/v1/ai/chat', SITE, 'authorization,X-Page-Identity');
    expect(own.headers.get('Access-Control-Allow-Headers')).toBe('authorization');
    const flood = await preflight('/api/v1/ai/chat', SITE, Array(500).fill('x-a').join(','));
    expect(flood.headers.get('Access-Control-Allow-Headers')).toBe('');
  });
});

describe('a request with a bearer token from a page of another origin (R17)', () => {
  test('is answered from an origin that its organization allows, readable with its headers', async () => {
    const read = await member('/api/v1/me', from(SITE));
    expect(read.status).toBe(200);
    expect(allowedOf(read)).toBe(SITE);
    expect(read.headers.get('Access-Control-Expose-Headers')).toMatch(
      /X-Request-Id.*X-Session-Id.*X-Run-Id.*Retry-After.*RateLimit/,
    );
    expect(read.headers.has('Access-Control-Allow-Credentials')).toBe(false);
    expect(read.headers.get('Vary')).toContain('Origin');
    const written = await member('/api/v1/ai/sessions', { ...from(SITE), body: {} });
    expect(written.status).toBe(201);
    expect(allowedOf(written)).toBe(SITE);
  });

  test('is refused in the same words from an origin of another organization and from an unknown one', async () => {
    const problems = [];
    for (const origin of [OTHER_SITE, 'https://evil.test', 'null']) {
      for (const options of [{}, { method: 'POST', body: {} }]) {
        const response = await member('/api/v1/ai/sessions', { ...options, ...from(origin) });
        const { requestId: _own, ...problem } = await readProblem(response);
        problems.push(JSON.stringify(problem));
        expect(problem).toMatchObject({ status: 403, code: 'ORIGIN_NOT_ALLOWED' });
        // An origin that some organization allows can read why.
        expect(allowedOf(response)).toBe(origin === OTHER_SITE ? OTHER_SITE : null);
      }
    }
    expect(new Set(problems).size).toBe(1);
  });

  test('changes nothing from an origin that its organization doesn’t allow', async () => {
    const id = crypto.randomUUID();
    await member('/api/v1/ai/sessions', { body: { id }, ...from(OTHER_SITE) });
    expect((await member(`/api/v1/ai/sessions/${id}`)).status).toBe(404);
  });

  test('has readable errors: signed out, not found, bad input', async () => {
    const signedOut = await ask('/api/v1/me', { headers: { Origin: SITE, Authorization: 'Bearer a.b.c' } });
    expect([signedOut.status, allowedOf(signedOut)]).toEqual([401, SITE]);
    const missing = await member(`/api/v1/ai/sessions/${crypto.randomUUID()}`, from(SITE));
    expect([missing.status, allowedOf(missing)]).toEqual([404, SITE]);
    const foreignOrg = await member('/api/v1/me', { headers: { ...from(SITE).headers, 'X-Org': two.slug } });
    expect([foreignOrg.status, allowedOf(foreignOrg)]).toEqual([404, SITE]);
    const unknown = await member('/api/v1/nowhere', from(SITE));
    expect([unknown.status, allowedOf(unknown)]).toEqual([404, SITE]);
    const limited = await createApp().request(
      `${ORIGIN}/api/v1/me`,
      { headers: { Origin: SITE } },
      { ...env, EDGE_LIMIT: { limit: async () => ({ success: false }) } },
    );
    expect([limited.status, allowedOf(limited)]).toEqual([429, SITE]);
    expect(limited.headers.has('Retry-After')).toBe(true);
  });

  test('can’t reach the user’s account, or the sign-in of our pages', async () => {
    const signIns = await member('/api/v1/me/sign-ins/end', { ...from(SITE), body: { which: 'all' } });
    expect(await readProblem(signIns)).toMatchObject({ code: 'ORIGIN_NOT_ALLOWED' });
    const signOut = await member('/auth/sign-out', { ...from(SITE), method: 'POST' });
    expect(await readProblem(signOut)).toMatchObject({ status: 403, code: 'ORIGIN_NOT_ALLOWED' });
    expect(allowedOf(signOut)).toBeNull();
    expect((await member('/api/v1/me')).status).toBe(200);
  });

  test('together with a cookie is refused, even from an allowed origin', async () => {
    const token = await tokenOf('ada@cascade.test');
    const headers = { ...from(SITE).headers, Cookie: `groundwire=${token}` };
    const written = await member('/api/v1/ai/sessions', { body: {}, headers });
    expect(await readProblem(written)).toMatchObject({ status: 403, code: 'CROSS_SITE' });
    expect(allowedOf(written)).toBeNull();
    expect(allowedOf(await member('/api/v1/me', { headers }))).toBeNull();
  });

  test('without a token, a cookie gets in from no other origin', async () => {
    const headers = { ...from(SITE).headers, Cookie: `groundwire=${await tokenOf('ada@cascade.test')}` };
    const written = await ask('/api/v1/ai/sessions', { body: {}, headers });
    expect(await readProblem(written)).toMatchObject({ status: 403, code: 'CROSS_SITE' });
    const nothing = await ask('/api/v1/ai/sessions', { body: {}, ...from(SITE) });
    expect(await readProblem(nothing)).toMatchObject({ status: 403, code: 'CROSS_SITE' });
  });

  test('is refused after the origin was removed', async () => {
    await allow(otherAdmin, []);
    const response = await otherAdmin('/api/v1/me', from(OTHER_SITE));
    expect(await readProblem(response)).toMatchObject({ code: 'ORIGIN_NOT_ALLOWED' });
    await allow(otherAdmin, [OTHER_SITE]);
    expect((await otherAdmin('/api/v1/me', from(OTHER_SITE))).status).toBe(200);
  });

  test('from anywhere but a page works as before', async () => {
    expect(allowedOf(await member('/api/v1/me'))).toBeNull();
    expect((await member('/api/v1/me', { headers: { Origin: ORIGIN } })).status).toBe(200);
  });
});

test('what anyone may read can be read from an allowed origin', async () => {
  const response = await ask('/api/v1/openapi.json', from(SITE));
  expect([response.status, allowedOf(response)]).toEqual([200, SITE]);
  expect(allowedOf(await ask('/api/v1/openapi.json', from('https://evil.test')))).toBeNull();
});
