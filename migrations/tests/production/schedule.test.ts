// The critical path, checked on networks with known results. Circles are reported with their path.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import type { Json } from '../plm/plm.fixture.ts';
import { openProduction, type Production } from './production.fixture.ts';

let database: TestDatabase;
let production: Production;
let projects = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  production = await openProduction(database);
});
afterAll(async () => {
  await production.close();
  await database.drop();
});

const FIRST_DAY = Date.UTC(2026, 0, 1);
const dayOf = (offset: number): string => new Date(FIRST_DAY + offset * 86_400_000).toISOString().slice(0, 10);

type Activity = { days: number; after?: string; start?: number; notBefore?: number };

/**
 * `after` is for example "A B:SS+2": A's finish, and two days after B's start.
 * @returns the id of the project
 */
async function addNetwork(activities: Readonly<Record<string, Activity>>): Promise<string> {
  const project_id = randomUUID();
  projects += 1;
  await production.add('projects', { id: project_id, code: `NET-${projects}`, name: `Network ${projects}` });
  const ids = new Map(Object.keys(activities).map((name) => [name, randomUUID()]));
  for (const [name, { days, start = 0, notBefore }] of Object.entries(activities)) {
    await production.add('schedule_activities', {
      ...{ id: ids.get(name), project_id, name, phase: 'Build', planned_start: dayOf(start), duration_days: days },
      earliest_start: notBefore === undefined ? null : dayOf(notBefore),
    });
  }
  for (const [name, { after = '' }] of Object.entries(activities)) {
    for (const one of after.split(' ').filter(Boolean)) {
      const [, predecessor = '', kind = 'FS', lag = '0'] = /^(\w+)(?::(FS|SS|FF)([+-]\d+)?)?$/.exec(one) ?? [];
      await production.add('schedule_dependencies', {
        ...{ project_id, predecessor_id: ids.get(predecessor), successor_id: ids.get(name) },
        ...{ kind, lag_days: Number(lag) },
      });
    }
  }
  return project_id;
}

async function scheduleOf(activities: Readonly<Record<string, Activity>>) {
  const data = await production.nora.must('get_schedule', { projectId: await addNetwork(activities), limit: 500 });
  const byName = new Map<string, Json>(data.activities.map((one: Json) => [one['name'], one]));
  const of = (name: string): Json => byName.get(name) ?? {};
  return { data, of };
}

/** As offsets in days: early start, early finish, late start, late finish (last days, inclusive), float. */
const figures = (one: Json): readonly unknown[] =>
  ['earlyStart', 'earlyFinish', 'lateStart', 'lateFinish']
    .map((key): unknown => (Date.parse(String(one[key])) - FIRST_DAY) / 86_400_000)
    .concat(one['totalFloatDays']);

test("a textbook network has the textbook's floats and critical path", async () => {
  // A(3) → B(4), C(2); B → D(5); C → E(1); D, E → F(2): A B D F takes 14 days, and C and E have a float of 6.
  const { data, of } = await scheduleOf({
    A: { days: 3 },
    B: { days: 4, after: 'A' },
    C: { days: 2, after: 'A' },
    D: { days: 5, after: 'B' },
    E: { days: 1, after: 'C' },
    F: { days: 2, after: 'D E' },
  });
  expect(data.criticalPath).toEqual(['A', 'B', 'D', 'F']);
  expect(data.earliestFinish).toBe(dayOf(13));
  expect(figures(of('A'))).toEqual([0, 2, 0, 2, 0]);
  expect(figures(of('B'))).toEqual([3, 6, 3, 6, 0]);
  expect(figures(of('C'))).toEqual([3, 4, 9, 10, 6]);
  expect(figures(of('E'))).toEqual([5, 5, 11, 11, 6]);
  expect(figures(of('F'))).toEqual([12, 13, 12, 13, 0]);
  expect(of('F')['waitsFor']).toEqual(['D', 'E']);
});

test('two paths of the same length are both critical, and a separate activity has its own float', async () => {
  const { data, of } = await scheduleOf({
    A: { days: 2 },
    B: { days: 3, after: 'A' },
    C: { days: 3, after: 'A' },
    D: { days: 1, after: 'B C' },
    Alone: { days: 1, start: 1 },
  });
  expect(data.criticalPath).toEqual(['A', 'B', 'C', 'D']);
  expect([of('Alone')['totalFloatDays'], of('Alone')['isCritical']]).toEqual([4, false]);
});

test('lags, start-to-start and finish-to-finish dependencies move successors', async () => {
  const { data, of } = await scheduleOf({
    Stage: { days: 5 },
    Towers: { days: 2, after: 'Stage:SS+3' },
    Paint: { days: 1, after: 'Stage:FF+1' },
    Open: { days: 1, after: 'Stage:FS+2 Towers' },
  });
  expect(figures(of('Towers'))).toEqual([3, 4, 5, 6, 2]);
  expect(figures(of('Paint'))).toEqual([5, 5, 7, 7, 2]);
  expect(figures(of('Open'))).toEqual([7, 7, 7, 7, 0]);
  expect(data.criticalPath).toEqual(['Stage', 'Open']);
  expect(of('Towers')['waitsFor']).toEqual(['Stage (SS +3 d)']);
});

test('a negative lag lets a successor begin before its predecessor ends', async () => {
  const { of } = await scheduleOf({ A: { days: 5 }, B: { days: 3, after: 'A:FS-2' } });
  expect(figures(of('B'))).toEqual([3, 5, 3, 5, 0]);
});

