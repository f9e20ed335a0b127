import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { addressOf, openApiDocument } from './openapi.ts';
import { OPERATIONS } from './operations.ts';
import { expectSafeHeaders } from './safe-headers.fixture.ts';
import { ask, ORIGIN, readProblem, signedIn, tokenOf } from './visitor.fixture.ts';

/** What the build leaves, and how the asset server answers for it. */
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

/** The edge with a build of pages that this test knows. */
const askWithPages = async (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  createApp().request(path, { headers }, { ...env, ASSETS });

const REPLIES: readonly (readonly [string, () => Promise<Response>, number])[] = [
  ['the page', async () => askWithPages('/'), 200],
  ['a conversation’s page', async () => askWithPages('/chat/0f000000-0000-4000-8000-000000000001'), 200],
  ['a file', async () => askWithPages('/icon.svg'), 200],
  ['the API’s page', () => ask('/docs'), 200],
  ['the errors’ page', () => ask('/docs/errors'), 200],
  ['the document', () => ask('/api/v1/openapi.json'), 200],
  ['who one is', async () => (await signedIn('ada@cascade.test'))('/api/v1/me'), 200],
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

describe('R18: headers of every reply', () => {
  test.each(REPLIES)('%s', async (_name, reply, status) => {
    const response = await reply();
    expect(response.status).toBe(status);
    expectSafeHeaders(response);
    await response.body?.cancel();
  });

  test('no two replies share a nonce or a request id, and none is taken from outside', async () => {
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

  test('what a person may see is stored nowhere; a hashed file forever', async () => {
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

  test('HSTS is for the deployed Worker, which is https', async () => {
    const deployed = await createApp().request(
      'https://groundwire.test/api/v1/me',
      {},
      { ...env, ENVIRONMENT: 'production' },
    );
    expect(deployed.status).toBe(401);
    expect(deployed.headers.get('Strict-Transport-Security')).toMatch(/^max-age=\d{8,}$/);
    expect((await ask('/api/v1/me')).headers.has('Strict-Transport-Security')).toBe(false);
  });
});

describe('R17: another site’s request', () => {
  test.each([
    ['text/plain', { Origin: 'https://evil.test', 'Content-Type': 'text/plain' }],
    ['JSON', { Origin: 'https://evil.test' }],
    ['no content type at all', { 'Sec-Fetch-Site': 'cross-site', 'Content-Type': '' }],
    ['a sandboxed frame', { Origin: 'null' }],
    ['a neighbouring site', { 'Sec-Fetch-Site': 'same-site' }],
    ['neither header', {}],
  ])('with the cookie, as %s, changes nothing', async (_name, headers) => {
    const cookie = `groundwire=${await tokenOf('ada@cascade.test')}`;
    const id = crypto.randomUUID();
    const response = await ask('/api/v1/ai/sessions', { body: { id }, headers: { Cookie: cookie, ...headers } });
    expect(response.status).toBe(403);
    expect(await readProblem(response)).toMatchObject({ code: 'CROSS_SITE' });
    const same = { Cookie: cookie, Origin: ORIGIN };
    expect((await ask(`/api/v1/ai/sessions/${id}`, { headers: same })).status).toBe(404);
    expect((await ask('/api/v1/ai/sessions', { body: { id }, headers: same })).status).toBe(201);
  });

  test('a preflight is answered without any permission', async () => {
    const response = await ask('/api/v1/ai/chat', {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.test', 'Access-Control-Request-Method': 'POST' },
    });
    expect(response.headers.has('Access-Control-Allow-Origin')).toBe(false);
    expect(response.ok).toBe(false);
  });
});

describe('R38: the coarse limit', () => {
  test('an address beyond it is told when to come back, another one is not touched', async () => {
    const headers = { 'CF-Connecting-IP': '2001:db8:7:7::1' };
    let refused: Response | undefined;
    for (let sent = 0; sent < 700 && !refused; sent += 1) {
      const response = await ask('/api/v1/openapi.json', { method: 'HEAD', headers });
      if (response.status === 429) refused = response;
    }
    expect(refused?.headers.get('Retry-After')).toBe('60');
    expect(refused?.headers.get('RateLimit-Policy')).toBe('"edge";q=600;w=60');
    expect(refused?.headers.get('RateLimit')).toBe('"edge";r=0;t=60');
    expect(refused?.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    const neighbour = await ask('/api/v1/openapi.json', { headers: { 'CF-Connecting-IP': '2001:db8:7:7:ffff::2' } });
    expect(neighbour.status).toBe(429);
    const other = await ask('/api/v1/openapi.json', { headers: { 'CF-Connecting-IP': '2001:db8:7:8::1' } });
    expect(other.status).toBe(200);
    await other.body?.cancel();
    // Of a page that is open already, what loads later still comes.
    const file = await askWithPages('/assets/main-abc123.js', headers);
    expect(file.status).toBe(200);
    await file.body?.cancel();
    expect((await askWithPages('/', headers)).status).toBe(429);
  });
});

describe('addresses', () => {
  test('the document is OpenAPI 3.1 whose references all lead somewhere', async () => {
    const response = await ask('/api/v1/openapi.json');
    const text = await response.text();
    const document = JSON.parse(text);
    expect(document.openapi).toBe('3.1.0');
    const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(document.components.schemas).toHaveProperty([name]);
    for (const operation of OPERATIONS) {
      const documented = document.paths[addressOf(operation)][operation.method];
      expect(Object.keys(documented.responses)).toEqual(
        expect.arrayContaining([String(operation.reply.status), '429', '500']),
      );
    }
  });

  test('the page shows every operation and every shape of the document', async () => {
    const page = await (await ask('/docs')).text();
    for (const operation of OPERATIONS) expect(page).toContain(operation.summary.replace('’', '’'));
    for (const name of Object.keys(openApiDocument().components?.schemas ?? {})) expect(page).toContain(`id="${name}"`);
    expect(page).not.toContain('<script');
  });

  test('a method that an address does not answer is told which ones it does', async () => {
    const ada = await signedIn('ada@cascade.test');
    const response = await ada('/api/v1/ai/sessions', { method: 'PUT', body: {} });
    expect(response.status).toBe(405);
    expect(response.headers.get('Allow')?.split(', ').sort()).toEqual(['GET', 'HEAD', 'POST']);
    expect(await readProblem(response)).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
  });

  test('without identity an unknown address of the API says no more than a known one', async () => {
    const [known, unknown] = await Promise.all([ask('/api/v1/ai/models'), ask('/api/v1/ai/secret')]);
    expect([known.status, unknown.status]).toEqual([401, 401]);
    await Promise.all([known.body?.cancel(), unknown.body?.cancel()]);
  });

  test('a deployed Worker has no sign-in without a proof', async () => {
    const response = await ask('/auth/dev', { body: { email: 'ada@cascade.test' } });
    expect(response.status).toBe(404);
    expect(response.headers.has('Set-Cookie')).toBe(false);
  });
});
