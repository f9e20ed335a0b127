// Who sees what of live production, by organization, permission and kind of data. Checked in the functions and in the tables
// behind them.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import type { Json } from '../plm/plm.fixture.ts';
import { openProduction, type Production, type ProductionUser } from './production.fixture.ts';

let database: TestDatabase;
let production: Production;
beforeAll(async () => {
  database = await createTestDatabase();
  production = await openProduction(database);
});
afterAll(async () => {
  await production.close();
  await database.drop();
});

const READS: readonly [name: string, permission: string, input: Json][] = [
  ['search_projects', 'projects:read', {}],
  ['get_project', 'projects:read', { projectId: 'HARBORLIGHT' }],
  ['list_shows', 'shows:read', {}],
  ['list_crew', 'crew:read', {}],
  ['list_vendors', 'vendors:read', {}],
  ['get_schedule', 'schedules:read', { projectId: 'HARBORLIGHT' }],
  ['list_rfps', 'rfps:read', {}],
  ['list_incidents', 'incidents:read', {}],
  ['list_deliverables', 'deliverables:read', {}],
];

/** Table → the id of one of its rows in the demo data. */
async function idOf(table: string): Promise<string> {
  const { rows } = await database.owner.query(`select id from production.${table} order by id limit 1`);
  return rows[0].id;
}

const PAGES: readonly [name: string, table: string][] = [
  ['workspace_show', 'shows'],
  ['workspace_crew_member', 'crew_members'],
  ['workspace_vendor', 'vendors'],
  ['workspace_rfp', 'rfps'],
  ['workspace_incident', 'incidents'],
  ['workspace_activity', 'schedule_activities'],
];

describe('an admin and a member', () => {
  test('both read every list; only the admin sees amounts and the people in incidents', async () => {
    const sensitive = async (who: ProductionUser) => {
      const crew = await who.must('list_crew', { projectId: 'GLASS-HORIZONS', limit: 50 });
      const rfps = await who.must('list_rfps', { query: 'RFP-0001' });
      const incidents = await who.must('list_incidents', { query: 'INC-0003' });
      const project = await who.must('get_project', { projectId: 'HARBORLIGHT' });
      return {
        rates: crew.crew.filter((one: Json) => one['dayRate'] !== null).length,
        phones: crew.crew.filter((one: Json) => one['phone'] !== null).length,
        totals: rfps.rfps[0].responses.map((one: Json) => one['total']),
        parties: incidents.incidents[0].parties,
        budget: project.budget,
        notShown: [crew, rfps, incidents, project].map(({ notShown }) => notShown),
      };
    };
    const admin = await sensitive(production.nora);
    expect(admin).toMatchObject({ budget: 1_880_000, totals: [186_400, 171_900], notShown: [[], [], [], []] });
    expect(admin.parties).toHaveLength(3);
    expect(admin.rates).toBeGreaterThan(15);
    expect(admin.phones).toBeGreaterThan(15);
    const money = (...fields: string[]) => [{ fields, permission: 'finance:read' }];
    expect(await sensitive(production.max)).toEqual({
      ...{ rates: 0, phones: admin.phones, totals: [null, null], parties: null, budget: null },
      notShown: [
        money('dayRate', 'currency'),
        money('total', 'currency'),
        [{ fields: ['parties'], permission: 'incidents:parties' }],
        money('budget', 'currency'),
      ],
    });
  });

  test('the tables refuse the member, whatever the statement', async () => {
    for (const table of ['crew_rates', 'project_budgets', 'rfp_totals', 'incident_parties']) {
      const count = `select count(*)::int as count from production.${table}`;
      expect((await production.nora.query(count))[0]?.['count'], table).toBeGreaterThan(0);
      expect((await production.max.query(count))[0]?.['count'], table).toBe(0);
    }
    const joined = await production.max.query(
      'select r.day_rate from production.crew_assignments a left join production.crew_rates r on r.assignment_id = a.id',
    );
    expect(joined.filter((row) => row['day_rate'] !== null)).toEqual([]);
  });

  test('pages follow the same rules', async () => {
    const first = async (column: string, table: string): Promise<string> => {
      const { rows } = await database.owner.query(`select ${column} as id from production.${table} order by 1 limit 1`);
      return rows[0].id;
    };
    const asked: [string, string][] = [
      ['workspace_crew_member', await first('crew_member_id', 'crew_assignments')],
      ['workspace_vendor', await first('vendor_id', 'rfp_responses')],
      ['workspace_rfp', await first('id', 'rfps')],
      ['workspace_incident', await first('id', 'incidents')],
    ];
    for (const [name, id] of asked) {
      const [admin, other] = [await production.nora.must(name, { id }), await production.max.must(name, { id })];
      expect(JSON.stringify(admin), name).toMatch(/"(dayRate|total)": ?\d|"statement"/);
      expect(JSON.stringify(other), name).not.toMatch(/"(dayRate|total)": ?\d|"statement"/);
      expect([admin.notShown.length, other.notShown.length], name).toEqual([0, 1]);
    }
  });

  test('neither can write, not even with direct SQL', async () => {
    for (const statement of [
      `update production.projects set name = 'x'`,
      `insert into production.vendors (org_id, name, category) select org_id, 'x', 'Audio' from production.projects limit 1`,
      'delete from production.incidents',
    ]) {
      await expect(production.nora.query(statement)).rejects.toThrow('permission denied');
    }
  });
});

