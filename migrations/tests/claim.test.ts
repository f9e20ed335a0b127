// private.claim(): agrees with an independent signer, is evaluated once per statement, and does not reveal its keys.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../local/testing/test-database.ts';
import { ALL, createTwoOrgs, insert, sign, type TwoOrgs } from './isolation/two-orgs.fixture.ts';

let database: TestDatabase;
let orgs: TwoOrgs;
let app: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  orgs = await createTwoOrgs(database);
  app = new pg.Client({ connectionString: database.appUrl });
  await app.connect();
});
afterAll(async () => {
  await app.end();
  await database.drop();
});

async function askAs(claim: string, question: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  await app.query('begin');
  try {
    await app.query(`select set_config('groundwire.claim', $1, true)`, [claim]);
    return (await app.query<Record<string, unknown>>(question, values)).rows;
  } finally {
    await app.query('rollback');
  }
}

test('a user claim has the permissions of the role; a system claim has none', async () => {
  const { ids, claims } = orgs;
  const question = 'select kind, org_id, user_id, permissions from private.claim()';
  expect(await askAs(claims.victim, question)).toEqual([
    { kind: 'user', org_id: ids.orgB, user_id: ids.victim, permissions: ALL },
  ]);
  expect(await askAs(claims.systemForVictim, question)).toEqual([
    { kind: 'system', org_id: ids.orgB, user_id: ids.victim, permissions: [] },
  ]);
  expect(await askAs(claims.subject, 'select kind, org_id, user_id, subject from private.claim()')).toEqual([
    { kind: 'subject', org_id: null, user_id: null, subject: 'sub-victim' },
  ]);
});

test('secrets of every allowed length produce the same HMAC as other implementations', async () => {
  const exp = Math.floor(Date.now() / 1000) + 60;
  for (const length of [32, 33, 63, 64]) {
    const secret = Buffer.alloc(length, length);
    await database.owner.query('select private.put_claim_key($1, $2)', [`k${length}`, secret]);
    const claim = sign(`k${length}:${secret.toString('base64')}`, { kind: 'subject', sub: 'é–𝄞', exp });
    expect(await askAs(claim, 'select subject from private.claim()')).toEqual([{ subject: 'é–𝄞' }]);
  }
  for (const length of [0, 31, 65]) {
    await expect(
      database.owner.query('select private.put_claim_key($1, $2)', ['x', Buffer.alloc(length)]),
    ).rejects.toThrow('32 to 64 bytes');
  }
});

test('a claim is invalid when any part of it was changed', async () => {
  const claim = orgs.claims.victim;
  for (let index = 0; index < claim.length; index += 1) {
    const changed = `${claim.slice(0, index)}${claim[index] === 'A' ? 'B' : 'A'}${claim.slice(index + 1)}`;
    expect(await askAs(changed, 'select from private.claim()')).toEqual([]);
  }
  expect(await askAs(claim, 'select from private.claim()')).toHaveLength(1);
});

test('a claim is invalid as soon as the membership ends', async () => {
  const { ids, claims } = orgs;
  await database.owner.query('delete from memberships where org_id = $1 and user_id = $2', [ids.orgB, ids.colleague]);
  expect(await askAs(claims.colleague, 'select from orgs')).toEqual([]);
  await insert(database.owner, 'memberships', { org_id: ids.orgB, user_id: ids.colleague, role: 'member' });
  expect(await askAs(claims.colleague, 'select from orgs')).toHaveLength(1);
});

test('the app role can neither read nor create keys', async () => {
  for (const question of [
    'select * from private.claim_keys',
    `select private.put_claim_key('x', '\\x00')`,
    `select private.drop_claim_key('test')`,
    `select private.hmac_sha256('', '', '')`,
    'select * from private.audit_heads',
    'select * from private.conversation_tombstones',
    'select subject from users',
    `select extensions.similarity('a', 'b')`,
  ]) {
    const isRefused = await askAs(orgs.claims.victim, question).then(
      () => false,
      (error: pg.DatabaseError) => error.code === '42501',
    );
    expect([question, isRefused]).toEqual([question, true]);
  }
});

type Plan = {
  'Node Type': string;
  'Subplan Name'?: string;
  'Index Cond'?: string;
  'Index Name'?: string;
  Plans?: Plan[];
};
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

async function planOf(client: pg.Client, question: string, values: unknown[] = []): Promise<Plan[]> {
  const { rows } = await client.query(`explain (format json) ${question}`, values);
  return nodesOf(rows[0]['QUERY PLAN'][0].Plan as Plan);
}

test('each part of a policy evaluates the claim once per statement, and organization and user lead the index (R10)', async () => {
  await app.query('begin');
  await app.query(`select set_config('groundwire.claim', $1, true), set_config('enable_seqscan', 'off', true)`, [
    orgs.claims.victim,
  ]);
  const questions: readonly [sql: string, index: string, asks?: number][] = [
    // Once for the owner of the row, and once for the kind of claim that may reach shared rows.
    ['select * from ai_conversations order by updated_at desc, id desc limit 20', 'ai_conversations_newest', 2],
    [
      `select * from ai_messages where conversation_id = '${orgs.ids.conversation}' order by ordinal, position`,
      'ai_messages_place',
    ],
    ['select * from audit_log order by created_at desc limit 20', 'audit_log_by_time'],
  ];
  for (const [question, index, asks = 1] of questions) {
    const nodes = await planOf(app, question);
    const asked = nodes.filter((node) => node['Node Type'] === 'Function Scan');
    expect(asked.map((node) => node['Subplan Name'] ?? 'not an InitPlan')).toEqual(
      Array.from({ length: asks }, () => expect.stringContaining('InitPlan')),
    );
    const scan = nodes.find((node) => node['Index Name'] === index);
    expect(scan?.['Index Cond']).toContain('org_id =');
  }
  await app.query('rollback');
});

test('the search uses its index, which a policy would prevent (R10)', async () => {
  const { ids, claims } = orgs;
  await database.owner.query('begin');
  // This test doesn't check the triggers.
  await database.owner.query(`set local session_replication_role = replica`);
  await database.owner.query(
    `insert into ai_messages (org_id, user_id, conversation_id, id, role, ordinal, content)
     select $1, case when n % 10 = 0 then $2::uuid else gen_random_uuid() end, $3, 'bulk-' || n, 'user', 1000 + n, md5(n::text) || ' ' || md5((n * 7)::text)
     from generate_series(1, 20000) n`,
    [ids.orgB, ids.victim, ids.conversation],
  );
  await database.owner.query('commit');
  await database.owner.query('vacuum analyze ai_messages');

  const words = `select conversation_id from ai_messages m where m.org_id = '${ids.orgB}' and m.user_id = '${ids.victim}' and m.content ilike '%c4ca4238a0%'`;
  await database.owner.query('begin');
  await database.owner.query('set local role groundwire_owner');
  const asOwner = await planOf(database.owner, words);
  await database.owner.query('set local role groundwire_app');
  await database.owner.query(`select set_config('groundwire.claim', $1, true)`, [claims.victim]);
  const asApp = await planOf(database.owner, words);
  await database.owner.query('rollback');
  const wordIndex = (nodes: Plan[]) =>
    nodes.some((node) => node['Index Name'] === 'ai_messages_words' && node['Index Cond']?.includes('content'));
  expect([wordIndex(asOwner), wordIndex(asApp)]).toEqual([true, false]);
});
