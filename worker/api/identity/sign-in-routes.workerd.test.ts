// R16: browser sign-in with a certified provider, also when another browser or another site interferes.
import { env } from 'cloudflare:workers';
import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { settingsOf } from '../../../durable/env.ts';
import { type Browser, createBrowser, locationOf, serverWith } from '../../auth/browser.fixture.ts';
import { sealTransaction, TRANSACTION_LIFETIME_SECONDS } from '../../auth/oidc/transaction.ts';
import { ask, ORIGIN, readProblem } from '../../visitor.fixture.ts';

let browser: Browser;
let refusals: string[];
beforeEach(() => {
  browser = createBrowser();
  refusals = [];
  // Refused sign-ins are logged; tests check which ones were.
  vi.spyOn(console, 'error').mockImplementation((line: string) => void refusals.push(line));
});

const { OIDC_ISSUER } = inject('issuerSettings');
const SESSION = 'groundwire';
const SIGN_IN = 'groundwire_sign_in';

async function expectRefusal(response: Response, status: number, words: string): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get('Content-Type')).toMatch(/^text\/html;/);
  expect(await response.text()).toContain(words);
  expect(browser.cookie(SESSION)).toBeUndefined();
}

describe('signing in with the provider', () => {
  test('signs in and redirects to the page that the user wanted', async () => {
    const response = await browser.signIn('noa', '/chat/0f000000-0000-4000-8000-000000000001?x=1');
    expect(response.status).toBe(303);
    expect(response.headers.get('Location')).toBe('/chat/0f000000-0000-4000-8000-000000000001?x=1');
    const { sub, sid } = decodeJwt(browser.cookie(SESSION) ?? '');
    expect(sub).toBe(`${OIDC_ISSUER}|noa`);
    expect(sid).toMatch(/^[0-9a-f-]{36}$/);
    expect(browser.cookie(SIGN_IN)).toBeUndefined();
    expect(refusals).toEqual([]);
  });

  test('requests a code with a new PKCE verifier, state and nonce each time, and seals them', async () => {
    const [one, other] = await Promise.all([browser.open('/auth/sign-in'), createBrowser().open('/auth/sign-in')]);
    const [first, second] = [one, other].map((response) => new URL(locationOf(response, ORIGIN)).searchParams);
    expect(Object.fromEntries(first ?? [])).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: `${ORIGIN}/auth/callback`,
      scope: 'openid email profile',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(first?.get(name)?.length).toBeGreaterThanOrEqual(43);
      expect(first?.get(name)).not.toBe(second?.get(name));
    }
    const [cookie = ''] = one.headers.getSetCookie();
    expect(cookie).toMatch(/^groundwire_sign_in=[^;]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(cookie).not.toContain(first?.get('state'));
  });

  test('the deployed cookies are bound to the host and https, and HttpOnly', async () => {
    const response = await serverWith({
      ENVIRONMENT: 'production',
      PUBLIC_ORIGIN: 'https://groundwire.test',
      OIDC_ISSUER: 'https://id.invalid',
    })(new Request('https://groundwire.test/auth/callback?state=x', { headers: { Accept: 'text/html' } }));
    expect(response.headers.getSetCookie()).toEqual([
      '__Host-groundwire_sign_in=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
    ]);
  });

  test.each(['https://evil.test/', '//evil.test', '/\\evil.test', '/auth/sign-out', '/api/v1/me'])(
    'does not redirect to an address that is not our page: %s',
    async (returnTo) => {
      const response = await browser.signIn('noa', returnTo);
      expect(response.headers.get('Location')).toBe('/');
    },
  );

  test('gives each sign-in its own session and closes the previous one', async () => {
    await browser.signIn('noa');
    const before = browser.cookie(SESSION) ?? '';
    await browser.signIn('noa');
    const after = browser.cookie(SESSION) ?? '';
    expect(after).not.toBe(before);
    const statusOf = async (token: string) =>
      (await ask('/api/v1/me', { headers: { Authorization: `Bearer ${token}` } })).status;
    expect([await statusOf(before), await statusOf(after)]).toEqual([401, 403]);
  });

  test('closes the session that another user left in this browser', async () => {
    await browser.signIn('noa');
    const left = browser.cookie(SESSION) ?? '';
    const next = createBrowser();
    await next.open('/auth/methods');
    next.setCookie(SESSION, left);
    await next.signIn('sam');
    const response = await ask('/api/v1/me', { headers: { Authorization: `Bearer ${left}` } });
    expect(response.status).toBe(401);
  });

  test('tells a user without an org the email that they signed in with', async () => {
    await browser.signIn('sam');
    const response = await browser.open('/api/v1/me', { headers: { Accept: 'application/json' } });
    expect(await readProblem(response)).toMatchObject({
      status: 403,
      code: 'NO_MEMBERSHIP',
      detail: expect.stringContaining('sam@elsewhere.test'),
    });
  });
});

