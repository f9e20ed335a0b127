// R16: what a provider says is held against what was asked of it. The issuer here lies; a certified one, which does not, is
// met in routes/sign-in.workerd.test.ts.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseSettings, type Settings } from '../../durable/env.ts';
import { getOidcIssuer, type OidcIssuer } from './oidc-issuer.ts';
import { type Script, type ScriptedIssuer, startScriptedIssuer } from './scripted-issuer.fixture.ts';
import { beginSignIn, endSessionAddress, finishSignIn } from './sign-in-flow.ts';

const REDIRECT_URI = 'http://groundwire.test/auth/callback';
const KEY = btoa('k'.repeat(32));
const NOW_SECONDS = Math.floor(Date.now() / 1000);

let provider: ScriptedIssuer;
let settings: Settings;
/** Each test is an isolate that has not asked for metadata in the last hour. */
let hours = 0;
beforeAll(async () => {
  provider = await startScriptedIssuer();
  settings = parseSettings({
    ...{ ENVIRONMENT: 'local', DATABASE_URL: 'postgresql://app@db.test/x', CLAIM_KEY: `k1:${KEY}`, SESSION_KEY: KEY },
    MASTER_KEYS: `v1:${KEY}`,
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

/** The whole way with an issuer that plays `script`. */
async function signIn(script: Script, options: { trustEmail?: boolean; answer?: Record<string, string> } = {}) {
  provider.play(script);
  const issuer = await requireIssuer();
  const { transaction } = await beginSignIn(issuer, { redirectUri: REDIRECT_URI, returnTo: '/' });
  provider.remember(transaction.nonce);
  const answer = new URLSearchParams({ code: 'code-1', state: transaction.state, ...options.answer });
  return finishSignIn(issuer, transaction, {
    answer,
    redirectUri: REDIRECT_URI,
    trustEmail: options.trustEmail ?? false,
  });
}

describe('who signed in', () => {
  test('is the subject of the token, with the address that it proves', async () => {
    const claims = { email: 'a@b.test', email_verified: true, name: 'A' };
    expect(await signIn({ claims })).toMatchObject({
      ok: true,
      issuer: provider.url,
      subject: 'person-1',
      identity: { email: 'a@b.test', emailVerified: true, name: 'A' },
    });
    expect(provider.seen.map(({ path }) => path)).not.toContain('/userinfo');
  });

  test('is asked for where the token does not say it', async () => {
    const userInfo = { sub: 'person-1', email: 'a@b.test', email_verified: true, name: 'A' };
    expect(await signIn({ userInfo })).toMatchObject({ identity: { email: 'a@b.test', emailVerified: true } });
  });

  test('a verified address says nothing about another one', async () => {
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
  ])('an address is verified where the issuer says %s: %j → %j', async (_says, claims, emailVerified) => {
    const email = 'a@b.test';
    const userInfo = { sub: 'person-1', email, ...claims };
    expect(await signIn({ claims: { email, ...claims }, userInfo })).toMatchObject({
      identity: { email, emailVerified },
    });
  });

  test('of a trusted issuer, silence will do and a no will not', async () => {
    const asTrusted = (claims: object) =>
      signIn({ claims: { email: 'a@b.test', ...claims }, userInfo: { sub: 'person-1' } }, { trustEmail: true });
    expect(await asTrusted({})).toMatchObject({ identity: { emailVerified: true } });
    expect(await asTrusted({ email_verified: false })).toMatchObject({ identity: { emailVerified: false } });
    expect(await asTrusted({ email_verified: 'no' })).toMatchObject({ identity: { emailVerified: false } });
  });
});

describe('a token that proves nothing', () => {
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
    ['told about somebody else', () => ({ userInfo: { sub: 'person-2', email: 'a@b.test', email_verified: true } })],
    ['an answer from elsewhere', () => ({ redirect: 'https://evil.test/token' })],
    ['an error', () => ({ status: 500 })],
  ];
  test.each(LIES)('%s', async (_lie, script) => {
    expect(await signIn(script())).toMatchObject({ ok: false, code: 'SIGN_IN_FAILED' });
  });

  test('the same way is open to who tells the truth', async () => {
    expect(await signIn({})).toMatchObject({ ok: true });
  });
});

describe('the answer of the browser', () => {
  test.each([
    [{ error: 'access_denied' }, 'SIGN_IN_DENIED'],
    [{ error: 'login_required' }, 'SIGN_IN_DENIED'],
    [{ error: 'server_error' }, 'SIGN_IN_FAILED'],
    [{ error: 'temporarily_unavailable' }, 'SIGN_IN_FAILED'],
    [{ iss: 'https://evil.test' }, 'SIGN_IN_FAILED'],
    [{ state: 'another' }, 'SIGN_IN_EXPIRED'],
    [{ state: '' }, 'SIGN_IN_EXPIRED'],
  ])('%j is %s, and no code is sent anywhere', async (answer, code) => {
    expect(await signIn({}, { answer })).toMatchObject({ ok: false, code });
    expect(provider.seen.map(({ path }) => path)).not.toContain('/token');
  });

  test('a code that was used before is out of date', async () => {
    expect(await signIn({ status: 400, answer: { error: 'invalid_grant' } })).toMatchObject({
      code: 'SIGN_IN_EXPIRED',
    });
    expect(await signIn({ status: 401, answer: { error: 'invalid_client' } })).toMatchObject({
      code: 'SIGN_IN_FAILED',
    });
  });
});

describe('who we are to the provider', () => {
  const exchange = async (changed: Partial<Settings>, metadata: Record<string, unknown> = {}) => {
    provider.play({ metadata });
    hours += 2;
    const issuer = await requireIssuer(changed);
    const { transaction } = await beginSignIn(issuer, { redirectUri: REDIRECT_URI, returnTo: '/' });
    provider.remember(transaction.nonce);
    const answer = new URLSearchParams({ code: 'code-1', state: transaction.state });
    await finishSignIn(issuer, transaction, { answer, redirectUri: REDIRECT_URI, trustEmail: false });
    const request = provider.seen.find(({ path }) => path === '/token');
    return { body: Object.fromEntries(request?.body ?? []), authorization: request?.authorization, transaction };
  };

  test('a public client shows the verifier and no secret', async () => {
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

  test('a secret goes in the header, or in the body where that is all that the provider takes', async () => {
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
  const countAsked = () => provider.seen.filter(({ path }) => path.startsWith('/.well-known')).length;

  test('is asked for once an hour', async () => {
    provider.play({});
    for (let request = 0; request < 5; request += 1) await requireIssuer();
    expect(countAsked()).toBe(1);
    hours += 1;
    await requireIssuer();
    expect(countAsked()).toBe(2);
  });

  test('that cannot be had leaves what is known; where nothing is known, nobody signs in', async () => {
    provider.play({});
    await requireIssuer();
    hours += 2;
    provider.play({ metadata: { issuer: 'https://evil.test' } });
    expect((await requireIssuer()).server.issuer).toBe(provider.url);
    const strangers = { OIDC_ISSUER: `${provider.url}/other` };
    await expect(requireIssuer(strangers)).rejects.toThrow();
  });

  test('keeps what it has in its addresses', async () => {
    provider.play({});
    const { address } = await beginSignIn(await requireIssuer(), { redirectUri: REDIRECT_URI, returnTo: '/' });
    expect(new URL(address).searchParams.get('tenant')).toBe('1');
  });

  test('says whether there is a sign-out', async () => {
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
