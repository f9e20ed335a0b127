// `npm run bench:plm`, with `-- --items 100000` for fewer: times the product queries in a database of a million items under
// row-level security. Fills a scratch database, prints the figures and writes them to results.md.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { signClaim } from '../../durable/postgres/session-claim.ts';
import { requireDemoOrg, requireDemoPerson } from '../../local/demo-data/demo-people.ts';
import { fillPlm } from '../../local/demo-data/fill-plm.ts';
import { startDatabase } from '../../local/postgres/database.ts';
import { describeLoad, describeMachine, table } from '../harness/report.ts';
import { summarize } from '../harness/statistics.ts';
import { BOUNDED_QUERIES, drawSamples, UNBOUNDED_QUERIES } from './plm-samples.ts';
import { type DatabaseSession, timeClaim, timeQuery } from './plm-timing.ts';

const ROUNDS = 300;
const BOUND_MS = 5;
const CLAIM_BOUND_MS = 0.2;
const CLAIM_KEY = `bench:${Buffer.alloc(32, 7).toString('base64')}`;
/** As on the smallest server that would reasonably store a million items. */
const SHARED_BUFFERS = '512MB';

/** `leave` selects the programs that the user leaves first, as an SQL condition. */
type Scope = { readonly name: string; readonly email: string; readonly leave: string };

/** A query must be as fast for a user with few programs as for one with all. Each scope leaves some of the previous one's. */
const SCOPES: readonly Scope[] = [
  { name: 'all programs', email: 'ada@cascade.test', leave: 'false' },
  { name: 'half of them', email: 'eli@cascade.test', leave: `right(p.code, 1) in ('2', '4', '6', '8', '0')` },
  {
    name: 'one of them',
    email: 'eli@cascade.test',
    leave: `p.code <> (select max(q.code) from plm.programs q
    join plm.program_members n on n.program_id = q.id and n.user_id = m.user_id where q.code like 'GEN-%')`,
  },
];

const { values } = parseArgs({ options: { items: { type: 'string', default: '1000000' } } });
const dir = mkdtempSync(join(tmpdir(), 'groundwire-plm-'));
// As root, the server runs as another user, who needs access.
chmodSync(dir, 0o755);
const keys = { ownerPassword: 'scratch', appPassword: 'scratch', claimKey: CLAIM_KEY };
const database = await startDatabase({ dir, ...keys, durable: false, sharedBuffers: SHARED_BUFFERS });
const owner = new pg.Client({ connectionString: database.ownerUrl });
const app = new pg.Client({ connectionString: database.databaseUrl });
try {
  await owner.connect();
  await app.connect();
  const report = await measureAll(Number(values.items));
  console.log(report);
  writeFileSync(join(import.meta.dirname, 'results.md'), report);
} finally {
  await app.end();
  await owner.end();
  await database.stop();
  rmSync(dir, { recursive: true, force: true });
}

async function measureAll(items: number): Promise<string> {
  const seconds = await fill(items);
  const columns: string[][][] = [];
  let claim: { readonly checked: number[]; readonly setting: number[] } = { checked: [], setting: [] };
  for (const scope of SCOPES) {
    console.error(`timing as a member of ${scope.name}`);
    const session = await openSession(scope);
    claim = await timeClaim(session, ROUNDS);
    columns.push(await timeAll(session, scope));
  }
  const overhead = claim.checked.map((ms, round) => ms - (claim.setting[round] ?? 0));
  const rows = [...BOUNDED_QUERIES, ...UNBOUNDED_QUERIES].map(([name], row) => [
    name,
    ...columns.flatMap((column) => column[row] ?? []),
  ]);
  const head = ['median, p95 of milliseconds', ...SCOPES.flatMap(({ name }) => [name, 'p95'])];
  return [
    '# Product queries under row-level security',
    `${describeMachine()} · ${await describeDatabase()}`,
    `${await countRows()}, created in ${seconds} s. Times in the database, planning included, over ${ROUNDS} different items after a warm-up, for members of all, half and one of the programs. README.md has the method. The bound is ${BOUND_MS} ms at p95; queries over it are marked.`,
    table(head, rows.slice(0, BOUNDED_QUERIES.length)),
    'Whole structures, which have no bound:',
    table(head, rows.slice(BOUNDED_QUERIES.length)),
    `Extra time per statement for verifying a signed claim instead of reading a setting. The bound is ${CLAIM_BOUND_MS} ms.`,
    table(['', 'median', 'p95'], [['claim', ...cells(overhead, CLAIM_BOUND_MS, 3)]]),
    `${describeLoad()}\n`,
  ].join('\n\n');
}

async function fill(items: number): Promise<number> {
  const startedAt = performance.now();
  await fillPlm(owner, { items, onProgress: (done) => console.error(`${done} of ${items} items`) });
  await owner.query('vacuum analyze plm.items, plm.item_relationships');
  return Math.round((performance.now() - startedAt) / 1000);
}

async function openSession({ email, leave }: Scope): Promise<DatabaseSession> {
  const user = requireDemoPerson(email).id;
  await owner.query(
    `delete from plm.program_members m using plm.programs p
     where p.id = m.program_id and m.user_id = $1 and p.code like 'GEN-%' and ${leave}`,
    [user],
  );
  const claim = { kind: 'user', org: requireDemoOrg('cascade').id, user } as const;
  const { rows } = await app.query('select pg_backend_pid() as pid');
  return { app, pid: rows[0].pid, signClaim: () => signClaim(CLAIM_KEY, claim, Date.now()) };
}

async function timeAll(session: DatabaseSession, { email }: Scope): Promise<string[][]> {
  const samples = await drawSamples(owner, requireDemoPerson(email).id, ROUNDS);
  const rows: string[][] = [];
  for (const [name, ask] of [...BOUNDED_QUERIES, ...UNBOUNDED_QUERIES]) {
    const times = await timeQuery(session, samples.length, (round) => {
      const sample = samples[round];
      if (!sample) throw new Error('fewer samples than rounds');
      return ask(sample, round);
    });
    rows.push(cells(times, BOUNDED_QUERIES.some(([bound]) => bound === name) ? BOUND_MS : Number.POSITIVE_INFINITY));
  }
  return rows;
}

function cells(times: readonly number[], bound: number, digits = 2): string[] {
  const { median, p95 } = summarize(times);
  return [median.toFixed(digits), `${p95 > bound ? 'over: ' : ''}${p95.toFixed(digits)}`];
}

async function describeDatabase(): Promise<string> {
  const { rows } = await owner.query(`select version(), current_setting('shared_buffers') as buffers`);
  return `${String(rows[0].version).split(' on ')[0]}, shared_buffers ${rows[0].buffers}`;
}

async function countRows(): Promise<string> {
  const { rows } = await owner.query(
    `select (select count(*) from plm.items)::int as items, (select count(*) from plm.item_relationships)::int as links`,
  );
  return `${rows[0].items.toLocaleString('en')} items and ${rows[0].links.toLocaleString('en')} links`;
}
