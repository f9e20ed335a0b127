import { expect, test } from 'vitest';
import { parseSettings, settingsOf } from './env.ts';

const KEY = btoa('k'.repeat(32));
const GOOD = {
  ENVIRONMENT: 'production',
  DATABASE_URL: 'postgresql://app:password@db.example.test/groundwire',
  CLAIM_KEY: `k1:${KEY}`,
  SESSION_KEY: KEY,
  MASTER_KEYS: `v1:${KEY}`,
};
const ISSUER = {
  JWT_ISSUER: 'https://id.example.test',
  JWT_AUDIENCE: 'api',
  JWT_JWKS_URL: 'https://id.example.test/keys',
};

test('the session key comes as bytes, and what is empty is not set', () => {
  const settings = parseSettings({ ...GOOD, ANTHROPIC_API_KEY: '', PUBLIC_ORIGIN: '' });
  expect(settings.SESSION_KEY).toEqual(new TextEncoder().encode('k'.repeat(32)));
  expect(settings.ANTHROPIC_API_KEY).toBeUndefined();
  expect(settings.PUBLIC_ORIGIN).toBeUndefined();
});

test('the rate of model requests is a number, and has one where none is set', () => {
  expect(parseSettings(GOOD)).toMatchObject({ AI_REQUESTS_PER_MINUTE: 30, AI_BURST: 10 });
  expect(parseSettings({ ...GOOD, AI_REQUESTS_PER_MINUTE: '60', AI_BURST: '5' })).toMatchObject({
    AI_REQUESTS_PER_MINUTE: 60,
    AI_BURST: 5,
  });
});

test.each([
  ['AI_BURST', { AI_BURST: '0' }],
  ['DATABASE_URL', { DATABASE_URL: undefined }],
  ['DATABASE_URL', { DATABASE_URL: 'mysql://secret-value' }],
  ['SESSION_KEY', { SESSION_KEY: btoa('secret-value') }],
  ['SESSION_KEY', { SESSION_KEY: 'secret-value!' }],
  ['CLAIM_KEY', { CLAIM_KEY: 'secret-value' }],
  ['MASTER_KEYS', { MASTER_KEYS: undefined }],
  ['MASTER_KEYS', { MASTER_KEYS: `v1:${btoa('secret-value')}` }],
  ['MASTER_KEYS', { MASTER_KEYS: `v1:${KEY},secret-value` }],
  ['ENVIRONMENT', { ENVIRONMENT: 'staging' }],
  ['JWT_ISSUER', { JWT_ISSUER: 'https://secret-value' }],
  ['JWT_JWKS_URL', { ...ISSUER, JWT_JWKS_URL: 'http://secret-value.test/keys' }],
  ['JWT_JWKS_URL', { ...ISSUER, JWT_JWKS_URL: 'http://localhost/keys' }],
])('a wrong %s is named and not shown: %j', (name, change) => {
  const attempt = () => parseSettings({ ...GOOD, ...change });
  expect(attempt).toThrow(name);
  expect(attempt).not.toThrow('secret-value');
});

test('keys over plain http are for a developer’s own machine', () => {
  const settings = parseSettings({
    ...GOOD,
    ...ISSUER,
    ENVIRONMENT: 'local',
    JWT_JWKS_URL: 'http://127.0.0.1:9000/keys',
  });
  expect(settings.JWT_TYPE).toBe('at+jwt');
});

test('one environment is parsed once', () => {
  const env = { ...GOOD };
  expect(settingsOf(env)).toBe(settingsOf(env));
});
