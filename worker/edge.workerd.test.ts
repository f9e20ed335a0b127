import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import type { Me } from './api/identity/identity-schema.ts';
import { documentedPath, openApiDocument } from './api/openapi/openapi.ts';
import { createApp } from './app.ts';
import { PAGE_IDENTITY_HEADER } from './auth/page-identity.ts';
import { expectSafeHeaders } from './http/safe-headers.fixture.ts';
import { ROUTES } from './routes.ts';
import { ask, ORIGIN, readProblem, signedIn, tokenOf } from './visitor.fixture.ts';

/** A small build, and a fake asset server for it. */
const FILES: Readonly<Record<string, string>> = {
  '/': `<!doctype html><html><head><script src="/theme.js"></script><script type="module" src="/assets/main-abc123.js"></script>
    <link rel="stylesheet" href="/assets/main.css"><link rel="modulepreload" href="/assets/part.js"><style></style></head></html>`,
  '/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  '/assets/main-abc123.js': 'export {};',
};
const ASSETS = {
  fetch: async (input: URL | Request) => {
    const file = FILES[new URL(input instanceof Request ? input.url : input).pathname];
    return file === undefined ? new Response(null, { status: 404 }) : new Response(file);
  },
} as unknown as Fetcher;

/** Sends a request to the app with this build. */
const askWithPages = async (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  createApp().request(path, { headers }, { ...env, ASSETS });

const REPLIES: readonly (readonly [string, () => Promise<Response>, number])[] = [
  ['the page', async () => askWithPages('/'), 200],
  ['a conversation’s page', async () => askWithPages('/chat/0f000000-0000-4000-8000-000000000001'), 200],
  ['a file', async () => askWithPages('/icon.svg'), 200],
  ['the API’s page', () => ask('/docs'), 200],
  ['the errors’ page', () => ask('/docs/errors'), 200],
  ['the document', () => ask('/api/v1/openapi.json'), 200],
  ['the profile', async () => (await signedIn('ada@cascade.test'))('/api/v1/me'), 200],
  ['a refusal', () => ask('/api/v1/me'), 401],
  ['an unknown address', async () => (await signedIn('ada@cascade.test'))('/api/v1/nothing'), 404],
  ['a missing file', async () => askWithPages('/nothing.js'), 404],
  ['a missing page', async () => askWithPages('/nothing', { Accept: 'text/html' }), 404],
  ['a wrong method', () => ask('/docs', { method: 'DELETE' }), 405],
  [
    'a cross-site request',
    () => ask('/auth/sign-out', { method: 'POST', headers: { Origin: 'https://evil.test' } }),
    403,
  ],
];

describe('headers of every reply (R18)', () => {
  test.each(REPLIES)('%s', async (_name, reply, status) => {
    const response = await reply();
    expect(response.status).toBe(status);
    expectSafeHeaders(response);
    await response.body?.cancel();
  });

  test('every reply has a new nonce and request id, never one from outside', async () => {
    const headers = { 'X-Request-Id': 'mine' };
    const [one, other] = await Promise.all([askWithPages('/', headers), askWithPages('/', headers)]);
    const text = await one.text();
    await other.body?.cancel();
    const nonce = /'nonce-([^']+)'/.exec(one.headers.get('Content-Security-Policy') ?? '')?.[1];
    expect(other.headers.get('Content-Security-Policy')).not.toContain(nonce);
    expect(one.headers.get('X-Request-Id')).not.toBe(other.headers.get('X-Request-Id'));
    expect(one.headers.get('X-Request-Id')).not.toBe('mine');
    const tags = text.match(/<(script|link rel="(stylesheet|modulepreload)"|style)[^>]*>/g) ?? [];
    expect(tags).toHaveLength(5);
    for (const tag of tags) expect(tag).toContain(`nonce="${nonce}"`);
  });

  test('private replies are never cached, hashed files forever', async () => {
    const ada = await signedIn('ada@cascade.test');
    for (const reply of [askWithPages('/'), askWithPages('/chat'), ada('/api/v1/me'), ada('/api/v1/ai/sessions')]) {
      const response = await reply;
      expect(response.headers.get('Cache-Control')).toBe('no-store');
      await response.body?.cancel();
    }
    const script = await askWithPages('/assets/main-abc123.js');
    expect(script.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
    await script.body?.cancel();
  });

  test('only the deployed Worker, which uses https, sends HSTS', async () => {
    const deployed = await createApp().request(
      'https://groundwire.test/api/v1/me',
      {},
      { ...env, ENVIRONMENT: 'production', PUBLIC_ORIGIN: 'https://groundwire.test' },
    );
    expect(deployed.status).toBe(401);
    expect(deployed.headers.get('Strict-Transport-Security')).toMatch(/^max-age=\d{8,}; includeSubDomains$/);
    expect((await ask('/api/v1/me')).headers.has('Strict-Transport-Security')).toBe(false);
  });
});

