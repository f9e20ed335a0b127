// R16: the provider's replies are checked against the request. The issuer here is fake and misbehaves;
// sign-in-routes.workerd.test.ts uses a certified one.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseSettings, type Settings } from '../../../durable/env.ts';
import { getOidcIssuer, type OidcIssuer } from './oidc-issuer.ts';
import { type Script, type ScriptedIssuer, startScriptedIssuer } from './scripted-issuer.fixture.ts';
import { beginSignIn, endSessionAddress, finishSignIn } from './sign-in-flow.ts';

const REDIRECT_URI = 'http://groundwire.test/auth/callback';
const KEY = btoa('k'.repeat(32));
const NOW_SECONDS = Math.floor(Date.now() / 1000);

let provider: ScriptedIssuer;
let settings: Settings;
/** Advanced before each test, so that cached metadata has expired. */
let hours = 0;
beforeAll(async () => {
  provider = await startScriptedIssuer();
  settings = parseSettings({
    ...{ ENVIRONMENT: 'local', DATABASE_URL: 'postgresql://app@db.test/x', CLAIM_KEY: `k1:${KEY}`, SESSION_KEY: KEY },
    MASTER_KEYS: `v1:${KEY}`,
    AUDIT_KEYS: `a1:${KEY}`,
    ...{ OIDC_ISSUER: provider.url, OIDC_CLIENT_ID: provider.clientId },
  });
});
afterAll(() => provider.close());
beforeEach(() => {
  hours += 2;
  provider.seen.length = 0;
});

async function requireIssuer(changed: Partial<Settings> = {}): Promise<OidcIssuer> {
  const issuer = await getOidcIssuer({ ...settings, ...changed }, () => hours * 3_600_000);
  if (!issuer) throw new Error('no issuer');
  return issuer;
}

/** A complete sign-in with an issuer that follows `script`. */
async function signIn(
  script: Script,
  options: { trustEmail?: boolean; answer?: Record<string, string>; isFresh?: boolean } = {},
) {
  provider.play(script);
  const issuer = await requireIssuer();
  const { isFresh = false } = options;
  const { transaction } = await beginSignIn(issuer, { redirectUri: REDIRECT_URI, returnTo: '/', isFresh });
  provider.remember(transaction.nonce);
  const answer = new URLSearchParams({ code: 'code-1', state: transaction.state, ...options.answer });
  return finishSignIn(issuer, transaction, {
    answer,
    redirectUri: REDIRECT_URI,
    trustEmail: options.trustEmail ?? false,
  });
}

describe('the signed-in user', () => {
  test('is the token’s subject, with its verified email', async () => {
    const claims = { email: 'a@b.test', email_verified: true, name: 'A' };
    expect(await signIn({ claims })).toMatchObject({
      ok: true,
      issuer: provider.url,
      subject: 'person-1',
      identity: { email: 'a@b.test', emailVerified: true, name: 'A' },
    });
    expect(provider.seen.map(({ path }) => path)).not.toContain('/userinfo');
  });

  test('is read from the userinfo endpoint if the token lacks the email', async () => {
    const userInfo = { sub: 'person-1', email: 'a@b.test', email_verified: true, name: 'A' };
    expect(await signIn({ userInfo })).toMatchObject({ identity: { email: 'a@b.test', emailVerified: true } });
  });

  test('a verified email in one place does not verify another email', async () => {
    const userInfo = { sub: 'person-1', email: 'mine@b.test', email_verified: true };
    expect(await signIn({ claims: { email: 'yours@b.test' }, userInfo })).toMatchObject({
      identity: { email: 'mine@b.test', emailVerified: true },
    });
    expect(await signIn({ claims: { email: 'yours@b.test' }, userInfo: { sub: 'person-1' } })).toMatchObject({
      identity: { email: 'yours@b.test', emailVerified: false },
    });
  });

  test.each([
    ['nothing about it', {}, false],
    ['that it is not', { email_verified: false }, false],
    ['so in a word', { email_verified: 'true' }, false],
    ['so in a number', { email_verified: 1 }, false],
    ['so', { email_verified: true }, true],
  ])('an email is verified if the issuer says %s: %j → %j', async (_says, claims, emailVerified) => {
    const email = 'a@b.test';
    const userInfo = { sub: 'person-1', email, ...claims };
    expect(await signIn({ claims: { email, ...claims }, userInfo })).toMatchObject({
      identity: { email, emailVerified },
    });
  });

  test('a trusted issuer verifies emails unless it says no', async () => {
    const asTrusted = (claims: object) =>
      signIn({ claims: { email: 'a@b.test', ...claims }, userInfo: { sub: 'person-1' } }, { trustEmail: true });
    expect(await asTrusted({})).toMatchObject({ identity: { emailVerified: true } });
    expect(await asTrusted({ email_verified: false })).toMatchObject({ identity: { emailVerified: false } });
    expect(await asTrusted({ email_verified: 'no' })).toMatchObject({ identity: { emailVerified: false } });
  });
});

