// What a claim contains, when it is signed again, and how database faults are classified. Runs without a database.
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import { type Claim, signClaim } from './session-claim.ts';
import { getDatabaseFault, toDatabaseError } from './sqlstate.ts';

const SECRET = Buffer.alloc(32, 9);
const KEY = `k1:${SECRET.toString('base64')}`;
const NOW = Date.UTC(2026, 10, 21);
const user: Claim = { kind: 'user', org: 'org-1', user: 'user-1' };

function read(text: string): unknown {
  const [kid, body, mac] = text.split('.');
  expect(mac).toBe(createHmac('sha256', SECRET).update(`${kid}.${body}`).digest('base64url'));
  return JSON.parse(Buffer.from(body ?? '', 'base64url').toString());
}

test('a claim names its key id, lasts a minute and contains only the fields of its kind', async () => {
  const extra = { ...user, permissions: ['all'], exp: 9e9 };
  expect(read(await signClaim(KEY, extra, NOW))).toEqual({
    kind: 'user',
    org: 'org-1',
    user: 'user-1',
    exp: NOW / 1000 + 60,
  });
  expect(read(await signClaim(KEY, { kind: 'system', org: 'org-1' }, NOW))).toEqual({
    kind: 'system',
    org: 'org-1',
    exp: NOW / 1000 + 60,
  });
  expect(read(await signClaim(KEY, { kind: 'subject', sub: 'é𝄞' }, NOW))).toEqual({
    kind: 'subject',
    sub: 'é𝄞',
    exp: NOW / 1000 + 60,
  });
});

test('a claim is reused while it has enough time left, and only for identical fields', async () => {
  const first = await signClaim(KEY, user, NOW);
  expect(await signClaim(KEY, { ...user }, NOW + 34_000)).toBe(first);
  const others: [string, Claim][] = [
    [KEY, { ...user, org: 'org-2' }],
    [KEY, { ...user, user: 'user-2' }],
    [KEY, { kind: 'system', org: 'org-1', user: 'user-1' }],
    [`k2:${SECRET.toString('base64')}`, user],
    [`k1:${Buffer.alloc(32, 8).toString('base64')}`, user],
  ];
  const texts = await Promise.all(others.map(([key, claim]) => signClaim(key, claim, NOW)));
  expect(new Set([first, ...texts]).size).toBe(others.length + 1);
  expect(read(await signClaim(KEY, user, NOW + 36_000))).toMatchObject({ exp: NOW / 1000 + 36 + 60 });
  // The clock was set back an hour: a claim signed in the future is not reused.
  expect(read(await signClaim(KEY, user, NOW - 3_600_000))).toMatchObject({ exp: NOW / 1000 - 3600 + 60 });
});

test.each([
  ['57014', 'timeout', 'DATABASE_UNAVAILABLE'],
  ['57P01', 'unavailable', 'DATABASE_UNAVAILABLE'],
  ['53300', 'unavailable', 'DATABASE_UNAVAILABLE'],
  ['40001', 'contended', 'DATABASE_UNAVAILABLE'],
  ['40P01', 'contended', 'DATABASE_UNAVAILABLE'],
  ['42501', 'denied', 'FORBIDDEN'],
  ['25006', 'read_only', 'FORBIDDEN'],
  ['23505', 'duplicate', 'INTERNAL'],
  ['23503', 'invalid', 'INTERNAL'],
  ['22P02', 'invalid', 'INTERNAL'],
  ['P0001', 'invalid', 'INTERNAL'],
  ['28P01', 'misconfigured', 'DATABASE_UNAVAILABLE'],
  ['42P01', 'misconfigured', 'DATABASE_UNAVAILABLE'],
  ['ZZ999', 'unavailable', 'DATABASE_UNAVAILABLE'],
])('SQLSTATE %s is %s', (code, kind, appCode) => {
  const wrapped = new Error('canary', { cause: Object.assign(new Error('canary'), { code, constraint: 'some_key' }) });
  const error = toDatabaseError(wrapped);
  expect([error.code, getDatabaseFault(error)]).toEqual([appCode, { kind, sqlstate: code, constraint: 'some_key' }]);
  expect(`${error.message} ${error.stack} ${JSON.stringify(error.cause)}`).not.toContain('canary');
});

test('an error without SQLSTATE is a timeout or an unavailable database; unrelated errors are not faults', () => {
  const timeout = Object.assign(new Error('x'), { sourceError: new DOMException('late', 'TimeoutError') });
  expect(getDatabaseFault(toDatabaseError(timeout))?.kind).toBe('timeout');
  for (const error of [new TypeError('fetch failed'), 'text', null, undefined, { code: 'ECONNREFUSED' }]) {
    expect(getDatabaseFault(toDatabaseError(error))?.kind).toBe('unavailable');
  }
  for (const error of [
    new Error('x'),
    new AppError('INTERNAL'),
    new AppError('INTERNAL', { cause: { kind: 'other' } }),
    null,
  ]) {
    expect(getDatabaseFault(error)).toBeNull();
  }
});
