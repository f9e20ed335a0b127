import {
  createLocalJWKSet,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { LONGEST_SIGN_IN_SECONDS } from '../../durable/account/sign-ins.ts';
import { ClaimPaths } from '../../durable/contracts/issuers.ts';
import { type AuthenticateDeps, authenticate } from './authenticate.ts';
import { type Issuer, MAX_TOKEN_AGE_SECONDS, TOLERANCE_SECONDS } from './issuer-token.ts';
import { SESSION_TOKEN_TYPE, signSessionToken } from './session-token.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const NOW_SECONDS = NOW.getTime() / 1000;
const ISSUER = 'https://id.example.test';
const AUDIENCE = 'groundwire-api';
const SUBJECT = 'person-1';
const SESSION_KEY = new Uint8Array(32).fill(7);
const SIGN_IN_ID = '0d000000-0000-4000-8000-000000000001';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
let rsa: Keys;
let pss: Keys;
let ec: Keys;
let ed: Keys;
let stranger: Keys;
let deps: AuthenticateDeps;

beforeAll(async () => {
  const options = { extractable: true };
  [rsa, pss, ec, ed, stranger] = await Promise.all([
    generateKeyPair('RS256', options),
    generateKeyPair('PS256', options),
    generateKeyPair('ES256', options),
    generateKeyPair('EdDSA', options),
    generateKeyPair('RS256', options),
  ]);
  const keys = createLocalJWKSet({
    keys: [
      { ...(await exportJWK(rsa.publicKey)), kid: 'rsa' },
      { ...(await exportJWK(pss.publicKey)), kid: 'pss' },
      { ...(await exportJWK(ec.publicKey)), kid: 'ec' },
      { ...(await exportJWK(ed.publicKey)), kid: 'ed' },
    ],
  });
  deps = {
    sessionKey: SESSION_KEY,
    findIssuer: async (name) => (name === ISSUER ? { ...RULES, keys } : null),
    now: () => NOW,
  };
});

const RULES: Omit<Issuer, 'keys'> = {
  ...{ issuer: ISSUER, audiences: [AUDIENCE], type: 'at+jwt', grants: null },
  ...{ clockToleranceSeconds: TOLERANCE_SECONDS, maxAgeSeconds: MAX_TOKEN_AGE_SECONDS },
};

type Header = { alg: string; typ?: string; kid?: string; [name: string]: unknown };

const CLAIMS = { iss: ISSUER, aud: AUDIENCE, sub: SUBJECT, iat: NOW_SECONDS - 60, exp: NOW_SECONDS + 600 };

/** A valid token with the given changes; `undefined` removes a claim or header parameter. */
async function sign(
  change: { claims?: Record<string, unknown>; header?: Record<string, unknown>; key?: CryptoKey | Uint8Array } = {},
) {
  const header = without({ alg: 'RS256', typ: 'at+jwt', kid: 'rsa', ...change.header }) as Header;
  return new SignJWT(without({ ...CLAIMS, ...change.claims }) as JWTPayload)
    .setProtectedHeader(header)
    .sign(change.key ?? rsa.privateKey, { crit: { surprise: true, b64: true } });
}

/** For tokens that no library would sign. */
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const compact = (header: unknown, claims: unknown, signature = ''): string =>
  `${encode(header)}.${encode(claims)}.${signature}`;
const without = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

const bearer = (token: string, changed: Partial<AuthenticateDeps> = {}) =>
  authenticate({ authorization: `Bearer ${token}`, cookie: undefined }, { ...deps, ...changed });

describe('tokens of the configured issuer (R14)', () => {
  test.each([
    ['RS256', 'rsa', () => rsa],
    ['PS256', 'pss', () => pss],
    ['ES256', 'ec', () => ec],
    ['EdDSA', 'ed', () => ed],
  ])('a good %s token names its subject', async (alg, kid, keys) => {
    const token = await sign({ header: { alg, kid }, key: keys().privateKey });
    expect(await bearer(token)).toEqual({
      principal: { subject: `${ISSUER}|${SUBJECT}`, expiresAt: CLAIMS.exp },
    });
  });

  test('accepts a list of audiences that contains ours', async () => {
    for (const aud of [[AUDIENCE], ['other-api', AUDIENCE]])
      expect(await bearer(await sign({ claims: { aud } }))).not.toBeNull();
  });

  test.each(['https://id.other.test|name', 'demo:ada', `${ISSUER}|${SUBJECT}`])(
    'never names a user of another issuer, whatever its subject: %s',
    async (sub) => {
      expect(await bearer(await sign({ claims: { sub } }))).toMatchObject({
        principal: { subject: `${ISSUER}|${sub}` },
      });
    },
  );

  test('ignores a sign-in id set by the issuer', async () => {
    expect(await bearer(await sign({ claims: { sid: SIGN_IN_ID } }))).toEqual({
      principal: { subject: `${ISSUER}|${SUBJECT}`, expiresAt: CLAIMS.exp },
    });
  });

  test('allows the clocks to differ by up to 30 seconds', async () => {
    for (const claim of [{ exp: NOW_SECONDS - 29 }, { iat: NOW_SECONDS + 29 }, { nbf: NOW_SECONDS + 29 }])
      expect(await bearer(await sign({ claims: claim }))).not.toBeNull();
    for (const claim of [{ exp: NOW_SECONDS - 31 }, { iat: NOW_SECONDS + 31 }, { nbf: NOW_SECONDS + 31 }])
      expect(await bearer(await sign({ claims: claim }))).toBeNull();
  });

  test.each<[string, () => Promise<object>]>([
    ['an RSA key that is too short', async () => publicJwk('RSASSA-PKCS1-v1_5', 1024)],
    ['a key without its numbers', async () => ({ kty: 'RSA' })],
    ['a key with broken numbers', async () => ({ kty: 'RSA', n: '!', e: 'AQAB' })],
    ['a point that is not on the curve', async () => ({ kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' })],
    ['an unknown kind of key', async () => ({ kty: 'unknown' })],
    ['a shared secret', async () => ({ kty: 'oct', k: 'AAAA' })],
  ])('refuses a token if its issuer publishes %s', async (_what, key) => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const published = { ...(await key()), kid: 'weak' };
    for (const alg of ['RS256', 'ES256', 'EdDSA']) {
      const issuer = { ...RULES, keys: createLocalJWKSet({ keys: [published] } as JSONWebKeySet) };
      expect(
        await bearer(compact({ alg, typ: 'at+jwt', kid: 'weak' }, CLAIMS, 'AAAA'), { findIssuer: async () => issuer }),
      ).toBeNull();
    }
  });

  test('refuses an issuer’s tokens if none is configured', async () => {
    expect(await bearer(await sign(), { findIssuer: async () => null })).toBeNull();
  });

  const BAD_TOKENS: readonly (readonly [string, () => Promise<string>])[] = [
    ['alg none', async () => compact({ alg: 'none', typ: 'at+jwt', kid: 'rsa' }, CLAIMS)],
    ['alg None, spelt otherwise', async () => compact({ alg: 'nOnE', typ: 'at+jwt', kid: 'rsa' }, CLAIMS, 'AA')],
    ['no alg', async () => compact({ typ: 'at+jwt', kid: 'rsa' }, CLAIMS, 'AA')],
    ['HS256 with the public key as secret', async () => sign({ header: { alg: 'HS256' }, key: await publicPem(rsa) })],
    ['HS256 with our session key', () => sign({ header: { alg: 'HS256', kid: undefined }, key: SESSION_KEY })],
    [
      'an algorithm that is not pinned, with the right key',
      async () => sign({ header: { alg: 'RS512' }, key: await rs512(rsa) }),
    ],
    ['the key of another algorithm', async () => compact({ alg: 'ES256', typ: 'at+jwt', kid: 'rsa' }, CLAIMS, 'AA')],
    ['a stranger’s key under a known key id', () => sign({ key: stranger.privateKey })],
    ['an unknown key id', () => sign({ header: { kid: 'unknown' } })],
    ['a key id that is a path', () => sign({ header: { kid: '../../dev/null' } })],
    ['another issuer', () => sign({ claims: { iss: 'https://id.other.test' } })],
    ['the issuer with a slash more', () => sign({ claims: { iss: `${ISSUER}/` } })],
    ['the issuer as a list', async () => signRaw({ ...CLAIMS, iss: [ISSUER] })],
    ['no issuer', () => sign({ claims: { iss: undefined } })],
    ['another audience', () => sign({ claims: { aud: 'other-api' } })],
    ['an audience that begins with ours', () => sign({ claims: { aud: `${AUDIENCE}-admin` } })],
    ['a list of other audiences', () => sign({ claims: { aud: ['other-api', `${AUDIENCE}2`] } })],
    ['an empty list of audiences', () => sign({ claims: { aud: [] } })],
    ['no audience', () => sign({ claims: { aud: undefined } })],
    ['no type', () => sign({ header: { typ: undefined } })],
    ['the type of an ID token', () => sign({ header: { typ: 'JWT' } })],
    ['the type of our session tokens', () => sign({ header: { typ: SESSION_TOKEN_TYPE } })],
    ['no exp', () => sign({ claims: { exp: undefined } })],
    ['exp as text', async () => signRaw({ ...CLAIMS, exp: String(CLAIMS.exp) })],
    ['expired', () => sign({ claims: { exp: NOW_SECONDS - 60 } })],
    ['no iat', () => sign({ claims: { iat: undefined } })],
    ['issued in the future', () => sign({ claims: { iat: NOW_SECONDS + 60 } })],
    ['older than we take', () => sign({ claims: { iat: NOW_SECONDS - MAX_TOKEN_AGE_SECONDS - 40 } })],
    ['not valid yet', () => sign({ claims: { nbf: NOW_SECONDS + 60 } })],
    ['no subject', () => sign({ claims: { sub: undefined } })],
    ['an empty subject', () => sign({ claims: { sub: '' } })],
    ['a subject that is a number', async () => signRaw({ ...CLAIMS, sub: 1 })],
    ['a subject beyond all measure', () => sign({ claims: { sub: 'x'.repeat(513) } })],
    ['a payload changed after signing', async () => tamper(await sign(), 1)],
    ['a signature changed after signing', async () => tamper(await sign(), 2)],
    ['a signature taken off', async () => `${(await sign()).split('.').slice(0, 2).join('.')}.`],
    ['an unknown critical extension', () => sign({ header: { crit: ['surprise'], surprise: true } })],
    [
      'an unencoded payload',
      async () => compact({ alg: 'RS256', typ: 'at+jwt', kid: 'rsa', b64: false, crit: ['b64'] }, CLAIMS, 'AA'),
    ],
    [
      'a key of its own in the header',
      async () =>
        sign({ header: { kid: undefined, jwk: await exportJWK(stranger.publicKey) }, key: stranger.privateKey }),
    ],
    [
      'a key set of its own in the header',
      () => sign({ header: { kid: 'unknown', jku: 'https://evil.test/keys' }, key: stranger.privateKey }),
    ],
    [
      'a certificate of its own in the header',
      () => sign({ header: { kid: 'unknown', x5u: 'https://evil.test/cert' }, key: stranger.privateKey }),
    ],
    ['larger than any token', () => sign({ claims: { padding: 'x'.repeat(9_000) } })],
    ['five parts, as if encrypted', async () => `${await sign()}.AA.AA`],
    ['two parts', async () => (await sign()).split('.').slice(0, 2).join('.')],
    ['a second token behind a comma', async () => `${await sign()}, Bearer ${await sign()}`],
    ['no token', async () => ''],
    ['no JWT', async () => 'aaa.bbb.ccc'],
  ];

  test.each(BAD_TOKENS)('refuses: %s', async (_name, make) => {
    expect(await bearer(await make())).toBeNull();
  });

  test('the table has at least the expected number of bad tokens', () => {
    expect(BAD_TOKENS.length).toBeGreaterThanOrEqual(27);
  });
});

describe('what an issuer’s token says about its user', () => {
  const granting = (settings: Partial<Issuer>): Partial<AuthenticateDeps> => ({
    findIssuer: async () => {
      const issuer = await deps.findIssuer(ISSUER);
      if (!issuer) throw new Error('the issuer of the other tests is gone');
      return { ...issuer, ...settings };
    },
  });
  const said = async (claims: Record<string, unknown>, paths: object, roleNames: Record<string, string> = {}) => {
    const grants = { claims: ClaimPaths.parse(paths), roleNames };
    return (await bearer(await sign({ claims }), granting({ grants })))?.claims ?? null;
  };

  test('is read at the paths of its settings', async () => {
    const claims = {
      email: 'kim@host.test',
      name: 'Kim',
      'https://host.test/org': 'lakeside',
      app_metadata: { roles: ['agent', 'agent', 'lead'] },
    };
    const paths = {
      ...{ email: 'email', name: 'name' },
      organization: 'https://host.test/org',
      role: 'app_metadata.roles',
    };
    expect(await said(claims, paths)).toEqual({
      ...{ issuedAt: CLAIMS.iat, orgs: ['lakeside'], orgName: null, roles: ['agent', 'lead'] },
      ...{ email: 'kim@host.test', name: 'Kim' },
    });
  });

  test.each([
    ['text', 'acme', ['acme']],
    ['a list', ['b', 'a', 7, ''], ['a', 'b']],
    ['an object with a key for each', { beta: { id: '1' }, acme: {} }, ['acme', 'beta']],
    ['a number', 7, []],
    ['nothing', undefined, []],
  ])('takes organizations as %s', async (_form, organization, orgs) => {
    expect(await said({ organization }, { organization: 'organization' })).toMatchObject({ orgs });
  });

  test('takes the longest name that exists when names have dots', async () => {
    const nested = { 'https://a.test': { role: 'short' }, 'https://a.test.role': 'long' };
    expect(await said(nested, { role: 'https://a.test.role' })).toMatchObject({ roles: ['long'] });
    expect(await said({ a: { 'b.c': { d: 'deep' } } }, { role: 'a.b.c.d' })).toMatchObject({ roles: ['deep'] });
    expect(await said({ a: 'x' }, { role: 'a.constructor.name' })).toMatchObject({ roles: [] });
    expect(await said({}, { role: '__proto__.x' })).toMatchObject({ roles: [] });
  });

  test('has no address unless it is proven, if the settings name a claim for that', async () => {
    const paths = { email: 'email', emailVerified: 'email_verified' };
    expect(await said({ email: 'k@host.test', email_verified: false }, paths)).toMatchObject({ email: null });
    expect(await said({ email: 'k@host.test' }, paths)).toMatchObject({ email: null });
    expect(await said({ email: 'k@host.test', email_verified: true }, paths)).toMatchObject({ email: 'k@host.test' });
    expect(await said({ email: 'not an address' }, { email: 'email' })).toMatchObject({ email: null });
  });

  test('counts only mapped roles if the settings map any', async () => {
    const roles = ['offline_access', 'org:admin', 'uma'];
    expect(await said({ roles }, { role: 'roles' }, { 'org:admin': 'admin' })).toMatchObject({ roles: ['org:admin'] });
  });

  test('is refused with more organizations than can be checked', async () => {
    const orgs = Array.from({ length: 51 }, (_, index) => `org-${index}`);
    const noted = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(await said({ orgs }, { organization: 'orgs' })).toBeNull();
    expect(noted).toHaveBeenCalled();
    noted.mockRestore();
  });

  test('names its user by the claim of the settings', async () => {
    const grants = { claims: ClaimPaths.parse({ subject: 'oid' }), roleNames: {} };
    const token = await sign({ claims: { sub: undefined, oid: 'object-1' } });
    expect(await bearer(token, granting({ grants }))).toMatchObject({ principal: { subject: `${ISSUER}|object-1` } });
    expect(await bearer(await sign(), granting({ grants }))).toBeNull();
  });

  test('is accepted without a type only if the settings say so', async () => {
    const token = await sign({ header: { typ: undefined } });
    expect(await bearer(token, granting({ type: 'none' }))).not.toBeNull();
    expect(await bearer(await sign(), granting({ type: 'none' }))).toBeNull();
  });

  test('is accepted for any of the audiences, within the issuer’s age and tolerance', async () => {
    const audiences = ['first-api', AUDIENCE];
    expect(await bearer(await sign(), granting({ audiences }))).not.toBeNull();
    expect(await bearer(await sign(), granting({ maxAgeSeconds: 10, clockToleranceSeconds: 0 }))).toBeNull();
    const late = await sign({ claims: { exp: NOW_SECONDS - 50 } });
    expect(await bearer(late, granting({ clockToleranceSeconds: 60 }))).not.toBeNull();
  });
});

describe('our own session tokens (R14)', () => {
  const signIn = { signInId: SIGN_IN_ID, expiresAt: NOW_SECONDS + 60 * 60, openedAt: NOW_SECONDS };
  const own = (change: { claims?: Record<string, unknown>; header?: Record<string, unknown>; key?: Uint8Array } = {}) =>
    sign({
      key: change.key ?? SESSION_KEY,
      header: { alg: 'HS256', typ: SESSION_TOKEN_TYPE, kid: undefined, ...change.header },
      claims: { iss: 'groundwire', aud: 'groundwire-edge', sid: SIGN_IN_ID, ...change.claims },
    });

  test('accepts the token as a cookie and as a bearer token', async () => {
    const token = await signSessionToken(SESSION_KEY, SUBJECT, signIn);
    const principal = { subject: SUBJECT, signInId: SIGN_IN_ID, expiresAt: signIn.expiresAt };
    const expected = { principal };
    expect(await bearer(token)).toEqual(expected);
    expect(await authenticate({ authorization: undefined, cookie: token }, deps)).toEqual(expected);
  });

  test('accepts the token that the table below modifies', async () => {
    expect(await bearer(await own())).not.toBeNull();
  });

  test.each([
    ['another key', () => own({ key: new Uint8Array(32).fill(8) })],
    ['another algorithm of the same key', () => own({ header: { alg: 'HS512' }, key: new Uint8Array(64).fill(7) })],
    ['a type that is not ours', () => own({ header: { typ: 'JWT' } })],
    ['another issuer', () => own({ claims: { iss: ISSUER } })],
    ['another audience', () => own({ claims: { aud: AUDIENCE } })],
    ['our audience in a list', () => own({ claims: { aud: ['groundwire-edge'] } })],
    ['no sign-in id', () => own({ claims: { sid: undefined } })],
    ['a sign-in id that is none', () => own({ claims: { sid: 'x' } })],
    ['no subject', () => own({ claims: { sub: undefined } })],
    ['no exp', () => own({ claims: { exp: undefined } })],
    ['no iat', () => own({ claims: { iat: undefined } })],
    ['expired', () => own({ claims: { exp: NOW_SECONDS - 10 } })],
    ['older than a sign-in lives', () => own({ claims: { iat: NOW_SECONDS - LONGEST_SIGN_IN_SECONDS - 10 } })],
    ['issued in the future', () => own({ claims: { iat: NOW_SECONDS + 10 } })],
    ['alg none', async () => compact({ alg: 'none', typ: SESSION_TOKEN_TYPE }, { ...CLAIMS, sid: SIGN_IN_ID })],
  ])('refuses: %s', async (_name, make) => {
    const token = await make();
    expect(await bearer(token)).toBeNull();
    expect(await authenticate({ authorization: undefined, cookie: token }, deps)).toBeNull();
  });

  test('refuses the issuer’s token as a cookie', async () => {
    expect(await authenticate({ authorization: undefined, cookie: await sign() }, deps)).toBeNull();
  });

  test('refuses an invalid Authorization header even with a valid cookie', async () => {
    const cookie = await signSessionToken(SESSION_KEY, SUBJECT, signIn);
    for (const authorization of ['', 'Basic YTpi', 'Bearer', `Bearer ${await own({ claims: { sub: undefined } })}`]) {
      expect(await authenticate({ authorization, cookie }, deps)).toBeNull();
    }
  });

  test('refuses a request without credentials', async () => {
    expect(await authenticate({ authorization: undefined, cookie: undefined }, deps)).toBeNull();
  });
});

const publicPem = async (keys: Keys): Promise<Uint8Array> => new TextEncoder().encode(await exportSPKI(keys.publicKey));

const rs512 = async (keys: Keys): Promise<CryptoKey | Uint8Array> =>
  importJWK(await exportJWK(keys.privateKey), 'RS512');

/** Signs claims that the library's types don't allow. */
const signRaw = (claims: Record<string, unknown>): Promise<string> =>
  new SignJWT(claims as JWTPayload)
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'rsa' })
    .sign(rsa.privateKey);

/** Changes one character in the middle of a part, where every bit is significant. */
function tamper(token: string, part: number): string {
  const parts = token.split('.');
  const text = parts[part] ?? '';
  const at = Math.floor(text.length / 2);
  parts[part] = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
  return parts.join('.');
}

async function publicJwk(name: string, modulusLength: number): Promise<object> {
  const algorithm = { name, modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
  const pair = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  return crypto.subtle.exportKey('jwk', pair.publicKey);
}
