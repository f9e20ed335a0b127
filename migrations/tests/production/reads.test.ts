// Results of the production read tools and workspace pages.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireDemoProject, requireDemoShow } from '../../../local/demo-data/production/projects.ts';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import type { Json } from '../plm/plm.fixture.ts';
import { openProduction, type Production } from './production.fixture.ts';

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

const LISTS: Readonly<Record<string, string>> = {
  search_projects: 'projects',
  list_shows: 'shows',
  list_crew: 'crew',
  list_vendors: 'vendors',
  list_rfps: 'rfps',
  list_incidents: 'incidents',
  list_deliverables: 'deliverables',
};

async function listed(name: string, input: Json, key = 'name'): Promise<unknown[]> {
  const data = await production.max.must(name, { limit: 500, ...input });
  return data[LISTS[name] ?? ''].map((row: Json) => row[key]);
}

describe('projects', () => {
  test('are found by name, code, client, state and phase, all words in any order and case', async () => {
    const codes = (input: Json) => listed('search_projects', input, 'code');
    expect(await codes({})).toEqual(['OLD-MILL', 'GLASS-HORIZONS', 'HARBORLIGHT', 'HELIX-SUMMIT', 'CARROW-WALK']);
    expect(await codes({ query: 'tour GLASS' })).toEqual(['GLASS-HORIZONS']);
    expect(await codes({ query: 'mara' })).toEqual(['GLASS-HORIZONS']);
    expect(await codes({ state: 'Active', phase: 'build' })).toEqual(['HARBORLIGHT']);
    expect(await codes({ query: '100%_' })).toEqual([]);
  });

  test('are found by id, code and name, with the next show and what needs attention', async () => {
    const byCode = await production.max.must('get_project', { projectId: 'harborlight' });
    for (const projectId of [requireDemoProject('HARBORLIGHT'), 'Harborlight festival']) {
      expect(await production.max.must('get_project', { projectId })).toEqual(byCode);
    }
    expect(byCode).toMatchObject({
      ...{ phase: 'Build', nextShow: { name: 'Festival day 1', city: 'San Diego' } },
      counts: { shows: 3, crew: 14, vendors: 11, activities: 26, rfps: 2, incidents: 2, deliverables: 9 },
      attention: {
        openIncidents: 2,
        overdueDeliverables: 1,
        vendorsWithoutW9: 0,
        vendorsWithoutInsurance: 0,
        openRfps: 0,
      },
    });
    expect(await production.max.must('get_project', { projectId: 'CARROW-WALK' })).toMatchObject({
      counts: { crew: 0 },
    });
  });

  test('a name of two projects is ambiguous; codes are not', async () => {
    for (const code of ['TWIN-A', 'TWIN-B']) await production.add('projects', { code, name: 'Twin' });
    expect(await production.max.read('get_project', { projectId: 'twin' })).toMatchObject({
      ...{ ok: false, code: 'AMBIGUOUS', facts: { candidates: ['TWIN-A', 'TWIN-B'] } },
    });
    expect(await production.max.must('get_project', { projectId: 'TWIN-A' })).toMatchObject({ name: 'Twin' });
    await database.owner.query(`delete from production.projects where code like 'TWIN-%'`);
  });
});