describe('a role that lacks a permission', () => {
  test.each(READS)('%s needs %s', async (name, permission, input) => {
    const others = READS.map(([, one]) => one).filter((one) => one !== permission);
    await production.setPermissions('max@northlight.test', others);
    expect(await production.max.read(name, input)).toMatchObject({
      ok: false,
      code: 'FORBIDDEN',
      facts: { permission },
    });
  });

  test('crew without contacts shows names and work only', async () => {
    await production.setPermissions('max@northlight.test', ['crew:read', 'projects:read']);
    const data = await production.max.must('list_crew', { projectId: 'GLASS-HORIZONS' });
    expect(data.crew[0]).toMatchObject({ name: 'Imani Okoye', role: 'Production manager', phone: null, email: null });
    expect(data.notShown[0]).toEqual({ fields: ['phone', 'email'], permission: 'crew:contacts' });
    expect(await production.max.query('select 1 from production.crew_contacts')).toEqual([]);
  });

  test("counts of unreadable records are null and don't affect other counts", async () => {
    await production.setPermissions('max@northlight.test', ['projects:read', 'shows:read']);
    const { counts, attention } = await production.max.must('get_project', { projectId: 'HARBORLIGHT' });
    expect(counts).toMatchObject({
      shows: 3,
      crew: null,
      vendors: null,
      activities: null,
      rfps: null,
      incidents: null,
    });
    expect(new Set(Object.values(attention))).toEqual(new Set([null]));
  });

  test('a role without permissions is refused by every function and sees no row', async () => {
    await production.setPermissions('max@northlight.test', ['usage:read']);
    for (const [name, , input] of READS) {
      expect(await production.max.read(name, input), name).toMatchObject({ ok: false, code: 'FORBIDDEN' });
    }
    for (const [name, table] of PAGES) {
      expect(await production.max.read(name, { id: await idOf(table) }), name).toMatchObject({ code: 'FORBIDDEN' });
    }
    expect(await production.max.query('select 1 from production.shows')).toEqual([]);
  });

  test('a revoked permission is gone with the next statement (R13)', async () => {
    await production.setPermissions('max@northlight.test', ['crew:read', 'finance:read']);
    const count = 'select count(*)::int as count from production.crew_rates';
    expect((await production.max.query(count))[0]?.['count']).toBeGreaterThan(0);
    await production.setPermissions('max@northlight.test', ['crew:read']);
    expect((await production.max.query(count))[0]?.['count']).toBe(0);
  });
});

describe('another organization', () => {
  test('its ids are treated like unknown ids by every function (R4, R7)', async () => {
    const org = production.ada;
    await database.owner.query(
      `update roles set permissions = permissions || (select permissions from roles where name = 'admin'
         and org_id = (select id from orgs where slug = 'northlight'))
       where name in ('admin', 'engineer') and org_id = (select id from orgs where slug = 'cascade')`,
    );
    const ask = async (who: ProductionUser, ids: Readonly<Record<string, string>>) => {
      const answers: unknown[] = [];
      for (const [name, table] of PAGES) answers.push(await who.read(name, { id: ids[table] }));
      for (const name of ['get_project', 'get_schedule', 'list_crew', 'list_vendors', 'list_rfps', 'list_shows'])
        answers.push(await who.read(name, { projectId: ids['projects'] }));
      for (const name of ['list_crew', 'list_incidents', 'list_deliverables'])
        answers.push(await who.read(name, { showId: ids['shows'] }));
      for (const [itemType, table] of [
        ['Project', 'projects'],
        ['Show', 'shows'],
        ['CrewMember', 'crew_members'],
        ['Vendor', 'vendors'],
        ['Rfp', 'rfps'],
        ['Incident', 'incidents'],
        ['Activity', 'schedule_activities'],
      ])
        answers.push(await who.read('resolve_entity', { itemType, itemId: ids[table ?? ''] }));
      return JSON.stringify(answers);
    };
    const tables = ['projects', ...PAGES.map(([, table]) => table)];
    const theirs: Record<string, string> = {};
    for (const table of tables) theirs[table] = await idOf(table);
    const nobodys = Object.fromEntries(tables.map((table) => [table, randomUUID()]));
    const unknown = await ask(org, nobodys);
    expect([...unknown.matchAll(/"code":"(\w+)"/g)].map(([, code]) => code)).toEqual(Array(22).fill('NOT_FOUND'));
    expect(await ask(org, theirs)).toBe(unknown);
    // A member of both orgs who acts in this one.
    expect(await ask(production.bothInCascade, theirs)).toBe(unknown);
    // Users with access do see them.
    expect(await ask(production.nora, theirs)).not.toContain('NOT_FOUND');
  });

  test('its codes, numbers and names find nothing', async () => {
    for (const [name, input] of [
      ['get_project', { projectId: 'HARBORLIGHT' }],
      ['get_project', { projectId: 'Harborlight Festival' }],
      ['list_crew', { showId: 'Denver' }],
      ['resolve_entity', { itemType: 'Incident', itemId: 'INC-0001' }],
      ['resolve_entity', { itemType: 'Rfp', itemId: 'RFP-0001' }],
    ] as const) {
      expect(await production.ada.read(name, input)).toMatchObject({ ok: false, code: 'NOT_FOUND' });
    }
    for (const [name, list] of [
      ['search_projects', 'projects'],
      ['list_shows', 'shows'],
      ['list_crew', 'crew'],
      ['list_vendors', 'vendors'],
      ['list_rfps', 'rfps'],
      ['list_incidents', 'incidents'],
      ['list_deliverables', 'deliverables'],
    ] as const) {
      expect(await production.ada.must(name, {}), name).toMatchObject({ [list]: [], total: 0, left: 0 });
    }
  });
});
