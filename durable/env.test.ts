import { expect, test } from 'vitest';
import { parseSettings, settingsOf } from './env.ts';

const KEY = btoa('k'.repeat(32));
const GOOD = {
  ENVIRONMENT: 'production',
  DATABASE_URL: 'postgresql://app:password@db.example.test/groundwire',
  CLAIM_KEY: `k1:${KEY}`,
  SESSION_KEY: KEY,
  MASTER_KEYS: `v1:${KEY}`,
  AUDIT_KEYS: `a1:${KEY}`,
  PUBLIC_ORIGIN: 'https://assistant.example.test/',
};
const ISSUER = {
  JWT_ISSUER: 'https://id.example.test',
  JWT_AUDIENCE: 'api',
  JWT_JWKS_URL: 'https://id.example.test/keys',
};

test('decodes the session key, and treats empty values as unset', () => {
  const settings = parseSettings({ ...GOOD, ENVIRONMENT: 'local', ANTHROPIC_API_KEY: '', PUBLIC_ORIGIN: '' });
  expect(settings.SESSION_KEY).toEqual(new TextEncoder().encode('k'.repeat(32)));
  expect(settings.ANTHROPIC_API_KEY).toBeUndefined();
  expect(settings.PUBLIC_ORIGIN).toBeUndefined();
});

test('parses the rate limits and applies their defaults', () => {
  expect(parseSettings(GOOD)).toMatchObject({ AI_REQUESTS_PER_MINUTE: 30, AI_BURST: 10 });
  expect(parseSettings({ ...GOOD, AI_REQUESTS_PER_MINUTE: '60', AI_BURST: '5' })).toMatchObject({
    AI_REQUESTS_PER_MINUTE: 60,
    AI_BURST: 5,
  });
});

test('reduces the public address to its origin (R17)', () => {
  expect(parseSettings({ ...GOOD, PUBLIC_ORIGIN: 'https://a.example.test/chat?x=1' }).PUBLIC_ORIGIN).toBe(
    'https://a.example.test',
  );
});

test.each([
  ['PUBLIC_ORIGIN', { PUBLIC_ORIGIN: '' }],
  ['PUBLIC_ORIGIN', { PUBLIC_ORIGIN: undefined }],
  ['PUBLIC_ORIGIN', { PUBLIC_ORIGIN: 'http://secret-value.test' }],
  ['PUBLIC_ORIGIN', { PUBLIC_ORIGIN: 'secret-value' }],
  ['JWT_ISSUER', { ...ISSUER, JWT_ISSUER: 'https://secret-value|x' }],
  ['OIDC_ISSUER', { OIDC_ISSUER: 'https://secret-value.test/|x', OIDC_CLIENT_ID: 'x' }],
  ['AI_BURST', { AI_BURST: '0' }],
  ['DATABASE_URL', { DATABASE_URL: undefined }],
  ['DATABASE_URL', { DATABASE_URL: 'mysql://secret-value' }],
  ['SESSION_KEY', { SESSION_KEY: btoa('secret-value') }],
  ['SESSION_KEY', { SESSION_KEY: 'secret-value!' }],
  ['CLAIM_KEY', { CLAIM_KEY: 'secret-value' }],
  ['MASTER_KEYS', { MASTER_KEYS: undefined }],
  ['MASTER_KEYS', { MASTER_KEYS: `v1:${btoa('secret-value')}` }],
  ['MASTER_KEYS', { MASTER_KEYS: `v1:${KEY},secret-value` }],
  ['AUDIT_KEYS', { AUDIT_KEYS: undefined }],
  ['AUDIT_KEYS', { AUDIT_KEYS: 'secret-value' }],
  ['ENVIRONMENT', { ENVIRONMENT: 'staging' }],
  ['JWT_ISSUER', { JWT_ISSUER: 'https://secret-value' }],
  ['JWT_JWKS_URL', { ...ISSUER, JWT_JWKS_URL: 'http://secret-value.test/keys' }],
  ['JWT_JWKS_URL', { ...ISSUER, JWT_JWKS_URL: 'http://localhost/keys' }],
])('names an invalid %s without showing its value: %j', (name, change) => {
  const attempt = () => parseSettings({ ...GOOD, ...change });
  expect(attempt).toThrow(name);
  expect(attempt).not.toThrow('secret-value');
});

test('accepts a JWKS over plain http in local development', () => {
  const settings = parseSettings({
    ...GOOD,
    ...ISSUER,
    ENVIRONMENT: 'local',
    JWT_JWKS_URL: 'http://127.0.0.1:9000/keys',
  });
  expect(settings.JWT_TYPE).toBe('at+jwt');
});

test('parses an environment once', () => {
  const env = { ...GOOD };
  expect(settingsOf(env)).toBe(settingsOf(env));
});
