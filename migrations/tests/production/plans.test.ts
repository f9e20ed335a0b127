// With many rows, under the policies and as the login role, production reads use their indexes: checked in the plans
// that PostgreSQL reports while the functions run, nested statements included.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireDemoOrg, requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import { sign } from '../isolation/two-orgs.fixture.ts';
import type { FunctionAnswer } from '../plm/plm.fixture.ts';

let database: TestDatabase;
let client: pg.Client;
let project: string;
let show: string;
const notices: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  // Two orgs of the same size, so that an index has rows to skip.
  for (const slug of ['northlight', 'quiet']) await fill(slug);
  await database.owner.query('analyze');
  const { rows } = await database.owner.query(
    `select p.id as project, s.id as show from production.projects p join production.shows s on s.project_id = p.id
     where p.code = 'FILL-7' and p.org_id = $1 limit 1`,
    [requireDemoOrg('northlight').id],
  );
  ({ project, show } = rows[0]);
  client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  client.on('notice', (notice) => notices.push(notice.message ?? ''));
  const claim = sign(database.deps.claimKey, {
    ...{ kind: 'user', org: requireDemoOrg('northlight').id, user: requireDemoPerson('nora@northlight.test').id },
    exp: Math.floor(Date.now() / 1000) + 600,
  });
  // Only a superuser can load it; the queries themselves run with the Worker's role.
  await client.query(`load 'auto_explain'`);
  await client.query(`set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
    set auto_explain.log_analyze = on; set auto_explain.log_timing = off; set client_min_messages = log`);
  await client.query('set role groundwire_app');
  await client.query(`select set_config('groundwire.claim', $1, false)`, [claim]);
}, 120_000);
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** 200 projects, 4,000 shows, 2,000 people, 80,000 assignments with rates, 10,000 activities, and so on. */
async function fill(slug: string): Promise<void> {
  const made = (kind: string, key: string) => `md5('${slug} ${kind} ' || ${key})::uuid`;
  const statements = [
    `insert into production.projects (org_id, id, code, name, state, starts_on)
     select $1, ${made('project', 'n')}, 'FILL-' || n, 'Filler ' || n, 'active', '2026-01-01'::date + n from generate_series(1, 200) n`,
    `insert into production.venues (org_id, id, name, city, country)
     select $1, ${made('venue', 'n')}, 'Hall ' || n, 'City ' || n, 'US' from generate_series(1, 300) n`,
    `insert into production.shows (org_id, id, project_id, venue_id, name, time_zone, starts_at, state)
     select $1, ${made('show', `p || '.' || n`)}, ${made('project', 'p')}, ${made('venue', '1 + (p * 20 + n) % 300')}, 'Night ' || p || '.' || n,
       'America/Chicago', '2026-01-01T20:00Z'::timestamptz + p * interval '1 day' + n * interval '1 day', 'scheduled'
     from generate_series(1, 200) p, generate_series(1, 20) n`,
    `insert into production.crew_members (org_id, id, name, position, department)
     select $1, ${made('crew', 'n')}, 'Hand ' || n, 'Stagehand', 'Stage' from generate_series(1, 2000) n`,
    `insert into production.crew_contacts (org_id, crew_member_id, phone)
     select $1, ${made('crew', 'n')}, '555-0100' from generate_series(1, 2000) n`,
    `insert into production.crew_assignments (org_id, id, project_id, show_id, crew_member_id, role)
     select $1, ${made('assignment', `p || '.' || n || '.' || c`)}, ${made('project', 'p')}, ${made('show', `p || '.' || n`)},
       ${made('crew', '1 + (p * 31 + n * 7 + c * 97) % 2000')}, 'Role ' || c
     from generate_series(1, 200) p, generate_series(1, 20) n, generate_series(1, 20) c`,
    `insert into production.crew_rates (org_id, assignment_id, day_rate, currency)
     select org_id, id, 400, 'USD' from production.crew_assignments where org_id = $1 on conflict do nothing`,
    `insert into production.vendors (org_id, id, name, category)
     select $1, ${made('vendor', 'n')}, 'Vendor ' || n, 'Audio' from generate_series(1, 3000) n`,
    `insert into production.project_vendors (org_id, project_id, vendor_id, service)
     select $1, ${made('project', 'p')}, ${made('vendor', '1 + (p * 15 + n) % 3000')}, 'PA' from generate_series(1, 200) p, generate_series(1, 15) n`,
    `insert into production.schedule_activities (org_id, id, project_id, name, phase, planned_start, duration_days)
     select $1, ${made('activity', `p || '.' || n`)}, ${made('project', 'p')}, 'Step ' || n, 'Build', '2026-01-01'::date + n, 1
     from generate_series(1, 200) p, generate_series(1, 50) n`,
    `insert into production.schedule_dependencies (org_id, project_id, predecessor_id, successor_id)
     select $1, ${made('project', 'p')}, ${made('activity', `p || '.' || n`)}, ${made('activity', `p || '.' || (n + 1)`)}
     from generate_series(1, 200) p, generate_series(1, 49) n`,
    `insert into production.incidents (org_id, id, project_id, number, title, severity, occurred_at, time_zone)
     select $1, ${made('incident', `p || '.' || n`)}, ${made('project', 'p')}, 'INC-' || (10000 + p * 20 + n), 'Trip', 'minor', '2026-01-01T12:00Z', 'UTC'
     from generate_series(1, 200) p, generate_series(1, 20) n`,
    `insert into production.incident_parties (org_id, incident_id, name, role)
     select org_id, id, 'Someone', 'witness' from production.incidents where org_id = $1`,
    `insert into production.deliverables (org_id, project_id, kind, title, due_on)
     select $1, ${made('project', 'p')}, 'other', 'Paper ' || n, '2026-01-01'::date + n from generate_series(1, 200) p, generate_series(1, 50) n`,
    `insert into production.rfps (org_id, id, project_id, number, title)
     select $1, ${made('rfp', `p || '.' || n`)}, ${made('project', 'p')}, 'RFP-' || (10000 + p * 20 + n), 'PA' from generate_series(1, 200) p, generate_series(1, 10) n`,
    `insert into production.rfp_responses (org_id, rfp_id, vendor_id, submitted_at)
     select $1, ${made('rfp', `p || '.' || n`)}, ${made('vendor', '1 + p * 10 + n')}, '2026-01-01T12:00Z' from generate_series(1, 200) p, generate_series(1, 10) n`,
  ];
  for (const statement of statements) await database.owner.query(statement, [requireDemoOrg(slug).id]);
}

