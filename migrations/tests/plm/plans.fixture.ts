// A database with many items, and the plans that PostgreSQL reports while functions run in it: with nested statements,
// under the policies and as the Worker's role.
import pg from 'pg';
import * as z from 'zod';
import { requireDemoOrg, requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import { fillPlm } from '../../../local/demo-data/fill-plm.ts';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import { sign } from '../isolation/two-orgs.fixture.ts';

/** Enough that the planner never scans a table because it is small; created in two seconds. */
const ITEMS = 20_000;
export const ITEMS_A_PROGRAM = 5_000;
export const LAST_PROGRAM = 'GEN-004';

const Node = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  'Actual Rows': z.number(),
  'Actual Loops': z.number(),
  'Rows Removed by Filter': z.number().default(0),
  'Rows Removed by Index Recheck': z.number().default(0),
  get Plans() {
    return z.array(Node).default([]);
  },
});
type Node = z.output<typeof Node>;
const Plan = z.object({ Plan: Node });

/** One scan of a table or an index. `rows` counts the rows read, not the rows kept. */
export type Scan = { readonly type: string; readonly table: string; readonly index: string; readonly rows: number };

export type ExplainedCall = {
  readonly scans: readonly Scan[];
  readonly answer: { readonly ok: boolean; readonly data: Record<string, unknown> };
};

export type Planner = Awaited<ReturnType<typeof openPlanner>>;

export async function openPlanner() {
  const database = await createTestDatabase();
  await fillPlm(database.owner, { items: ITEMS, itemsAProgram: ITEMS_A_PROGRAM });
  const client = await connect(database);
  const scans: Scan[] = [];
  client.on('notice', ({ message = '' }) => {
    const json = message.slice(message.indexOf('{'));
    if (message.startsWith('duration:')) scans.push(...scansOf(Plan.parse(JSON.parse(json)).Plan));
  });

  async function query(sql: string, parameters: readonly unknown[] = []) {
    scans.length = 0;
    const { rows } = await client.query(sql, [...parameters]);
    return { rows, scans: [...scans] };
  }

  return {
    owner: database.owner,
    query,
    ask: async (name: string, input: object): Promise<ExplainedCall> => {
      const asked = await query(`select plm.${name}($1) as answer`, [JSON.stringify(input)]);
      return { scans: asked.scans, answer: asked.rows[0].answer };
    },
    /** The plans after such a change, which is rolled back. */
    after: async (change: string, work: () => Promise<void>): Promise<void> => {
      await client.query('begin');
      await client.query(`set local role postgres; ${change}; set local role groundwire_app`);
      try {
        await work();
      } finally {
        await client.query('rollback');
      }
    },
    close: async (): Promise<void> => {
      await client.end();
      await database.drop();
    },
  };
}

async function connect(database: TestDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  const claim = sign(database.deps.claimKey, {
    kind: 'user',
    org: requireDemoOrg('cascade').id,
    user: requireDemoPerson('eli@cascade.test').id,
    exp: Math.floor(Date.now() / 1000) + 600,
  });
  // Only a superuser can load it; the queries themselves run with the Worker's role.
  await client.query(`load 'auto_explain'`);
  await client.query(`set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
    set auto_explain.log_analyze = on; set auto_explain.log_timing = off; set auto_explain.log_format = json;
    set client_min_messages = log`);
  await client.query('set role groundwire_app');
  await client.query(`select set_config('groundwire.claim', $1, false)`, [claim]);
  return client;
}

function scansOf(node: Node): Scan[] {
  const table = node['Relation Name'] ?? '';
  const index = node['Index Name'] ?? '';
  const looked = node['Actual Rows'] + node['Rows Removed by Filter'] + node['Rows Removed by Index Recheck'];
  const own = { type: node['Node Type'], table, index, rows: looked * node['Actual Loops'] };
  return [...(table || index ? [own] : []), ...node.Plans.flatMap(scansOf)];
}