describe('an invalid token', () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = () =>
    `${encode({ alg: 'none' })}.${encode({ iss: provider.url, aud: provider.clientId, sub: 'x', iat: NOW_SECONDS, exp: NOW_SECONDS + 300 })}.`;

  const LIES: readonly (readonly [string, () => Script])[] = [
    ['another nonce', () => ({ claims: { nonce: 'another' } })],
    ['no nonce', () => ({ claims: { nonce: undefined } })],
    ['another issuer', () => ({ claims: { iss: 'https://evil.test' } })],
    ['another audience', () => ({ claims: { aud: 'client-2' } })],
    ['several audiences, made for another', () => ({ claims: { aud: ['client-1', 'client-2'], azp: 'client-2' } })],
    ['no audience', () => ({ claims: { aud: undefined } })],
    ['no subject', () => ({ claims: { sub: undefined } })],
    ['an empty subject', () => ({ claims: { sub: '' } })],
    ['a subject that is no text', () => ({ claims: { sub: 7 } })],
    ['a subject beyond all measure', () => ({ claims: { sub: 'x'.repeat(256) } })],
    ['no expiry', () => ({ claims: { exp: undefined } })],
    ['no time of issue', () => ({ claims: { iat: undefined } })],
    ['expired', () => ({ claims: { exp: NOW_SECONDS - 60 } })],
    ['not good yet', () => ({ claims: { nbf: NOW_SECONDS + 60 } })],
    ['signed by a stranger', () => ({ key: provider.stranger.privateKey })],
    ['signed by a stranger with another key id', () => ({ key: provider.stranger.privateKey, header: { kid: 'k2' } })],
    ['signed with a shared secret', () => ({ key: new Uint8Array(64).fill(1), header: { alg: 'HS256' } })],
    ['not signed', () => ({ idToken: unsigned() })],
    ['no token', () => ({ answer: { id_token: undefined } })],
    ['no JWT', () => ({ idToken: 'abc' })],
    ['describes another user', () => ({ userInfo: { sub: 'person-2', email: 'a@b.test', email_verified: true } })],
    ['an answer from elsewhere', () => ({ redirect: 'https://evil.test/token' })],
    ['an error', () => ({ status: 500 })],
  ];
  test.each(LIES)('%s', async (_lie, script) => {
    expect(await signIn(script())).toMatchObject({ ok: false, code: 'SIGN_IN_FAILED' });
  });

  test('the same flow accepts a valid token', async () => {
    expect(await signIn({})).toMatchObject({ ok: true });
  });
});

describe('the callback’s parameters', () => {
  test.each([
    [{ error: 'access_denied' }, 'SIGN_IN_DENIED'],
    [{ error: 'login_required' }, 'SIGN_IN_DENIED'],
    [{ error: 'server_error' }, 'SIGN_IN_FAILED'],
    [{ error: 'temporarily_unavailable' }, 'SIGN_IN_FAILED'],
    [{ iss: 'https://evil.test' }, 'SIGN_IN_FAILED'],
    [{ state: 'another' }, 'SIGN_IN_EXPIRED'],
    [{ state: '' }, 'SIGN_IN_EXPIRED'],
  ])('%j is %s, and no code is sent', async (answer, code) => {
    expect(await signIn({}, { answer })).toMatchObject({ ok: false, code });
    expect(provider.seen.map(({ path }) => path)).not.toContain('/token');
  });

  test('a code that was used before has expired', async () => {
    expect(await signIn({ status: 400, answer: { error: 'invalid_grant' } })).toMatchObject({
      code: 'SIGN_IN_EXPIRED',
    });
    expect(await signIn({ status: 401, answer: { error: 'invalid_client' } })).toMatchObject({
      code: 'SIGN_IN_FAILED',
    });
  });
});

