import { describe, expect, test } from 'vitest';
import { readProblem, signedIn, type Visitor } from '../../visitor.fixture.ts';
import { WorkspacePage, WorkspaceTab } from './workspace-schema.ts';

async function readPage(visitor: Visitor, path: string): Promise<WorkspacePage> {
  const response = await visitor(`/api/v1/workspace${path}`);
  expect(response.status, path).toBe(200);
  return WorkspacePage.parse(await response.json());
}

async function readTab(visitor: Visitor, path: string): Promise<WorkspaceTab> {
  const response = await visitor(`/api/v1/workspace${path}`);
  expect(response.status, path).toBe(200);
  return WorkspaceTab.parse(await response.json());
}

/** A page's path in the browser → the path of its data. */
const dataOf = (path: string): string =>
  path
    .replace(/^\/workspace\//, '/')
    .replace(/\?.*$/, '')
    .replace('/activities/', '/activity/')
    .replace(/^(\/[a-z-]+?)s\//, '$1/');

const rowsIn = ({ sections }: WorkspaceTab) => sections.flatMap((section) => ('rows' in section ? section.rows : []));
const pathsIn = (tab: WorkspaceTab): string[] => rowsIn(tab).flatMap(({ path }) => path ?? []);
const labelsIn = (tab: WorkspaceTab): string[] =>
  tab.sections.flatMap((section) => ('columns' in section ? section.columns.map(({ label }) => label) : []));

async function openProject(visitor: Visitor, name: string): Promise<WorkspacePage> {
  const home = await readPage(visitor, '');
  const row = rowsIn(home.content).find(({ cells }) => cells['name']?.text === name);
  return readPage(visitor, dataOf(row?.path ?? ''));
}

describe('following links from the start page', () => {
  test('leads from the projects through every tab to every linked page', async () => {
    const nora = await signedIn('nora@northlight.test');
    const project = await openProject(nora, 'Harborlight Festival');
    expect(project.tabs.map(({ id }) => id)).toEqual([
      ...['overview', 'shows', 'crew', 'vendors', 'schedule', 'rfps', 'incidents', 'deliverables'],
    ]);
    expect(project.scope).toMatchObject({ programId: project.id, designId: null, label: 'Project HARBORLIGHT' });
    const kinds = new Set<string>();
    for (const { id } of project.tabs) {
      const tab = await readTab(nora, `/project/${project.id}/${id}`);
      const [path] = pathsIn(tab);
      if (path === undefined) continue;
      const page = await readPage(nora, dataOf(path));
      kinds.add(page.kind);
      for (const inner of page.tabs) {
        expect((await readTab(nora, `/${page.kind}/${page.id}/${inner.id}`)).tab).toBe(inner.id);
      }
    }
    expect([...kinds].sort()).toEqual(['activity', 'crew-member', 'incident', 'rfp', 'show', 'vendor']);
  });

  test('a show has its project and itself as chat scope, and its times in its own time zone', async () => {
    const max = await signedIn('max@northlight.test');
    const project = await openProject(max, 'Glass Horizons Tour');
    const shows = await readTab(max, `/project/${project.id}/shows`);
    const denver = rowsIn(shows).find(({ cells }) => cells['name']?.text === 'Denver');
    const page = await readPage(max, dataOf(denver?.path ?? ''));
    expect(page.scope).toMatchObject({ programId: project.id, designId: page.id, label: 'Show Denver' });
    expect(page.facts.find(({ label }) => label === 'Starts')).toMatchObject({
      text: expect.stringMatching(/T19:30:00-0[67]:00$/),
      zone: 'America/Denver',
    });
  });
});

describe('across all projects', () => {
  test('each kind has a list of all records with their project', async () => {
    const nora = await signedIn('nora@northlight.test');
    const home = await readPage(nora, '');
    const across = home.content.sections.find(({ heading }) => heading === 'All projects');
    if (across?.type !== 'table') throw new Error('no lists');
    const found = new Map<string, WorkspacePage>();
    for (const { id, path, cells } of across.rows) {
      const page = await readPage(nora, dataOf(path ?? ''));
      expect([id, String(rowsIn(page.content).length)]).toEqual([id, cells['count']?.text]);
      expect((await readTab(nora, `/list/${id}/${id}`)).tab).toBe(id);
      found.set(id, page);
    }
    expect([...found.keys()]).toEqual(['shows', 'crew', 'vendors', 'rfps', 'incidents', 'deliverables']);
    for (const id of ['shows', 'rfps', 'incidents', 'deliverables']) {
      const [row] = rowsIn(found.get(id)?.content ?? { tab: id, sections: [], cursor: null });
      expect(row?.cells['project']?.path, id).toMatch(/^\/workspace\/projects\//);
    }
    const crew = rowsIn((await readPage(nora, '/list/crew')).content);
    const papers = crew.find(({ cells }) => cells['name']?.text === 'Amara Diallo');
    expect(papers?.cells['certificates']).toEqual({ text: '1 expired', tone: 'danger' });
  });

  test('lists are searched on the server, and unknown lists are 404', async () => {
    const max = await signedIn('max@northlight.test');
    const riggers = await readTab(max, '/list/crew/crew?q=rigging');
    expect(rowsIn(riggers).map(({ cells }) => cells['department']?.text)).toEqual(Array(4).fill('Rigging'));
    expect(labelsIn(riggers)).not.toContain('Day rate');
    const ada = await signedIn('ada@cascade.test');
    expect((await ada('/api/v1/workspace/list/crew')).status).toBe(404);
    for (const path of [
      'list/projects',
      'list/constructor',
      'list/crew/shows',
      `list/${crypto.randomUUID()}`,
      'crew-member/crew',
    ])
      expect((await max(`/api/v1/workspace/${path}`)).status, path).toBe(404);
  });
});

describe('the schedule', () => {
  test('has a bar for each activity, the critical path, float, and conflicts in words', async () => {
    const max = await signedIn('max@northlight.test');
    const project = await openProject(max, 'Harborlight Festival');
    const { sections } = await readTab(max, `/project/${project.id}/schedule`);
    const [note, schedule] = sections;
    expect(note).toMatchObject({ type: 'text', text: expect.stringContaining('10 of 26 activities are critical') });
    expect(note).toMatchObject({ text: expect.stringMatching(/Catering and artist village starts \w+ \d+, \d+, but/) });
    if (schedule?.type !== 'schedule') throw new Error('no schedule');
    expect(schedule.rows).toHaveLength(26);
    expect(schedule.rows.filter(({ bar }) => bar.isEmphasised)).toHaveLength(10);
    const row = schedule.rows.find(({ cells }) => cells['name']?.text === 'LED wall');
    expect(row?.bar).toMatchObject({ isEmphasised: false, slack: { from: row?.bar.start } });
    expect(row?.cells['float']?.text).toBe('1 d');
    expect(schedule.rows.find(({ bar }) => bar.isPoint)?.cells['name']?.text).toBe('City hands over the site');
  });
});

describe('who sees what', () => {
  test('only admins see money and people in incidents, and members see that they are hidden', async () => {
    const [nora, max] = await Promise.all(['nora@northlight.test', 'max@northlight.test'].map(signedIn));
    if (!nora || !max) throw new Error('no user signed in');
    const [admin, member] = [
      await openProject(nora, 'Glass Horizons Tour'),
      await openProject(max, 'Glass Horizons Tour'),
    ];
    expect(admin.facts.map(({ label }) => label)).toContain('Budget');
    expect(member.facts.map(({ label }) => label)).not.toContain('Budget');
    const crew = `/project/${admin.id}/crew`;
    expect(labelsIn(await readTab(nora, crew))).toEqual(expect.arrayContaining(['Phone', 'Day rate']));
    const seen = await readTab(max, crew);
    expect(labelsIn(seen)).toContain('Phone');
    expect(labelsIn(seen)).not.toContain('Day rate');
    expect(seen.sections[0]).toMatchObject({ text: "Your role can't see: day rate." });
    const incidents = await readTab(nora, `/project/${admin.id}/incidents`);
    const incident = dataOf(pathsIn(incidents)[0] ?? '');
    expect((await readPage(nora, incident)).tabs.map(({ id }) => id)).toEqual(['report', 'parties']);
    expect((await readPage(max, incident)).tabs.map(({ id }) => id)).toEqual(['report']);
    const parties = await readTab(max, `${incident}/parties`);
    expect(JSON.stringify(parties)).not.toContain('Kavanagh');
  });

  test('another org’s pages answer exactly like unknown pages', async () => {
    const nora = await signedIn('nora@northlight.test');
    const { id } = await openProject(nora, 'Old Mill Concert Series');
    const ada = await signedIn('ada@cascade.test');
    for (const path of [`project/${id}`, `project/${id}/crew`, `show/${crypto.randomUUID()}`]) {
      const response = await ada(`/api/v1/workspace/${path}`);
      expect([response.status, (await readProblem(response)).code], path).toEqual([404, 'NOT_FOUND']);
    }
    for (const path of [
      `program/${id}`,
      `project/${crypto.randomUUID()}`,
      `project/${id}/nothing`,
      'project/OLD-MILL',
    ]) {
      expect((await nora(`/api/v1/workspace/${path}`)).status, path).toBe(404);
    }
  });

  test('a member of two orgs sees the pages of the current one', async () => {
    const both = await signedIn('both@cascade.test');
    const acting =
      (slug: string): Visitor =>
      (path, options) =>
        both(path, { ...options, headers: { 'X-Org': slug } });
    expect((await readPage(acting('northlight'), '')).title).toBe('Projects');
    expect((await readPage(acting('cascade'), '')).title).toBe('Programs');
  });
});