describe('an unsolicited callback', () => {
  test('fails in a browser that started no sign-in', async () => {
    const address = await browser.walkToCallback('noa');
    const victim = createBrowser();
    const response = await victim.open(address);
    await expectRefusal(response, 400, 'Sign-in expired');
    expect(victim.cookie(SESSION)).toBeUndefined();
  });

  test('fails for another browser’s sign-in, even while one is in progress here', async () => {
    const foreign = await createBrowser().walkToCallback('noa');
    await browser.open('/auth/sign-in');
    await expectRefusal(await browser.open(foreign), 400, 'Sign-in expired');
  });

  test('fails with another state', async () => {
    const address = new URL(await browser.walkToCallback('noa'));
    address.searchParams.set('state', 'A'.repeat(43));
    await expectRefusal(await browser.open(address.href), 400, 'Sign-in expired');
  });

  test('fails the second time, even with the old cookie restored', async () => {
    const address = await browser.walkToCallback('noa');
    const sealed = browser.cookie(SIGN_IN) ?? '';
    expect((await browser.open(address)).status).toBe(303);
    expect((await browser.open(address)).status).toBe(400);
    const again = createBrowser();
    await again.open('/auth/methods');
    again.setCookie(SIGN_IN, sealed);
    const response = await again.open(address);
    expect(response.status).toBe(400);
    expect(again.cookie(SESSION)).toBeUndefined();
    expect(refusals.join()).toContain('SIGN_IN_EXPIRED');
  });

  test.each([
    ['names another issuer', (address: URL) => address.searchParams.set('iss', 'https://evil.test')],
    ['names no issuer, though ours always does', (address: URL) => address.searchParams.delete('iss')],
    ['has another code', (address: URL) => address.searchParams.set('code', 'made-up')],
    ['has no code', (address: URL) => address.searchParams.delete('code')],
    ['has two codes', (address: URL) => address.searchParams.append('code', 'made-up')],
    [
      'has a token in place of a code',
      (address: URL) => {
        address.searchParams.delete('code');
        address.searchParams.set('id_token', 'a.b.c');
      },
    ],
  ])('fails if it %s', async (_name, change) => {
    const address = new URL(await browser.walkToCallback('noa'));
    change(address);
    const response = await browser.open(address.href);
    expect([400, 502]).toContain(response.status);
    expect(browser.cookie(SESSION)).toBeUndefined();
  });

  test('fails after the transaction expires or if it was sealed with another key', async () => {
    const address = await browser.walkToCallback('noa');
    const state = new URL(address).searchParams.get('state') ?? '';
    const transaction = { state, nonce: 'n', codeVerifier: 'v'.repeat(43), returnTo: '/', isFresh: false };
    const key = settingsOf(env).SESSION_KEY;
    const late = new Date(Date.now() - (TRANSACTION_LIFETIME_SECONDS + 1) * 1000);
    for (const sealed of [
      await sealTransaction(key, transaction, late),
      await sealTransaction(new Uint8Array(32), transaction, new Date()),
      'nonsense',
      browser.cookie(SESSION) ?? '',
    ]) {
      browser.setCookie(SIGN_IN, sealed);
      await expectRefusal(await browser.open(address), 400, 'Sign-in expired');
    }
  });

  test('a code is useless without this browser’s verifier', async () => {
    const address = await browser.walkToCallback('noa');
    const state = new URL(address).searchParams.get('state') ?? '';
    const forged = { state, nonce: 'n', codeVerifier: 'v'.repeat(43), returnTo: '/', isFresh: false };
    browser.setCookie(SIGN_IN, await sealTransaction(settingsOf(env).SESSION_KEY, forged, new Date()));
    await expectRefusal(await browser.open(address), 400, 'Sign-in expired');
  });

  test('refuses a token with another nonce', async () => {
    const started = new URL(locationOf(await browser.open('/auth/sign-in'), ORIGIN));
    started.searchParams.set('nonce', 'N'.repeat(43));
    const chosen = await choose(started.href, 'noa');
    await expectRefusal(await browser.open(chosen), 502, 'Sign-in failed');
  });
});