describe('shows', () => {
  test('are found by city, venue, region, name and project', async () => {
    expect(await listed('list_shows', { query: 'denver' })).toEqual(['Denver']);
    expect(await listed('list_shows', { query: 'red mesa' })).toEqual(['Denver']);
    expect(await listed('list_shows', { query: 'glass seattle' })).toEqual(['Seattle, night 1', 'Seattle, night 2']);
    expect(await listed('list_shows', { projectId: 'GLASS-HORIZONS' })).toHaveLength(14);
    expect(await listed('list_shows', { projectId: 'OLD-MILL', state: 'cancelled' })).toEqual(['Concert 3']);
  });

  test('upcoming shows are ordered from now on, past ones from the latest back', async () => {
    const tour = { projectId: 'GLASS-HORIZONS' };
    expect((await listed('list_shows', { ...tour, when: 'upcoming' }))[0]).toBe('Chicago, night 1');
    expect((await listed('list_shows', { ...tour, when: 'past' })).slice(0, 2)).toEqual([
      'Nashville',
      'New York, night 2',
    ]);
  });

  test('have local times with offset and zone', async () => {
    const { shows } = await production.max.must('list_shows', { query: 'phoenix' });
    expect(shows[0]).toMatchObject({
      startsAt: expect.stringMatching(/T19:30:00-07:00$/),
      doorsAt: expect.stringMatching(/T18:30:00-07:00$/),
      timeZone: 'America/Phoenix',
    });
  });

  test('missing facts are null: venue, contact, doors, end', async () => {
    const { shows } = await production.max.must('list_shows', { query: 'opening night' });
    expect(shows[0]).toMatchObject({ venue: null, city: null, venueDetails: null, doorsAt: null, endsAt: null });
    const { shows: phoenix } = await production.max.must('list_shows', { query: 'phoenix' });
    expect(phoenix[0].venueDetails).toMatchObject({
      contactName: 'Luis Ortega',
      contactEmail: null,
      contactPhone: null,
    });
  });

  test('the same local hour is another instant after the clocks change', async () => {
    const project_id = randomUUID();
    await production.add('projects', { id: project_id, code: 'CLOCKS', name: 'Clocks' });
    for (const [name, at] of [
      ['before', '2026-10-31 19:30 America/Denver'],
      ['after', '2026-11-01 19:30 America/Denver'],
      ['half an hour', '2026-11-02 19:30 Australia/Adelaide'],
    ] as const) {
      const time_zone = at.split(' ').at(-1);
      await production.add('shows', { project_id, name, time_zone, starts_at: at });
    }
    expect(await listed('list_shows', { projectId: 'CLOCKS' }, 'startsAt')).toEqual([
      '2026-10-31T19:30:00-06:00',
      '2026-11-01T19:30:00-07:00',
      '2026-11-02T19:30:00+10:30',
    ]);
    await database.owner.query('delete from production.shows where project_id = $1', [project_id]);
    await database.owner.query('delete from production.projects where id = $1', [project_id]);
  });

  test.each(['EST5EDT', 'America/Nowhere', '+02', 'utc', '', 'MST'])(
    "a show can't have the zone %j",
    async (time_zone) => {
      const show = { project_id: requireDemoProject('OLD-MILL'), name: 'x', time_zone, starts_at: '2026-07-01T20:00Z' };
      await expect(production.add('shows', show)).rejects.toThrow('check constraint');
    },
  );
});

describe('crew', () => {
  test("of a show includes the whole project's crew, with call times in its zone", async () => {
    const data = await production.max.must('list_crew', { showId: requireDemoShow('denver'), limit: 50 });
    const local = data.crew.filter((one: Json) => one['worksOn'] === 'this show');
    expect(local.map((one: Json) => [one['name'], one['role'], one['state']])).toEqual([
      ['Priya Raman', 'Local coordinator', 'confirmed'],
      ['Joanna Kowalska', 'Up rigger', 'declined'],
      ['Rosa Quintero', 'Head rigger', 'confirmed'],
      ['Wanda Novak', 'Carpenter', 'confirmed'],
    ]);
    expect(local[2].callAt).toMatch(/T06:00:00-0[67]:00$/);
    expect(data).toMatchObject({
      total: 20,
      people: 20,
      left: 0,
      show: { name: 'Denver' },
      project: { code: 'GLASS-HORIZONS' },
    });
    expect(data.crew[0]).toMatchObject({ name: 'Imani Okoye', worksOn: 'whole project', callAt: null });
  });

  test('of a project lists each person and role once; without a project, everyone', async () => {
    const { crew, people } = await production.max.must('list_crew', { projectId: 'HARBORLIGHT', limit: 50 });
    expect(people).toBe(14);
    expect(crew.find((one: Json) => one['name'] === 'Callum Reid')).toMatchObject({
      worksOn: '3 shows',
      role: 'Site manager',
    });
    expect(await listed('list_crew', {})).toHaveLength(40);
    expect(await listed('list_crew', { department: 'rigging' })).toEqual([
      ...['Joanna Kowalska', 'Rosa Quintero', 'Sean Kavanagh', 'Tariq Aziz'],
    ]);
    expect(await listed('list_crew', { query: 'drum' })).toEqual(['Simone Laurent']);
  });

  test('certificates have an end date and show which have expired', async () => {
    const { crew } = await production.max.must('list_crew', { query: 'tariq' });
    expect(crew[0].certifications).toMatchObject([
      { name: 'ETCP rigger, theatre', isExpired: true },
      { name: 'Fall protection', isExpired: false },
    ]);
  });

  test('a missing email or phone is null', async () => {
    expect((await production.max.must('list_crew', { query: 'hugo salas' })).crew[0].email).toBeNull();
    expect((await production.max.must('list_crew', { query: 'mei lin' })).crew[0].phone).toBeNull();
  });
});

