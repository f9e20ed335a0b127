// The audit log is append-only, and changes behind the database's back are found.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { verifyOrgLog } from '../../local/admin/read-chain.ts';
import { createTestDatabase, type TestDatabase } from '../../local/testing/test-database.ts';
import { createTwoOrgs, type TwoOrgs } from './isolation/two-orgs.fixture.ts';

let database: TestDatabase;
let orgs: TwoOrgs;
let app: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  orgs = await createTwoOrgs(database);
  app = await connectApp();
  await add(app, ['fact-2', 'fact-3', 'fact-4']);
});
afterAll(async () => {
  await app.end();
  await database.drop();
});
// Each test tampers in a transaction that is rolled back.
beforeEach(async () => {
  await database.owner.query('begin');
  return async () => {
    await database.owner.query('rollback');
  };
});

async function connectApp(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  return client;
}

/** As the outbox drain writes it: as the system, without a conflict target. */
async function add(client: pg.Client, ids: string[]): Promise<void> {
  await client.query('begin');
  await client.query(`select set_config('groundwire.claim', $1, true)`, [orgs.claims.systemOfOrg]);
  for (const id of ids) {
    await client.query(
      `insert into audit_log (org_id, id, event, parameters, cost_micros) values ($1, $2, 'message.sent', $3, 42) on conflict do nothing`,
      [orgs.ids.orgB, id, { b: 1, a: [null, 'x'] }],
    );
  }
  await client.query('commit');
}

/** As an operator finds it: the hashes alone. */
async function findBreak(client: pg.Client): Promise<unknown> {
  const verdict = await verifyOrgLog(client, orgs.ids.orgB, null);
  return verdict.state === 'broken' ? { seq: verdict.seq, reason: verdict.reason } : null;
}

async function tamper(sql: string): Promise<void> {
  // Only a superuser can do this, because no trigger fires.
  await database.owner.query('set local session_replication_role = replica');
  await database.owner.query(sql);
}

test('an untouched chain is intact', async () => {
  expect(await findBreak(database.owner)).toBeNull();
  const { rows } = await database.owner.query('select count(*)::int as count, max(seq)::int as last from audit_log');
  expect(rows).toEqual([{ count: 4, last: 4 }]);
});

test.each([
  ['a changed number', `update audit_log set cost_micros = 41 where id = 'fact-2'`, { seq: 2, reason: 'changed' }],
  [
    'a changed parameter',
    `update audit_log set parameters = '{"a": ["x"], "b": 1}' where id = 'fact-3'`,
    { seq: 3, reason: 'changed' },
  ],
  [
    'an actor taken out',
    `update audit_log set actor_user_id = null where id = 'fact-1'`,
    { seq: 1, reason: 'changed' },
  ],
  [
    'a moved time',
    `update audit_log set created_at = created_at - interval '1 day' where id = 'fact-3'`,
    { seq: 3, reason: 'changed' },
  ],
  ['a removed row', `delete from audit_log where id = 'fact-2'`, { seq: 2, reason: 'missing' }],
  ['a removed end', `delete from audit_log where id in ('fact-3', 'fact-4')`, { seq: 3, reason: 'missing' }],
  ['all removed', 'delete from audit_log', { seq: 1, reason: 'missing' }],
  [
    'two rows exchanged',
    `update audit_log set seq = 99 where id = 'fact-2'; update audit_log set seq = 2 where id = 'fact-3'; update audit_log set seq = 3 where id = 'fact-2'`,
    { seq: 2, reason: 'changed' },
  ],
  [
    'a row changed and hashed again',
    `update audit_log set cost_micros = 0 where id = 'fact-2'; update audit_log a set hash = private.audit_hash(a) where id = 'fact-2'`,
    { seq: 3, reason: 'changed' },
  ],
])('tampering is found: %s (R40)', async (_what, sql, found) => {
  await tamper(sql);
  expect(await findBreak(database.owner)).toEqual(found);
});

test('a row past the head is found, and keeps no later row out (R40)', async () => {
  await tamper(`insert into audit_log (org_id, seq, id, event, prev_hash, hash)
    select org_id, seq + 1, 'foreign', 'message.sent', hash, hash from private.audit_heads`);
  await tamper(`update audit_log a set hash = private.audit_hash(a) where id = 'foreign'`);
  expect(await findBreak(database.owner)).toEqual({ seq: 5, reason: 'extra' });
  await database.owner.query('set local session_replication_role = origin');
  await database.owner.query(`select set_config('groundwire.claim', $1, true)`, [orgs.claims.systemOfOrg]);
  await database.owner.query(`insert into audit_log (org_id, id, event) values ($1, 'later', 'message.sent')`, [
    orgs.ids.orgB,
  ]);
  expect(await findBreak(database.owner)).toEqual({ seq: 5, reason: 'extra' });
});

test('UPDATE, DELETE and TRUNCATE are refused for the app role and the owner (R40)', async () => {
  for (const client of [app, database.owner]) {
    await client.query(client === app ? 'begin' : 'set local role groundwire_owner');
    await client.query(`select set_config('groundwire.claim', $1, true)`, [orgs.claims.victim]);
    for (const sql of [`update audit_log set cost_micros = 0`, 'delete from audit_log', 'truncate audit_log']) {
      await client.query('savepoint attempt');
      await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
      await client.query('rollback to savepoint attempt');
    }
  }
  await app.query('rollback');
});

test('events sent twice are one row each, within a batch too, and leave no gap (R40)', async () => {
  await add(app, ['fact-2', 'fact-5', 'fact-5', 'fact-1', 'fact-6']);
  const { rows } = await database.owner.query(`select id from audit_log order by seq`);
  expect(rows.map((row) => row.id)).toEqual(['fact-1', 'fact-2', 'fact-3', 'fact-4', 'fact-5', 'fact-6']);
  expect(await findBreak(database.owner)).toBeNull();
});

test('concurrent writers produce one chain (R40)', async () => {
  const clients = await Promise.all(Array.from({ length: 6 }, connectApp));
  await Promise.all(
    clients.map(async (client, writer) => {
      for (let round = 0; round < 20; round += 1) await add(client, [`own-${writer}-${round}`, `shared-${round}`]);
      await client.end();
    }),
  );
  const { rows } = await database.owner.query(
    `select count(*) filter (where id like 'own-%')::int as own, count(*) filter (where id like 'shared-%')::int as shared from audit_log`,
  );
  expect(rows).toEqual([{ own: 120, shared: 20 }]);
  expect(await findBreak(database.owner)).toBeNull();
});

test('the chain stays intact in another time zone and after a nullable column was added', async () => {
  await database.owner.query(`set local timezone = 'Asia/Kathmandu'`);
  await database.owner.query('alter table audit_log add column note text');
  expect(await findBreak(database.owner)).toBeNull();
});