/** Follows the provider's pages by hand. */
async function choose(address: string, account: string): Promise<string> {
  const page = locationOf(await browser.open(address), address);
  const chosen = await browser.open(page, { method: 'POST', body: new URLSearchParams({ account }) });
  const resumed = locationOf(chosen, page);
  return locationOf(await browser.open(resumed), resumed);
}

describe('a sign-in that the provider refuses', () => {
  test('redirects back without a session', async () => {
    await expectRefusal(await browser.signIn(''), 403, 'Sign-in denied');
  });

  test('shows a page with all headers, a link to start again and the request id', async () => {
    const response = await browser.open('/auth/callback?state=x');
    const text = await response.text();
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(text).toContain(response.headers.get('X-Request-Id'));
    expect(text).toContain('href="/"');
    const nonce = /<style nonce="([^"]+)"/.exec(text)?.[1];
    expect(response.headers.get('Content-Security-Policy')).toContain(`'nonce-${nonce}'`);
    expect(text).not.toContain('<script');
  });

  test('returns a problem to a program', async () => {
    const response = await ask('/auth/callback?state=x');
    expect(await readProblem(response)).toMatchObject({ status: 400, code: 'SIGN_IN_EXPIRED' });
  });
});

describe('the provider is unreachable or not configured', () => {
  // No provider has metadata there.
  const AWAY = { OIDC_ISSUER: `${OIDC_ISSUER}/elsewhere` };

  test('signing in fails with its error', async () => {
    await expectRefusal(await createBrowser(serverWith(AWAY)).open('/auth/sign-in'), 502, 'Sign-in failed');
    expect(refusals).toHaveLength(1);
  });

  test('signing out still works', async () => {
    await browser.signIn('noa');
    const token = browser.cookie(SESSION) ?? '';
    const response = await browser.open('/auth/sign-out', { method: 'POST', server: serverWith(AWAY) });
    expect(await response.json()).toEqual({ next: '/' });
    expect((await ask('/api/v1/me', { headers: { Authorization: `Bearer ${token}` } })).status).toBe(401);
  });

  test('a deployment without a provider has no sign-in route and lists its methods', async () => {
    const none = serverWith({ OIDC_ISSUER: undefined, OIDC_CLIENT_ID: undefined });
    expect((await createBrowser(none).open('/auth/sign-in')).status).toBe(404);
    expect(await (await createBrowser(none).open('/auth/methods')).json()).toEqual({ oidc: null });
    const named = serverWith({ OIDC_NAME: 'Acme' });
    expect(await (await createBrowser(named).open('/auth/methods')).json()).toEqual({
      oidc: { name: 'Acme', path: '/auth/sign-in' },
    });
  });
});

describe('signing out', () => {
  test('closes the session and returns the provider’s sign-out page', async () => {
    await browser.signIn('noa');
    const token = browser.cookie(SESSION) ?? '';
    const signedOut = await browser.post('/auth/sign-out');
    expect(signedOut.headers.get('Clear-Site-Data')).toBe('"cache"');
    const { next } = await signedOut.json<{ next: string }>();
    expect(browser.cookie(SESSION)).toBeUndefined();
    const address = new URL(next);
    expect(address.origin).toBe(OIDC_ISSUER);
    expect(address.searchParams.get('post_logout_redirect_uri')).toBe(`${ORIGIN}/`);
    expect(decodeJwt(address.searchParams.get('id_token_hint') ?? '').sub).toBe('noa');
    expect((await browser.open(next)).status).toBe(200);
    for (const headers of [{ Authorization: `Bearer ${token}` }, { Cookie: `${SESSION}=${token}` }]) {
      const replayed = await ask('/api/v1/me', { headers });
      expect(replayed.status).toBe(401);
    }
  });
});

test('a user’s subject names the issuer, whether or not its bearer tokens are accepted (R14)', async () => {
  const same = serverWith({ JWT_ISSUER: OIDC_ISSUER, JWT_AUDIENCE: 'api', JWT_JWKS_URL: `${OIDC_ISSUER}/jwks` });
  const other = serverWith({
    JWT_ISSUER: 'https://id.test',
    JWT_AUDIENCE: 'api',
    JWT_JWKS_URL: 'https://id.test/keys',
  });
  const subjects = [];
  for (const server of [same, other]) {
    const visitor = createBrowser(server);
    await visitor.signIn('noa');
    subjects.push(decodeJwt(visitor.cookie(SESSION) ?? '').sub);
  }
  expect(subjects).toEqual([`${OIDC_ISSUER}|noa`, `${OIDC_ISSUER}|noa`]);
});