describe('a crew of four hundred', () => {
  beforeAll(async () => {
    await database.owner.query(
      `insert into production.crew_members (org_id, id, name, position, department)
       select p.org_id, md5('many' || n)::uuid, 'Hand ' || lpad(n::text, 3, '0'), 'Stagehand', 'Stage'
       from production.projects p, generate_series(1, 400) n where p.code = 'CARROW-WALK'`,
    );
    await database.owner.query(
      `insert into production.crew_assignments (org_id, project_id, crew_member_id, role)
       select p.org_id, p.id, md5('many' || n)::uuid, 'Stagehand' from production.projects p, generate_series(1, 400) n
       where p.code = 'CARROW-WALK'`,
    );
  });
  afterAll(async () => {
    await database.owner.query(`delete from production.crew_assignments where role = 'Stagehand'`);
    await database.owner.query(`delete from production.crew_members where position = 'Stagehand'`);
  });

  test('comes in limited lists with the total and the number left', async () => {
    const asked = { projectId: 'CARROW-WALK' };
    const some = await production.max.must('list_crew', asked);
    expect([some.crew.length, some.total, some.people, some.left]).toEqual([20, 400, 400, 380]);
    const few = await production.max.must('list_crew', { ...asked, query: 'hand 39', limit: 3 });
    expect([few.crew.length, few.total, few.left]).toEqual([3, 14, 11]);
  });

  test('is returned once each across cursors', async () => {
    const names: unknown[] = [];
    let cursor: unknown;
    do {
      const page = await production.max.must('list_crew', { projectId: 'CARROW-WALK', limit: 90, cursor });
      names.push(...page.crew.map((one: Json) => one['name']));
      expect(page.left).toBe(400 - names.length);
      cursor = page.cursor;
    } while (cursor !== null);
    expect(new Set(names).size).toBe(400);
    expect(names).toHaveLength(400);
  });
});

describe('vendors', () => {
  test('have the status of their documents and are found by what is wrong', async () => {
    expect(await listed('list_vendors', { issue: 'w9_missing' })).toEqual([
      'Cascadia Deck & Roof',
      'Voltline Generators',
    ]);
    expect(await listed('list_vendors', { issue: 'insurance_expired' })).toEqual([
      ...['Cold Spark Effects', 'Five Star Coaches', 'High Steel Rigging'],
    ]);
    expect(await listed('list_vendors', { issue: 'insurance_expiring' })).toEqual([
      ...['Bright Foundry Lighting', 'Kilowatt Power Systems'],
    ]);
    expect(await listed('list_vendors', { issue: 'insurance_missing' })).toEqual(['Voltline Generators']);
    expect(await listed('list_vendors', { issue: 'email_missing' })).toEqual(['Green Fork Tour Catering']);
  });

  test('a vendor without email has email null, one without documents has null dates', async () => {
    const { vendors } = await production.max.must('list_vendors', { query: 'green fork' });
    expect(vendors[0]).toMatchObject({ email: null, contactName: 'Abel Torres', category: 'Catering' });
    const { vendors: volt } = await production.max.must('list_vendors', { query: 'voltline' });
    expect(volt[0]).toMatchObject({ w9ReceivedOn: null, coiExpiresOn: null, insurance: 'missing', service: null });
  });

  test('of a project have the service they provide there', async () => {
    const { vendors, total } = await production.max.must('list_vendors', {
      projectId: 'HARBORLIGHT',
      category: 'power',
    });
    expect(total).toBe(1);
    expect(vendors[0]).toMatchObject({ name: 'Kilowatt Power Systems', service: 'Generators and distribution' });
  });
});

describe('RFPs, incidents, deliverables', () => {
  test('RFPs are listed in each state, with their responses', async () => {
    for (const state of ['draft', 'sent', 'closed', 'awarded', 'cancelled']) {
      expect((await listed('list_rfps', { state }, 'number')).length, state).toBeGreaterThan(0);
    }
    const { rfps } = await production.max.must('list_rfps', { query: 'live stream' });
    expect(rfps[0]).toMatchObject({
      ...{ number: 'RFP-0003', requiresNda: true, responseCount: 2, timeZone: 'America/Los_Angeles' },
      responses: [{ vendor: 'Signal Path Video', state: 'submitted' }, { vendor: 'Panorama LED' }],
    });
  });

  test('incidents are listed latest first, by severity, state and project; undecided values are null', async () => {
    const numbers = (input: Json) => listed('list_incidents', input, 'number');
    expect(await numbers({})).toEqual(['INC-0004', 'INC-0006', 'INC-0005', 'INC-0003', 'INC-0002', 'INC-0001']);
    expect(await numbers({ severity: 'major' })).toEqual(['INC-0005', 'INC-0003']);
    expect(await numbers({ oshaRecordable: true })).toEqual(['INC-0003']);
    // INC-0005 is undecided, so neither filter matches it.
    expect(await numbers({ oshaRecordable: false })).toEqual(['INC-0004', 'INC-0006', 'INC-0002', 'INC-0001']);
    expect(await numbers({ showId: requireDemoShow('nashville') })).toEqual(['INC-0006']);
    expect(await numbers({ projectId: 'HARBORLIGHT', state: 'open' })).toEqual(['INC-0005']);
    const { incidents } = await production.max.must('list_incidents', { query: 'INC-0005' });
    expect(incidents[0]).toMatchObject({ isOshaRecordable: null, daysAway: 1, correctiveAction: null, show: null });
  });

  test('deliverables are ordered by day, and overdue ones are found', async () => {
    expect(await listed('list_deliverables', { overdue: true }, 'title')).toEqual([
      ...['Final report to the foundation', 'Noise variance', 'Rigging plot for North Loop Theatre'],
      'Rigging report after Nashville',
    ]);
    expect(await listed('list_deliverables', { kind: 'stage_plot', state: 'approved' }, 'title')).toEqual([
      'Stage plot',
    ]);
    const all = await listed('list_deliverables', { projectId: 'HARBORLIGHT' }, 'dueOn');
    expect(all.at(-1)).toBeNull();
  });
});