test('a milestone is at the end of its day, whether first, last or between', async () => {
  const { data, of } = await scheduleOf({
    Handover: { days: 0, start: 2 },
    Build: { days: 3, after: 'Handover' },
    Ready: { days: 0, after: 'Build' },
  });
  expect(figures(of('Handover'))).toEqual([2, 2, 2, 2, 0]);
  expect(figures(of('Build'))).toEqual([3, 5, 3, 5, 0]);
  expect(figures(of('Ready'))).toEqual([5, 5, 5, 5, 0]);
  expect(of('Ready')['isMilestone']).toBe(true);
  expect(data.earliestFinish).toBe(dayOf(5));
});

test('activities without predecessors start when planned, and none before its earliest allowed day', async () => {
  const { of, data } = await scheduleOf({
    Permit: { days: 2, start: 1 },
    Site: { days: 3, start: 1, after: 'Permit', notBefore: 6 },
    Fence: { days: 1, start: 0, notBefore: 4 },
  });
  expect(figures(of('Permit'))).toEqual([1, 2, 4, 5, 3]);
  expect(figures(of('Site'))).toEqual([6, 8, 6, 8, 0]);
  expect(figures(of('Fence'))).toEqual([4, 4, 8, 8, 4]);
  expect(data.plannedTooEarly).toEqual([
    { name: 'Fence', plannedStart: dayOf(0), earlyStart: dayOf(4) },
    { name: 'Site', plannedStart: dayOf(1), earlyStart: dayOf(6) },
  ]);
});

test.each([
  [
    'of two',
    { A: { days: 1, after: 'B' }, B: { days: 1, after: 'A' } },
    [
      ['A', 'B'],
      ['B', 'A'],
    ],
  ],
  [
    'of three behind a way in and before a way out',
    {
      In: { days: 1 },
      A: { days: 1, after: 'In C' },
      B: { days: 1, after: 'A' },
      C: { days: 1, after: 'B' },
      Out: { days: 1, after: 'C' },
    },
    [
      ['A', 'B', 'C'],
      ['B', 'C', 'A'],
      ['C', 'A', 'B'],
    ],
  ],
])(
  'a circle %s is reported with its path, and the planned days are there nevertheless',
  async (_what, network, ways) => {
    const { data, of } = await scheduleOf(network);
    expect(ways).toContainEqual(data.cycle);
    expect(data.criticalPath).toBeNull();
    expect(data.earliestFinish).toBeNull();
    expect(of('A')).toMatchObject({ plannedStart: dayOf(0), totalFloatDays: null, isCritical: null });
  },
);

test("an activity can't depend on itself or on another project's activity", async () => {
  const [one, other] = [await addNetwork({ A: { days: 1 } }), await addNetwork({ B: { days: 1 } })];
  const { rows } = await database.owner.query(
    'select id from production.schedule_activities where project_id = any ($1) order by name',
    [[one, other]],
  );
  const [a, b] = rows.map(({ id }) => id);
  const depend = (predecessor_id: string, successor_id: string) =>
    production.add('schedule_dependencies', { project_id: one, predecessor_id, successor_id });
  await expect(depend(a, a)).rejects.toThrow('check constraint');
  await expect(depend(a, b)).rejects.toThrow('foreign key');
});

test('an empty schedule is valid', async () => {
  const { data } = await scheduleOf({});
  expect(data).toMatchObject({ activities: [], total: 0, left: 0, criticalPath: null, cycle: null, startsOn: null });
});

test('a chain of two thousand activities with as many branches is placed, each once', async () => {
  const project_id = await addNetwork({});
  await database.owner.query(
    `insert into production.schedule_activities (org_id, id, project_id, name, phase, planned_start, duration_days)
     select p.org_id, md5(p.id::text || n)::uuid, p.id, 'Step ' || n, 'Build', '2026-01-01', 1
     from production.projects p, generate_series(1, 2000) n where p.id = $1`,
    [project_id],
  );
  await database.owner.query(
    `insert into production.schedule_dependencies (org_id, project_id, predecessor_id, successor_id)
     select p.org_id, p.id, md5(p.id::text || n)::uuid, md5(p.id::text || (n + step))::uuid
     from production.projects p, generate_series(1, 1999) n, generate_series(1, 2) step where p.id = $1 and n + step <= 2000`,
    [project_id],
  );
  const data = await production.nora.must('get_schedule', { projectId: project_id, limit: 100 });
  expect([data.total, data.left, data.activities.length]).toEqual([2000, 1900, 100]);
  expect(data.earliestFinish).toBe(dayOf(1999));
  expect([data.criticalCount, data.criticalPath.length]).toEqual([2000, 100]);
});

test('the demo festival has the expected critical path', async () => {
  const data = await production.nora.must('get_schedule', { projectId: 'HARBORLIGHT', criticalOnly: true });
  expect(data.criticalPath).toEqual([
    ...['City hands over the site', 'Ground protection and roadway', 'Main stage steel and roof', 'Rigging and motors'],
    ...['PA hang and system tuning', 'Structural and fire inspection', 'Line check and rehearsal', 'Festival days'],
    ...['Strike and load-out', 'Restoration and hand back'],
  ]);
  expect(data.activities.every((one: Json) => one['isCritical'] === true)).toBe(true);
  expect(data.plannedTooEarly.map((one: Json) => one['name'])).toEqual(['Catering and artist village']);
});
