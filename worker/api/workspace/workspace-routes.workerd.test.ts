import { describe, expect, test } from 'vitest';
import { readProblem, signedIn, type Visitor } from '../../visitor.fixture.ts';
import { WorkspacePage, WorkspaceTab } from './workspace-schema.ts';

const readPage = async (visitor: Visitor, path: string): Promise<WorkspacePage> => {
  const response = await visitor(`/api/v1${path}`);
  expect(response.status, path).toBe(200);
  return WorkspacePage.parse(await response.json());
};

/** A page's path in the browser → the path of its data. */
const dataOf = (path: string): string => path.replace(/^\/workspace\/(\w+)s\//, '/workspace/$1/').replace(/\?.*$/, '');

const pathsIn = ({ sections }: WorkspaceTab): string[] =>
  sections.flatMap((section) => ('rows' in section ? section.rows.flatMap(({ path }) => path ?? []) : []));

const textsIn = (tab: WorkspaceTab): string[] =>
  tab.sections.flatMap((section) =>
    'rows' in section ? section.rows.flatMap((row) => Object.values(row.cells).map(({ text }) => text)) : [],
  );

async function openProgram(visitor: Visitor, code: string): Promise<WorkspacePage> {
  const home = await readPage(visitor, '/workspace');
  const table = home.content.sections.find((section) => section.type === 'table');
  const row = table?.rows.find(({ cells }) => cells['code']?.text === code);
  return readPage(visitor, dataOf(row?.path ?? ''));
}

describe('following links from the start page', () => {
  test('leads through a program and a design to an item with all its tabs', async () => {
    const ada = await signedIn('ada@cascade.test');
    const program = await openProgram(ada, 'KESTREL');
    expect(program.tabs.map(({ id }) => id)).toEqual(['designs', 'change-orders', 'sessions', 'members']);
    const design = await readPage(ada, dataOf(pathsIn(program.content)[0] ?? ''));
    expect(design.trail.map(({ label }) => label)).toEqual(['Programs', `KESTREL ${program.title}`]);
    const part = pathsIn(design.content).find((_path, at) => textsIn(design.content)[at * 5]?.startsWith('PN-'));
    const item = await readPage(ada, dataOf(part ?? ''));
    expect(item.scope).toMatchObject({ programId: program.id, designId: design.id, draft: `About ${item.code}: ` });
    for (const { id } of item.tabs) {
      const response = await ada(`/api/v1/workspace/item/${item.id}/${id}`);
      expect([response.status, WorkspaceTab.parse(await response.json()).tab]).toEqual([200, id]);
    }
  });

  test('a bill of materials is a tree of several levels, children after their parent (U40)', async () => {
    const ada = await signedIn('ada@cascade.test');
    const program = await openProgram(ada, 'KESTREL');
    const design = await readPage(ada, dataOf(pathsIn(program.content)[0] ?? ''));
    const found = await ada(`/api/v1/workspace/design/${design.id}/items?q=900%20mm`);
    const [arm = ''] = pathsIn(WorkspaceTab.parse(await found.json()));
    const page = await readPage(ada, `${dataOf(arm)}?tab=bom`);
    const tree = page.content.sections.find((section) => section.type === 'tree');
    const levels = tree?.rows.map(({ level }) => level ?? 0) ?? [];
    expect(Math.max(...levels)).toBe(5);
    expect(levels.every((level, at) => level <= (levels[at - 1] ?? 0) + 1)).toBe(true);
  });

  test('a page opens with the requested tab, or with its first', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { id } = await openProgram(ada, 'KESTREL');
    const tabOf = async (query: string) => (await readPage(ada, `/workspace/program/${id}${query}`)).content.tab;
    expect([await tabOf('?tab=members'), await tabOf('?tab=nothing'), await tabOf('')]).toEqual([
      'members',
      'designs',
      'designs',
    ]);
  });
});

describe('pages that a user can’t see', () => {
  test('another org’s pages answer exactly like unknown pages', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { id } = await openProgram(ada, 'KESTREL');
    const nora = await signedIn('nora@northlight.test');
    for (const path of [`program/${id}`, `program/${id}/members`, `item/${crypto.randomUUID()}`]) {
      const response = await nora(`/api/v1/workspace/${path}`);
      expect([response.status, (await readProblem(response)).code], path).toEqual([404, 'NOT_FOUND']);
    }
  });

  test('malformed addresses and unknown kinds and tabs are 404', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { id } = await openProgram(ada, 'KESTREL');
    for (const path of ['item/PN-000001', `person/${id}`, `item/${id}/details`, "design/1'or'1"]) {
      expect((await ada(`/api/v1/workspace/${path}`)).status, path).toBe(404);
    }
  });

  test('refuses an unknown query parameter', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { id } = await openProgram(ada, 'KESTREL');
    const response = await ada(`/api/v1/workspace/program/${id}?org=other`);
    expect([response.status, (await readProblem(response)).code]).toEqual([400, 'BAD_REQUEST']);
  });
});