describe('invalid input', () => {
  test.each([
    ['search_projects', { limit: 0 }, 'limit'],
    ['search_projects', { limit: 501 }, 'limit'],
    ['search_projects', { state: 'over' }, 'state'],
    ['list_shows', { when: 'sometimes' }, 'when'],
    ['list_shows', { query: 'x'.repeat(201) }, 'query'],
    ['list_crew', { department: 'Wizards' }, 'department'],
    ['list_vendors', { issue: 'smell' }, 'issue'],
    ['list_incidents', { severity: 'awful' }, 'severity'],
    ['list_incidents', { oshaRecordable: 'yes' }, 'oshaRecordable'],
    ['list_deliverables', { kind: 'poem' }, 'kind'],
    ['list_deliverables', { overdue: 1 }, 'overdue'],
    ['resolve_entity', { itemId: 'x', itemType: 'Page' }, 'itemType'],
  ])('%s %j is refused, naming the field %s', async (name, input, field) => {
    expect(await production.max.read(name, input)).toMatchObject({ ok: false, code: 'OUT_OF_RANGE', facts: { field } });
  });

  test.each([
    ['get_project', {}, 'MISSING', 'projectId'],
    ['get_schedule', {}, 'MISSING', 'projectId'],
    ['get_schedule', { projectId: 'NO-SUCH' }, 'NOT_FOUND', 'projectId'],
    ['list_crew', { showId: 'Atlantis' }, 'NOT_FOUND', 'showId'],
    ['list_crew', { projectId: 'HARBORLIGHT', showId: 'Denver' }, 'NOT_FOUND', 'showId'],
    ['resolve_entity', { itemType: 'Vendor', itemId: 'Clearwater Audio' }, 'NOT_FOUND', 'itemId'],
  ])('%s %j: %s', async (name, input, code, field) => {
    expect(await production.max.read(name, input)).toMatchObject({ ok: false, code, facts: { field } });
  });
});

describe('pages', () => {
  const page = async (name: string, table: string, where: string) => {
    const { rows } = await database.owner.query(`select id from production.${table} where ${where}`);
    return production.nora.must(name, { id: rows[0].id });
  };

  test('an activity has its predecessors, successors and float', async () => {
    const towers = await page('workspace_activity', 'schedule_activities', `name = 'Front of house and delay towers'`);
    expect(towers).toMatchObject({
      waitsFor: [{ name: 'Main stage steel and roof', kind: 'SS', lagDays: 3, isCritical: true }],
      holdsUp: [{ name: 'PA hang and system tuning' }, { name: 'Structural and fire inspection' }],
      computed: { totalFloatDays: 2, isCritical: false },
      ...{ isInCycle: false, project: { code: 'HARBORLIGHT' } },
    });
  });

  test('a person, a vendor, an RFP, an incident and a show have their related records', async () => {
    expect(await page('workspace_crew_member', 'crew_members', `name = 'Priya Raman'`)).toMatchObject({
      ...{ department: 'Production', email: 'priya.raman@crew.example', assignmentCount: 2 },
      assignments: [{ show: 'Denver', role: 'Local coordinator', dayRate: 520 }, { show: 'Boston, night 1' }],
    });
    expect(await page('workspace_vendor', 'vendors', `name = 'Tidal Sound Rentals'`)).toMatchObject({
      projects: [{ code: 'OLD-MILL' }, { code: 'HARBORLIGHT', service: 'PA, both stages' }],
      responses: [{ number: 'RFP-0002', state: 'awarded', total: 142_750 }],
    });
    expect(await page('workspace_rfp', 'rfps', `number = 'RFP-0004'`)).toMatchObject({
      project: { code: 'HELIX-SUMMIT' },
    });
    expect((await page('workspace_incident', 'incidents', `number = 'INC-0003'`)).parties).toHaveLength(3);
    expect(await page('workspace_show', 'shows', `name = 'Denver'`)).toMatchObject({
      ...{ counts: { crew: 20, deliverables: 2, incidents: 0 }, venueDetails: { name: 'Red Mesa Amphitheatre' } },
    });
  });
});
