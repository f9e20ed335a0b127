// withTenant with the real login role: the settings it applies, its results, and the errors it hides.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireDemoOrg, requireDemoPerson } from '../../local/demo-data/demo-people.ts';
import { createTestDatabase, type TestDatabase } from '../../local/testing/test-database.ts';
import { aiConversations, memberships, orgs, tenantSettings, users } from '../../migrations/schema/core.ts';
import { AppError } from '../errors.ts';
import type { Claim } from './session-claim.ts';
import { getDatabaseFault } from './sqlstate.ts';
import { withTenant } from './with-tenant.ts';

const cascade = requireDemoOrg('cascade');
const northlight = requireDemoOrg('northlight');
const ada = requireDemoPerson('ada@cascade.test');
const nora = requireDemoPerson('nora@northlight.test');
const asAda: Claim = { kind: 'user', org: cascade.id, user: ada.id };
const asNora: Claim = { kind: 'user', org: northlight.id, user: nora.id };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function faultOf(work: Promise<unknown>) {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return { error: error as AppError, fault: getDatabaseFault(error) };
}

test('returns the caller’s results, typed and in order', async () => {
  const [own, people, settings] = await withTenant(database.deps, asAda, (db) => [
    db.select({ slug: orgs.slug }).from(orgs),
    db.select({ email: users.email }).from(users).orderBy(users.email),
    db.select({ settings: tenantSettings.settings }).from(tenantSettings),
  ]);
  expect(own).toEqual([{ slug: 'cascade' }]);
  expect(people.map((person) => person.email)).toEqual([
    'ada@cascade.test',
    'both@cascade.test',
    'eli@cascade.test',
    'vic@cascade.test',
  ]);
  expect(settings).toEqual([{ settings: { experimentalFeatures: { aiAssistant: true } } }]);
});

test('runs all queries of one call in one transaction', async () => {
  const id = crypto.randomUUID();
  const { fault } = await faultOf(
    withTenant(database.deps, asAda, (db) => [
      db
        .insert(aiConversations)
        .values({ orgId: cascade.id, id, userId: ada.id, pinned: false, version: 1, createdAt: 1, updatedAt: 1 }),
      db.execute(sql`select 1 / 0`),
    ]),
  );
  expect(fault).toEqual({ kind: 'invalid', sqlstate: '22012', constraint: null });
  const { rows } = await database.owner.query('select from ai_conversations where id = $1', [id]);
  expect(rows).toEqual([]);
});

test('a claim forged with set_config sees nothing, for the transaction or the session (R5)', async () => {
  const forgeries = [
    JSON.stringify({ kind: 'user', org: northlight.id, user: nora.id, exp: 9_999_999_999 }),
    `test.${btoa(JSON.stringify({ kind: 'user', org: northlight.id, user: nora.id, exp: 9_999_999_999 }))}.AAAA`,
    `none.${btoa('{}')}.`,
    '...',
    '',
    'x'.repeat(10_000),
  ];
  for (const forgery of forgeries) {
    for (const isLocal of [true, false]) {
      const [, seen, members] = await withTenant(database.deps, asAda, (db) => [
        db.execute(sql`select set_config('groundwire.claim', ${forgery}, ${isLocal})`),
        db.select().from(orgs),
        db.select().from(memberships),
      ]);
      expect([seen, members]).toEqual([[], []]);
    }
  }
  const [seen] = await withTenant(database.deps, asAda, (db) => [db.select({ id: orgs.id }).from(orgs)]);
  expect(seen).toEqual([{ id: cascade.id }]);
});

test('a claim signed with another key or a removed key id sees nothing', async () => {
  const stranger = { ...database.deps, claimKey: `test:${btoa('k'.repeat(32))}` };
  const unknown = { ...database.deps, claimKey: database.deps.claimKey.replace('test:', 'other:') };
  for (const deps of [stranger, unknown]) {
    const [seen] = await withTenant(deps, asAda, (db) => [db.select().from(orgs)]);
    expect(seen).toEqual([]);
  }
});

test('both keys are valid during a rotation until the old one is removed', async () => {
  const next = { ...database.deps, claimKey: `next:${btoa('n'.repeat(32))}` };
  const count = async (deps: typeof next) => {
    const [seen] = await withTenant(deps, asNora, (db) => [db.select().from(orgs)]);
    return seen.length;
  };
  expect([await count(database.deps), await count(next)]).toEqual([1, 0]);
  await database.owner.query('select private.put_claim_key($1, $2)', ['next', Buffer.from('n'.repeat(32))]);
  expect([await count(database.deps), await count(next)]).toEqual([1, 1]);
  await database.owner.query('select private.drop_claim_key($1)', ['next']);
  expect([await count(database.deps), await count(next)]).toEqual([1, 0]);
});