describe('another site’s request (R17)', () => {
  test.each([
    ['text/plain', { Origin: 'https://evil.test', 'Content-Type': 'text/plain' }],
    ['JSON', { Origin: 'https://evil.test' }],
    ['no content type at all', { 'Sec-Fetch-Site': 'cross-site', 'Content-Type': '' }],
    ['a sandboxed frame', { Origin: 'null' }],
    ['a sibling site', { 'Sec-Fetch-Site': 'same-site' }],
    ['neither header', {}],
  ])('changes nothing with the cookie, as %s', async (_name, headers) => {
    const cookie = `groundwire=${await tokenOf('ada@cascade.test')}`;
    const id = crypto.randomUUID();
    const response = await ask('/api/v1/ai/sessions', { body: { id }, headers: { Cookie: cookie, ...headers } });
    expect(response.status).toBe(403);
    expect(await readProblem(response)).toMatchObject({ code: 'CROSS_SITE' });
    const { user, org } = await (await ask('/api/v1/me', { headers: { Cookie: cookie } })).json<Me>();
    const same = { Cookie: cookie, Origin: ORIGIN, [PAGE_IDENTITY_HEADER]: `${user.id}/${org.id}` };
    expect((await ask(`/api/v1/ai/sessions/${id}`, { headers: same })).status).toBe(404);
    expect((await ask('/api/v1/ai/sessions', { body: { id }, headers: same })).status).toBe(201);
  });

  test('a preflight gets no CORS permission', async () => {
    const response = await ask('/api/v1/ai/chat', {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.test', 'Access-Control-Request-Method': 'POST' },
    });
    expect(response.headers.has('Access-Control-Allow-Origin')).toBe(false);
    expect(response.ok).toBe(false);
  });
});

describe('the coarse limit (R38)', () => {
  /** Takes two requests of each address. The local binding would start to count again with each minute of the clock. */
  function limiter(): RateLimit {
    const counts = new Map<string, number>();
    return {
      limit: async ({ key }) => {
        const count = (counts.get(key) ?? 0) + 1;
        counts.set(key, count);
        return { success: count <= 2 };
      },
    };
  }

  test('refuses an address above the limit with a retry time, and no other address', async () => {
    const app = createApp();
    const bindings = { ...env, ASSETS, EDGE_LIMIT: limiter() };
    const askFrom = async (address: string, path = '/api/v1/openapi.json') =>
      app.request(path, { headers: { 'CF-Connecting-IP': address } }, bindings);
    const mine = '2001:db8:7:7::1';
    for (let sent = 0; sent < 2; sent += 1) expect((await askFrom(mine)).status).toBe(200);
    const refused = await askFrom(mine);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('60');
    expect(refused.headers.get('RateLimit-Policy')).toBe('"edge";q=6000;w=60');
    expect(refused.headers.get('RateLimit')).toBe('"edge";r=0;t=60');
    expect(refused.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect((await askFrom('2001:db8:7:7:ffff::2')).status).toBe(429);
    expect((await askFrom('2001:db8:7:8::1')).status).toBe(200);
    // Build files are not limited, so that open pages keep working.
    expect((await askFrom(mine, '/assets/main-abc123.js')).status).toBe(200);
    expect((await askFrom(mine, '/')).status).toBe(429);
  });
});

describe('addresses', () => {
  test('the document is OpenAPI 3.1 with valid references', async () => {
    const response = await ask('/api/v1/openapi.json');
    const text = await response.text();
    const document = JSON.parse(text);
    expect(document.openapi).toBe('3.1.0');
    const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(document.components.schemas).toHaveProperty([name]);
    for (const route of ROUTES) {
      const documented = document.paths[documentedPath(route)][route.method];
      expect(Object.keys(documented.responses)).toEqual(
        expect.arrayContaining([String(route.reply.status), '429', '500']),
      );
    }
  });

  test('the page shows every operation and schema of the document', async () => {
    const page = await (await ask('/docs')).text();
    for (const { summary } of ROUTES) expect(page).toContain(summary);
    for (const name of Object.keys(openApiDocument(ROUTES).components?.schemas ?? {}))
      expect(page).toContain(`id="${name}"`);
    expect(page).not.toContain('<script');
  });

  test('405 lists the methods of the address', async () => {
    const ada = await signedIn('ada@cascade.test');
    const response = await ada('/api/v1/ai/sessions', { method: 'PUT', body: {} });
    expect(response.status).toBe(405);
    expect(response.headers.get('Allow')?.split(', ').sort()).toEqual(['GET', 'HEAD', 'POST']);
    expect(await readProblem(response)).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
  });

  test('without a sign-in an unknown API address answers like a known one', async () => {
    const [known, unknown] = await Promise.all([ask('/api/v1/ai/models'), ask('/api/v1/ai/secret')]);
    expect([known.status, unknown.status]).toEqual([401, 401]);
    await Promise.all([known.body?.cancel(), unknown.body?.cancel()]);
  });

  test('a deployed Worker has no sign-in without proof', async () => {
    const response = await ask('/auth/dev', { body: { email: 'ada@cascade.test' } });
    expect(response.status).toBe(404);
    expect(response.headers.has('Set-Cookie')).toBe(false);
  });
});
