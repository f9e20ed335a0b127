// The view of tool calls shows what the audit log has, to those who may read it.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../local/testing/test-database.ts';
import { createTwoOrgs, type TwoOrgs } from './isolation/two-orgs.fixture.ts';

let database: TestDatabase;
let orgs: TwoOrgs;
let app: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  orgs = await createTwoOrgs(database);
  app = new pg.Client({ connectionString: database.appUrl });
  await app.connect();
  await asClaim('systemForVictim', async () => {
    await app.query(
      `insert into audit_log (org_id, id, event, actor_user_id, run_id, message_id, tool, input_tokens, output_tokens,
         provider, model, parameters, duration_ms, occurred_at)
       values ($1, 'step', 'answer.step', $2, 'run', 'answer', null, 300, 20, 'anthropic', 'claude', null, 900, null),
         ($1, 'call', 'tool.completed', $2, 'run', 'answer', 'get_bom', null, null, 'anthropic', 'claude', '{"id": "x"}', 12, '2001-01-01')`,
      [orgs.ids.orgB, orgs.ids.victim],
    );
    await app.query('commit');
  });
});
afterAll(async () => {
  await app.end();
  await database.drop();
});

async function asClaim<T>(claim: keyof TwoOrgs['claims'], work: () => Promise<T>): Promise<T> {
  await app.query('begin');
  await app.query(`select set_config('groundwire.claim', $1, true)`, [orgs.claims[claim]]);
  try {
    return await work();
  } finally {
    await app.query('rollback');
  }
}

test('ai_usage_logs lists tool calls with their arguments, duration and the tokens of their step', async () => {
  const { rows } = await asClaim('victim', () => app.query('select * from ai_usage_logs'));
  expect(rows).toEqual([
    expect.objectContaining({
      ...{ tool_name: 'get_bom', tool_params: { id: 'x' }, duration_ms: '12', user_id: orgs.ids.victim },
      ...{ input_tokens: '300', output_tokens: '20', provider: 'anthropic', model: 'claude', error: null },
    }),
  ]);
});

test.each(['colleague', 'systemOfOrg', 'outsider', 'none'] as const)('ai_usage_logs is empty for %s', async (claim) => {
  expect((await asClaim(claim, () => app.query('select from ai_usage_logs'))).rowCount).toBe(0);
});

test('the database dates audit rows; their writer can’t', async () => {
  const { rows } = await asClaim('victim', () =>
    app.query(`select created_at > now() - interval '1 hour' as recent, occurred_at from audit_log where id = 'call'`),
  );
  expect(rows).toEqual([{ recent: true, occurred_at: new Date('2001-01-01') }]);
  const backdate = `insert into audit_log (org_id, id, event, created_at) values ($1, 'old', 'message.sent', '2001-01-01')`;
  await expect(asClaim('systemOfOrg', () => app.query(backdate, [orgs.ids.orgB]))).rejects.toMatchObject({
    code: '42501',
  });
});

test.each([
  ['owns a large object', 'select lo_create(0)'],
  ['ends a session', 'select pg_terminate_backend(pg_backend_pid())'],
  ['cancels a statement', 'select pg_cancel_backend(1)'],
  ['counts the rows of all orgs', 'select n_live_tup from pg_stat_user_tables'],
])('the app role never %s (R3)', async (_what, sql) => {
  await expect(asClaim('victim', () => app.query(sql))).rejects.toMatchObject({ code: '42501' });
});