describe('client authentication', () => {
  const exchange = async (changed: Partial<Settings>, metadata: Record<string, unknown> = {}) => {
    provider.play({ metadata });
    hours += 2;
    const issuer = await requireIssuer(changed);
    const { transaction } = await beginSignIn(issuer, { redirectUri: REDIRECT_URI, returnTo: '/', isFresh: false });
    provider.remember(transaction.nonce);
    const answer = new URLSearchParams({ code: 'code-1', state: transaction.state });
    await finishSignIn(issuer, transaction, { answer, redirectUri: REDIRECT_URI, trustEmail: false });
    const request = provider.seen.find(({ path }) => path === '/token');
    return { body: Object.fromEntries(request?.body ?? []), authorization: request?.authorization, transaction };
  };

  test('a public client sends the verifier and no secret', async () => {
    const { body, authorization, transaction } = await exchange({});
    expect(authorization).toBeUndefined();
    expect(body).toEqual({
      grant_type: 'authorization_code',
      client_id: provider.clientId,
      code: 'code-1',
      code_verifier: transaction.codeVerifier,
      redirect_uri: REDIRECT_URI,
    });
  });

  test('sends the secret in the header, or in the body if the provider accepts only that', async () => {
    const basic = await exchange({ OIDC_CLIENT_SECRET: 's3' });
    expect(basic.authorization).toMatch(/^Basic /);
    expect(basic.body).not.toHaveProperty('client_secret');
    provider.seen.length = 0;
    const post = await exchange(
      { OIDC_CLIENT_SECRET: 's3' },
      { token_endpoint_auth_methods_supported: ['client_secret_post'] },
    );
    expect(post.authorization).toBeUndefined();
    expect(post.body).toMatchObject({ client_secret: 's3' });
  });
});

describe('the provider’s metadata', () => {
  const countMetadataRequests = () => provider.seen.filter(({ path }) => path.startsWith('/.well-known')).length;

  test('is fetched once an hour', async () => {
    provider.play({});
    for (let request = 0; request < 5; request += 1) await requireIssuer();
    expect(countMetadataRequests()).toBe(1);
    hours += 1;
    await requireIssuer();
    expect(countMetadataRequests()).toBe(2);
  });

  test('keeps the known metadata if the fetch fails; without any, sign-in fails', async () => {
    provider.play({});
    await requireIssuer();
    hours += 2;
    provider.play({ metadata: { issuer: 'https://evil.test' } });
    expect((await requireIssuer()).server.issuer).toBe(provider.url);
    const strangers = { OIDC_ISSUER: `${provider.url}/other` };
    await expect(requireIssuer(strangers)).rejects.toThrow();
  });

  test('keeps the query of its endpoints', async () => {
    provider.play({});
    const { address } = await beginSignIn(await requireIssuer(), {
      redirectUri: REDIRECT_URI,
      returnTo: '/',
      isFresh: false,
    });
    expect(new URL(address).searchParams.get('tenant')).toBe('1');
  });

  test('asks for a new proof of identity only for a fresh sign-in (R53)', async () => {
    provider.play({});
    const begin = async (isFresh: boolean) =>
      new URL((await beginSignIn(await requireIssuer(), { redirectUri: REDIRECT_URI, returnTo: '/', isFresh })).address)
        .searchParams;
    const fresh = await begin(true);
    expect([fresh.get('prompt'), fresh.get('max_age')]).toEqual(['login', '0']);
    const plain = await begin(false);
    expect([plain.get('prompt'), plain.get('max_age')]).toEqual([null, '31536000']);
  });

  test('counts as recent without a time from the provider only if it asked for a new proof (R53)', async () => {
    const claims = { email: 'a@b.test', email_verified: true };
    expect(await signIn({ claims })).toMatchObject({ provedAt: 0 });
    expect(await signIn({ claims }, { isFresh: true })).toMatchObject({ provedAt: null });
    expect(await signIn({ claims: { ...claims, auth_time: 1_700_000_000 } })).toMatchObject({
      provedAt: 1_700_000_000,
    });
  });

  test('shows whether there is a sign-out page', async () => {
    provider.play({});
    const options = { idToken: 'a.b.c', returnTo: 'https://groundwire.test/' };
    expect(endSessionAddress(await requireIssuer(), options)).toBeNull();
    hours += 2;
    provider.play({ metadata: { end_session_endpoint: `${provider.url}/end` } });
    const address = new URL(endSessionAddress(await requireIssuer(), options) ?? '');
    expect(Object.fromEntries(address.searchParams)).toEqual({
      client_id: provider.clientId,
      id_token_hint: 'a.b.c',
      post_logout_redirect_uri: 'https://groundwire.test/',
    });
  });
});