test('an expired claim sees nothing', async () => {
  const lateSeconds = [61, 3600];
  for (const late of lateSeconds) {
    const deps = { ...database.deps, now: () => Date.now() - late * 1000 };
    const [seen] = await withTenant(deps, asAda, (db) => [db.select().from(orgs)]);
    expect(seen).toEqual([]);
  }
});

test('a read-only call can’t write, and its queries can’t make it writable (R9)', async () => {
  const write = (id: string) =>
    sql`insert into ai_conversations (org_id, id, user_id) values (${cascade.id}, ${id}, ${ada.id})`;
  const attempts = [
    sql`select 1`,
    sql`select set_config('transaction_read_only', 'off', true)`,
    sql`set transaction read write`,
    sql`set session characteristics as transaction read write`,
  ];
  for (const attempt of attempts) {
    const id = crypto.randomUUID();
    const { error, fault } = await faultOf(
      withTenant(database.deps, asAda, (db) => [db.execute(attempt), db.execute(write(id))], { readOnly: true }),
    );
    expect(fault?.sqlstate).toMatch(/^2500[16]$/);
    expect(error.code).toMatch(/^(FORBIDDEN|DATABASE_UNAVAILABLE)$/);
    const { rows } = await database.owner.query('select from ai_conversations where id = $1', [id]);
    expect(rows).toEqual([]);
  }
});

test('cancels a statement at its time limit, in Postgres too (R9)', async () => {
  const { error, fault } = await faultOf(
    withTenant(database.deps, asAda, (db) => [db.execute(sql`select pg_sleep(600)`)], { timeoutMs: 200 }),
  );
  expect(fault).toEqual({ kind: 'timeout', sqlstate: '57014', constraint: null });
  expect(error.code).toBe('DATABASE_UNAVAILABLE');
  const { rows } = await database.owner.query(
    `select from pg_stat_activity where query like '%pg_sleep(600)%' and state = 'active' and pid <> pg_backend_pid()`,
  );
  expect(rows).toEqual([]);
});

test('bounds a read on a database that accepts the request and never answers, and says when to retry', async () => {
  const held = createServer(() => undefined);
  await new Promise<void>((resolve) => held.listen(0, '127.0.0.1', resolve));
  const { port } = held.address() as AddressInfo;
  const deps = {
    ...database.deps,
    databaseUrl: database.deps.databaseUrl.replace('127.0.0.1', 'hanging.test'),
    fetchEndpoint: `http://127.0.0.1:${port}/sql`,
  };
  const { error } = await faultOf(withTenant(deps, asAda, (db) => [db.execute(sql`select 1`)], { readOnly: true }));
  expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryAfterSeconds: 10 });
  held.closeAllConnections();
  held.close();
});

test('an error contains its fault but no SQL and no parameters (R21)', async () => {
  const secret = 'canary-7f3a';
  const { error, fault } = await faultOf(
    withTenant(database.deps, asAda, (db) => [
      db.select().from(aiConversations).where(eq(aiConversations.title, secret)),
      db.execute(sql`insert into orgs (id, slug, name) values (gen_random_uuid(), ${secret}, 'x')`),
    ]),
  );
  expect(error.code).toBe('FORBIDDEN');
  expect(fault).toEqual({ kind: 'denied', sqlstate: '42501', constraint: null });
  const everything = JSON.stringify([error.message, error.detail, error.stack, error.cause]);
  for (const leak of [secret, 'insert into', 'groundwire_app', 'permission denied'])
    expect(everything).not.toContain(leak);
});

test('reports DATABASE_UNAVAILABLE when the host, the password or the database is wrong', async () => {
  const refused = {
    ...database.deps,
    fetchEndpoint: 'http://127.0.0.1:9/sql',
    databaseUrl: database.deps.databaseUrl.replace('127.0.0.1', 'unknown.test'),
  };
  const wrongPassword = {
    ...database.deps,
    databaseUrl: database.deps.databaseUrl.replace(/app:[^@]+@/, 'app:wrong@'),
  };
  const kinds = [];
  for (const deps of [refused, wrongPassword]) {
    const { error, fault } = await faultOf(withTenant(deps, asAda, (db) => [db.select().from(orgs)]));
    expect(error.code).toBe('DATABASE_UNAVAILABLE');
    kinds.push(fault?.kind);
  }
  expect(kinds).toEqual(['unavailable', 'misconfigured']);
});

test('a query awaited outside withTenant never runs', async () => {
  const strays: Promise<unknown>[] = [];
  await withTenant(database.deps, asAda, (db) => {
    strays.push(
      db
        .select()
        .from(orgs)
        .then(
          () => 'ran',
          () => 'refused',
        ),
    );
    return [db.select().from(orgs)];
  });
  expect(await Promise.all(strays)).toEqual(['refused']);
});
