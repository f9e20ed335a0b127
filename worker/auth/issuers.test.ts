import type { JWTVerifyGetKey } from 'jose';
import { expect, test, vi } from 'vitest';
import { IssuerSettings, type TrustedIssuer } from '../../durable/contracts/issuers.ts';
import { AppError } from '../../durable/errors.ts';
import type { Issuer } from './issuer-token.ts';
import { createIssuerDirectory } from './issuers.ts';

const row = (issuer: string, change: Partial<TrustedIssuer> = {}): TrustedIssuer => ({
  ...IssuerSettings.parse({ issuer, jwksUrl: `${issuer}/jwks`, audiences: ['api'] }),
  id: '0e000000-0000-4000-8000-000000000001',
  ...change,
});
const A = 'https://a.test';
const B = 'https://b.test';
const FIXED = 'https://fixed.test';
const noKeys: JWTVerifyGetKey = async () => {
  throw new Error('no keys here');
};

/** A fake Postgres and a clock. */
function setUp() {
  const postgres = { rows: [row(A)], isDown: false, questions: 0 };
  const clock = { now: 1_000_000_000 };
  const made: string[] = [];
  const background: Promise<void>[] = [];
  const fixed: Issuer = {
    ...{ issuer: FIXED, audiences: ['api'], type: 'at+jwt', keys: noKeys, grants: null },
    ...{ clockToleranceSeconds: 30, maxAgeSeconds: 3_600 },
  };
  const directory = createIssuerDirectory({
    fetchIssuers: async () => {
      postgres.questions += 1;
      if (postgres.isDown) throw new AppError('DATABASE_UNAVAILABLE');
      return postgres.rows;
    },
    fixed,
    keysOf: (url) => {
      made.push(url);
      return noKeys;
    },
    now: () => clock.now,
    background: (work) => background.push(work),
  });
  return { postgres, clock, made, directory, settle: () => Promise.all(background) };
}

const silently = async (work: () => Promise<void>): Promise<void> => {
  const noted = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await work();
  noted.mockRestore();
};

test('finds the issuers of the rows and of the environment, and no others', async () => {
  const { directory, postgres } = setUp();
  expect(await directory.find(FIXED)).toMatchObject({ issuer: FIXED, grants: null });
  expect(postgres.questions).toBe(0);
  expect(await directory.find(A)).toMatchObject({ issuer: A, audiences: ['api'], type: 'at+jwt' });
  expect(await directory.find(B)).toBeNull();
  expect(await directory.find(`${A}/`)).toBeNull();
});

test('asks once for any number of requests, known and unknown issuers, in 30 seconds', async () => {
  const { directory, postgres, clock } = setUp();
  await Promise.all(Array.from({ length: 500 }, (_, n) => directory.find(n % 2 ? A : `https://unknown-${n}.test`)));
  expect(postgres.questions).toBe(1);
  clock.now += 29_000;
  await Promise.all(Array.from({ length: 500 }, (_, n) => directory.find(`https://unknown-${n}.test`)));
  expect(postgres.questions).toBe(1);
  clock.now += 1_000;
  await Promise.all(Array.from({ length: 500 }, (_, n) => directory.find(`https://unknown-${n}.test`)));
  expect(postgres.questions).toBe(2);
});

test('trusts an added issuer within 30 seconds, and forgets a removed one within a minute', async () => {
  const { directory, postgres, clock, settle } = setUp();
  await directory.find(A);
  postgres.rows = [row(B)];
  clock.now += 30_001;
  expect(await directory.find(B)).toMatchObject({ issuer: B });
  postgres.rows = [];
  clock.now += 59_000;
  expect(await directory.find(B)).toBeNull();
  postgres.rows = [row(A)];
  clock.now += 31_000;
  await directory.find(A);
  postgres.rows = [];
  clock.now += 31_000;
  // Not older than a minute: used once more, and asked for in the background.
  await directory.find(A);
  await settle();
  expect(await directory.find(A)).toBeNull();
});

test('keeps known issuers for ten minutes while Postgres is down, then refuses to guess', async () => {
  const { directory, postgres, clock } = setUp();
  await directory.find(A);
  postgres.isDown = true;
  await silently(async () => {
    for (let minute = 1; minute <= 10; minute += 1) {
      clock.now += 59_900;
      expect(await directory.find(A)).toMatchObject({ issuer: A });
    }
    clock.now += 2_000;
    await expect(directory.find(A)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(await directory.find(FIXED)).toMatchObject({ issuer: FIXED });
    postgres.isDown = false;
    clock.now += 5_000;
    expect(await directory.find(A)).toMatchObject({ issuer: A });
  });
});

test('does not ask a database that is down for every request', async () => {
  const { directory, postgres } = setUp();
  postgres.isDown = true;
  await silently(async () => {
    for (let n = 0; n < 20; n += 1)
      await expect(directory.find(A)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });
  expect(postgres.questions).toBe(1);
});

test('keeps the keys of an issuer when the list is fetched again, unless their address changed', async () => {
  const { directory, postgres, clock, made } = setUp();
  await directory.find(A);
  clock.now += 60_000;
  await directory.find(A);
  expect(made).toEqual([`${A}/jwks`]);
  postgres.rows = [row(A, { jwksUrl: 'https://a.test/new' })];
  clock.now += 60_000;
  await directory.find(A);
  expect(made).toEqual([`${A}/jwks`, 'https://a.test/new']);
});
