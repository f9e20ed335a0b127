// Totals of the audit log: exact, for the claim's organization only, and only for users who may see them.
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../local/testing/test-database.ts';
import { createTwoOrgs, insert, type TwoOrgs } from './isolation/two-orgs.fixture.ts';

let database: TestDatabase;
let orgs: TwoOrgs;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  orgs = await createTwoOrgs(database);
  client = database.owner;
  const { victim, colleague, orgA, orgB } = orgs.ids;
  await claim('systemOfOrg');
  const answer = (id: string, row: Record<string, unknown>) => ({
    ...{ org_id: orgB, id, event: 'answer.complete', actor_user_id: victim, run_id: id, model: 'm-1' },
    ...{ input_tokens: 100, output_tokens: 10, cache_read_tokens: 5, cache_write_tokens: 1, reasoning_tokens: 3 },
    ...{ cost_micros: 7, price_version: 'v', usage_estimated: false, budget_month: '2026-11' },
    ...{ created_at: '2026-11-20T10:00:00Z', _meta: { firstTokenMs: 400 } },
    ...row,
  });
  const rows = [
    answer('a', {}),
    answer('b', {
      model: 'm-2',
      usage_estimated: true,
      created_at: '2026-11-21T23:59:59.999Z',
      _meta: { firstTokenMs: 600 },
    }),
    // Two answers of one run by another user, and a draft.
    answer('c-1', { run_id: 'c', actor_user_id: colleague, event: 'answer.step', created_at: '2026-11-22T00:00:00Z' }),
    answer('c-2', {
      run_id: 'c',
      actor_user_id: colleague,
      created_at: '2026-11-22T00:00:01Z',
      _meta: { templateId: 'rfp' },
    }),
    // Started in November and ended in December.
    answer('d', { created_at: '2026-12-01T00:00:01Z', _meta: {} }),
    // A summary before an answer of the first day. Its run is counted with the answer.
    answer('s', {
      ...{ run_id: 'a', event: 'history.summarized', usage_estimated: true, _meta: {} },
      ...{ input_tokens: 0, output_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0, reasoning_tokens: 0 },
      cost_micros: 0,
    }),
    // No model was called.
    answer('e', { budget_month: null, cost_micros: 0, input_tokens: null }),
    { ...refused('r-1', { count: 30 }), created_at: '2026-11-20T12:00:00Z' },
    { ...refused('r-2', { count: 1 }), created_at: '2026-11-22T12:00:00Z' },
  ];
  for (const row of rows) await insert(client, 'audit_log', row);
  await claim('systemOfOtherOrg');
  await insert(client, 'audit_log', { ...answer('other', {}), org_id: orgA });
  await client.query(
    `insert into roles (org_id, name, permissions) values ($1, 'accountant', '{usage:read}');
     `.replaceAll('$1', `'${orgB}'`),
  );
  await client.query(`update memberships set role = 'accountant' where user_id = $1 and org_id = $2`, [
    colleague,
    orgB,
  ]);
});
afterAll(() => database.drop());

const refused = (id: string, meta: object) => ({
  ...{ org_id: orgs.ids.orgB, id, event: 'message.refused', actor_user_id: orgs.ids.victim, error: 'RATE_LIMITED' },
  _meta: meta,
});

const claim = (name: keyof TwoOrgs['claims']) =>
  client.query(`select set_config('groundwire.claim', $1, false)`, [orgs.claims[name]]);

type Row = Record<string, string | null>;

async function usage(by: string, as: keyof TwoOrgs['claims'] = 'victim', from = '2026-11-01', to = '2026-12-31') {
  await client.query('begin; set local role groundwire_app');
  await claim(as);
  const { rows } = await client.query<Row>('select * from ai_usage($1, $2, $3)', [from, to, by]);
  await client.query('rollback');
  return rows;
}

const briefly = (rows: Row[]) => rows.map((row) => [row['key'], Number(row['answers']), Number(row['refusals'])]);

test('the total counts answers and runs once, refusals by their count, and a summary as a summary', async () => {
  expect(await usage('total')).toEqual([
    {
      ...{ key: '', label: null, runs: '4', answers: '5', summaries: '1', estimated_answers: '1', refusals: '31' },
      ...{ input_tokens: '500', output_tokens: '50', cache_read_tokens: '25', cache_write_tokens: '5' },
      ...{
        reasoning_tokens: '15',
        plan_tokens: '155',
        cost_micros: '35',
        first_token_p50_ms: '400',
        first_token_p95_ms: '580',
      },
    },
  ]);
});

test('days are UTC days, months those whose budget was charged', async () => {
  expect(briefly(await usage('day'))).toEqual([
    ['2026-11-20', 1, 30],
    ['2026-11-21', 1, 0],
    ['2026-11-22', 2, 1],
    ['2026-12-01', 1, 0],
  ]);
  expect(briefly(await usage('month'))).toEqual([['2026-11', 5, 31]]);
});

test('users, models and templates have their names', async () => {
  const users = (await usage('user')).map((row) => [row['key'], row['label'], Number(row['answers'])]);
  expect(users.sort()).toEqual(
    [
      [orgs.ids.victim, 'victim', 3],
      [orgs.ids.colleague, 'colleague', 2],
    ].sort(),
  );
  expect(briefly(await usage('model'))).toEqual([
    ['', 0, 31],
    ['m-1', 4, 0],
    ['m-2', 1, 0],
  ]);
  expect(briefly(await usage('template'))).toEqual([
    ['', 4, 31],
    ['rfp', 1, 0],
  ]);
});

test('a period includes both ends', async () => {
  expect(briefly(await usage('total', 'victim', '2026-11-21', '2026-11-21'))).toEqual([['', 1, 0]]);
  expect(await usage('total', 'victim', '2026-10-01', '2026-10-31')).toEqual([]);
});

test('an unknown grouping returns nothing', async () => {
  for (const by of ['', 'org', 'event; drop table audit_log', 'Day']) expect(await usage(by)).toEqual([]);
});

test('usage:read allows totals but no row of the log', async () => {
  expect(briefly(await usage('total', 'colleague'))).toEqual([['', 5, 31]]);
  await client.query('begin; set local role groundwire_app');
  await claim('colleague');
  expect((await client.query('select from audit_log')).rowCount).toBe(0);
  await client.query('rollback');
});

test('no one else sees anything, and another organization sees only its own (R3)', async () => {
  const blind = [
    'overseer',
    'systemForVictim',
    'systemOfOrg',
    'none',
    'expired',
    'forged',
    'removedMember',
    'subject',
  ] as const;
  for (const as of blind) expect(await usage('total', as)).toEqual([]);
  expect(briefly(await usage('total', 'outsider'))).toEqual([['', 1, 0]]);
});

test('a month has the form of a month', async () => {
  await client.query('begin');
  await claim('systemOfOrg');
  const row = { ...refused('x', {}), budget_month: '2026-13' };
  await expect(insert(client, 'audit_log', row)).rejects.toMatchObject({ code: '23514' });
  await client.query('rollback');
});
