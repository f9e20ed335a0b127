// R6: a claim never outlives its transaction, even when pooled connections are shared or fail.
import { neon } from '@neondatabase/serverless';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireDemoOrg, requireDemoPerson } from '../../local/demo-data/demo-people.ts';
import { createTestDatabase, type TestDatabase } from '../../local/testing/test-database.ts';
import { memberships, orgs } from '../../migrations/schema/core.ts';
import { AppError } from '../errors.ts';
import type { Claim } from './session-claim.ts';
import { withTenant } from './with-tenant.ts';

const BATCHES = 10_000;
const AT_ONCE = 24;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const WHO = [
  ['cascade', 'ada@cascade.test'],
  ['cascade', 'both@cascade.test'],
  ['northlight', 'both@cascade.test'],
  ['northlight', 'nora@northlight.test'],
  ['quiet', 'rae@quiet.test'],
  ['freefold', 'finn@freefold.test'],
] as const;

/** Deterministic, so that a failure can be reproduced. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return function nextRandom(below) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('10,000 interleaved batches with random failures cross no org (R6)', { timeout: 300_000 }, async () => {
  const random = createRandom(20_261_121);
  const wrong: string[] = [];
  const counts = { answered: 0, aborted: 0, bare: 0 };
  let started = 0;

  async function runOne(): Promise<void> {
    const [slug, email] = WHO[random(WHO.length)] ?? WHO[0];
    const org = requireDemoOrg(slug).id;
    const claim: Claim = { kind: 'user', org, user: requireDemoPerson(email).id };
    const kind = random(10);
    if (kind === 0) {
      const seen = await askBare('select count(*)::int as seen from memberships');
      if (seen !== 0) wrong.push(`a bare query saw ${seen} rows`);
      counts.bare += 1;
      return;
    }
    const failure =
      kind <= 2
        ? sql`select 1 / 0`
        : kind === 3
          ? sql`delete from orgs`
          : kind === 4
            ? sql`select pg_terminate_backend(pg_backend_pid())`
            : null;
    try {
      const [seen, members, after] = await withTenant(database.deps, claim, (db) => [
        db.select({ id: orgs.id }).from(orgs),
        db.selectDistinct({ id: memberships.orgId }).from(memberships),
        // Rarely, a batch kills its own connection, so that the pool has to replace it.
        db.execute(failure && (kind !== 4 || random(20) === 0) ? failure : sql`select id from orgs`),
      ]);
      const ids = [...seen, ...members, ...after.rows].map((row) => row['id']);
      if (ids.length !== 3 || ids.some((id) => id !== org)) wrong.push(`${slug} saw ${ids}`);
      counts.answered += 1;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      counts.aborted += 1;
    }
  }

  const askBare = createBareClient();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (started < BATCHES) {
        started += 1;
        await runOne();
      }
    }),
  );
  expect(wrong).toEqual([]);
  expect(counts.answered + counts.aborted + counts.bare).toBe(BATCHES);
  expect(counts.aborted).toBeGreaterThan(BATCHES / 5);
  expect(counts.bare).toBeGreaterThan(BATCHES / 20);
});

/** The driver without `withTenant`: shows whether a claim leaked from an earlier transaction. */
function createBareClient(): (query: string) => Promise<unknown> {
  const client = neon(database.deps.databaseUrl);
  return async function askBare(query) {
    const [row] = await client.query(query);
    return row?.['seen'];
  };
}
