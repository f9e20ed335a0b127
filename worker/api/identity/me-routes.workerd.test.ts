import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { requireDemoOrg, requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import localEntry from '../../../local/stack/worker/worker-entry.ts';
import { createApp } from '../../app.ts';
import { signIn } from '../../auth/sign-in.ts';
import { ask, ORIGIN, readProblem, tokenOf, untilNoted } from '../../visitor.fixture.ts';

const CASCADE = requireDemoOrg('cascade').id;
const NORTHLIGHT = requireDemoOrg('northlight').id;

const asBrowser = (cookie: string, extra: Record<string, string> = {}) => ({
  Cookie: cookie,
  Origin: ORIGIN,
  ...extra,
});

describe('signing in locally', () => {
  const local = async (
    path: string,
    init: RequestInit = {},
    changed: Record<string, string> = {},
  ): Promise<Response> => {
    const request = new Request(`${ORIGIN}${path}`, init) as Parameters<typeof localEntry.fetch>[0];
    return localEntry.fetch(request, { ...env, ...changed } as Env, {} as ExecutionContext);
  };
  async function signInAs(email: string, changed?: Record<string, string>): Promise<Response> {
    const response = await local(
      '/auth/dev',
      { method: 'POST', body: JSON.stringify({ email }), headers: { 'Content-Type': 'application/json' } },
      changed,
    );
    if (response.ok) await untilNoted(CASCADE, response);
    return response;
  }

  test('lists the people of the demo', async () => {
    const { people } = await (await local('/auth/dev')).json<{
      people: { email: string; orgs: { slug: string }[] }[];
    }>();
    expect(people.find(({ email }) => email === 'both@cascade.test')?.orgs.map(({ slug }) => slug)).toEqual([
      'cascade',
      'northlight',
    ]);
  });

  test('returns an HttpOnly cookie and a working token', async () => {
    const response = await signInAs('ada@cascade.test');
    expect(response.status).toBe(200);
    const { token } = await response.json<{ token: string }>();
    const cookies = response.headers.getSetCookie();
    expect(cookies[0]).toMatch(/^groundwire=[^;]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(cookies[0]).toContain(token);
    const me = await ask('/api/v1/me', { headers: { Authorization: `Bearer ${token}` } });
    expect(await me.json()).toMatchObject({ user: { email: 'ada@cascade.test' }, environment: 'local' });
  });

  test('gives each sign-in its own token', async () => {
    const tokens = await Promise.all(
      [1, 2].map(async () => (await (await signInAs('ada@cascade.test')).json<{ token: string }>()).token),
    );
    expect(tokens[0]).not.toBe(tokens[1]);
  });

  test('refuses anyone else, and everyone in production', async () => {
    expect((await signInAs('eve@cascade.test')).status).toBe(404);
    const deployed = await signInAs('ada@cascade.test', {
      ENVIRONMENT: 'production',
      PUBLIC_ORIGIN: 'https://groundwire.test',
    });
    expect(deployed.status).toBe(404);
    expect(deployed.headers.has('Set-Cookie')).toBe(false);
  });
});

test('the deployed cookie is bound to the host and https, HttpOnly, and the local one is not accepted there (R16)', async () => {
  const { subject } = requireDemoPerson('vic@cascade.test');
  const app = createApp({ before: (edge) => edge.post('/auth/proven', async (c) => c.text(await signIn(c, subject))) });
  const deployed = { ...env, ENVIRONMENT: 'production', PUBLIC_ORIGIN: 'https://groundwire.test' };
  const address = 'https://groundwire.test';
  const response = await app.request(
    `${address}/auth/proven`,
    { method: 'POST', headers: { Origin: address } },
    deployed,
  );
  const token = await response.text();
  await untilNoted(CASCADE, response);
  expect(response.headers.getSetCookie()[0]).toBe(
    `__Host-groundwire=${token}; Max-Age=43200; Path=/; HttpOnly; Secure; SameSite=Lax`,
  );
  const me = (Cookie: string) => app.request(`${address}/api/v1/me`, { headers: { Cookie } }, deployed);
  expect((await me(`__Host-groundwire=${token}`)).status).toBe(200);
  expect((await me(`groundwire=${token}`)).status).toBe(401);
});

describe('signing out (R16)', () => {
  test('revokes the token as cookie and as bearer, and keeps other sign-ins', async () => {
    const token = await tokenOf('eli@cascade.test');
    const other = await tokenOf('eli@cascade.test');
    const cookie = `groundwire=${token}`;
    expect((await ask('/api/v1/me', { headers: asBrowser(cookie) })).status).toBe(200);
    const out = await ask('/auth/sign-out', { method: 'POST', headers: asBrowser(cookie) });
    await untilNoted(CASCADE, out);
    expect(await out.json()).toEqual({ next: '/' });
    expect(out.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^groundwire=; Max-Age=0;/),
      expect.stringMatching(/^groundwire_org=; Max-Age=0;/),
    ]);
    for (const headers of [asBrowser(cookie), { Authorization: `Bearer ${token}` }]) {
      const replayed = await ask('/api/v1/me', { headers });
      expect(replayed.status).toBe(401);
      // Only the first of a minute is noted at once.
      if ('Cookie' in headers) await untilNoted(CASCADE, replayed);
      expect(await readProblem(replayed)).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    expect((await ask('/api/v1/me', { headers: { Authorization: `Bearer ${other}` } })).status).toBe(200);
  });
});

describe('the org that a user acts in', () => {
  const orgOf = async (headers: Record<string, string>) => {
    const response = await ask('/api/v1/me', { headers });
    return {
      slug: (await response.json<{ org: { slug: string } }>()).org?.slug,
      status: response.status,
      set: response.headers.getSetCookie(),
    };
  };

  test('is the first of their own by name, the header’s, or the remembered one', async () => {
    const cookie = `groundwire=${await tokenOf('both@cascade.test')}`;
    expect(await orgOf(asBrowser(cookie))).toMatchObject({
      slug: 'cascade',
      set: [expect.stringContaining('groundwire_org=cascade')],
    });
    expect(await orgOf(asBrowser(cookie, { 'X-Org': 'northlight' }))).toMatchObject({ slug: 'northlight', set: [] });
    const chosen = await ask('/auth/org', { body: { slug: 'northlight' }, headers: asBrowser(cookie) });
    expect(chosen.status).toBe(204);
    const remembered = chosen.headers.getSetCookie()[0]?.split(';')[0];
    expect(remembered).toBe('groundwire_org=northlight');
    expect(await orgOf(asBrowser(`${cookie}; ${remembered}`))).toMatchObject({ slug: 'northlight', set: [] });
  });

  test.each(['quiet', 'no-such-org', '', 'CASCADE'])('%j can’t be named or chosen by a non-member', async (slug) => {
    const cookie = `groundwire=${await tokenOf('nora@northlight.test')}`;
    const refused = await ask('/api/v1/me', { headers: asBrowser(cookie, { 'X-Org': slug }) });
    expect(refused.status).toBe(404);
    // An empty name can't be that of an org.
    if (slug !== '') await untilNoted(NORTHLIGHT, refused);
    expect((await ask('/auth/org', { body: { slug }, headers: asBrowser(cookie) })).status).toBe(
      slug === '' ? 400 : 404,
    );
  });

  test('only /me replaces a remembered org that is gone, so that nothing ends up in the wrong one', async () => {
    const cookie = `groundwire=${await tokenOf('nora@northlight.test')}; groundwire_org=cascade`;
    expect((await ask('/api/v1/ai/sessions', { headers: asBrowser(cookie) })).status).toBe(404);
    expect((await ask('/api/v1/ai/sessions', { body: {}, headers: asBrowser(cookie) })).status).toBe(404);
    expect(await orgOf(asBrowser(cookie))).toMatchObject({
      slug: 'northlight',
      set: [expect.stringContaining('groundwire_org=northlight')],
    });
  });
});