async function planOf(name: string, input: object): Promise<{ plan: string; answer: FunctionAnswer }> {
  notices.length = 0;
  const { rows } = await client.query(`select production.${name}($1) as answer`, [JSON.stringify(input)]);
  return { plan: notices.join('\n'), answer: rows[0].answer };
}

/** No project, show or record of these has this many rows of any kind, but a scan of the organization reads more. */
const MANY = 2_500;

/** Plan lines that read or discard more rows than the call needs. */
function manyRows(plan: string): string[] {
  return plan.split('\n').filter((line) => {
    const [, rows = '0', loops = '1'] = /actual rows=([\d.]+) loops=(\d+)/.exec(line) ?? [];
    const removed = /Rows Removed by (?:Join )?Filter: (\d+)/.exec(line)?.[1] ?? '0';
    return Number(rows) * Number(loops) > MANY || Number(removed) > MANY;
  });
}

test('reads of a project, show or record touch only its rows (R10)', async () => {
  const scans: string[] = [];
  for (const [name, input] of [
    ['get_project', { projectId: project }],
    ['list_shows', { projectId: project }],
    ['list_crew', { projectId: project, limit: 50 }],
    ['list_crew', { showId: show, limit: 50 }],
    ['list_vendors', { projectId: project }],
    ['get_schedule', { projectId: project, limit: 100 }],
    ['list_rfps', { projectId: project }],
    ['list_incidents', { projectId: project }],
    ['list_incidents', { showId: show }],
    ['list_deliverables', { projectId: project }],
    ['resolve_entity', { itemType: 'Incident', itemId: 'INC-10141' }],
    ['workspace_show', { id: show }],
  ] as const) {
    const { plan, answer } = await planOf(name, input);
    expect(answer.ok, `${name} ${JSON.stringify(answer)}`).toBe(true);
    expect(plan).toContain('actual rows');
    scans.push(...manyRows(plan).map((line) => `${name} ${JSON.stringify(input)}: ${line}`));
  }
  expect(scans).toEqual([]);
});

test('the check fails for a scan of the organization', async () => {
  notices.length = 0;
  await client.query(`select count(*) from production.crew_assignments where role ilike '%role 7%'`);
  expect(manyRows(notices.join('\n')).length).toBeGreaterThan(0);
});

test("the crew of a show uses the show's index, and rates their key (R10)", async () => {
  const { plan, answer } = await planOf('list_crew', { showId: show });
  expect(answer.data.total).toBe(20);
  expect(plan).toMatch(/using crew_assignments_of_show|on crew_assignments_of_show/);
  expect(plan).toMatch(/crew_rates_pkey/);
});

test('lists of the whole organization stay within limits and read no row of another organization', async () => {
  const { answer } = await planOf('list_crew', {});
  expect([answer.data.crew.length, answer.data.total, answer.data.left]).toEqual([20, 2040, 2020]);
  const { answer: shows } = await planOf('list_shows', { query: 'night 7.3', limit: 5 });
  expect(shows.data.shows.map(({ name }: { name: string }) => name)).toContain('Night 7.3');
  const { answer: vendors } = await planOf('list_vendors', { query: 'vendor 2718' });
  expect(vendors.data.total).toBe(1);
});
