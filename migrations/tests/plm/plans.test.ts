// With many items, under the policies and as the login role, PLM queries use their indexes.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import { ITEMS_A_PROGRAM, LAST_PROGRAM, openPlanner, type Planner, type Scan } from './plans.fixture.ts';

let planner: Planner;
beforeAll(async () => {
  planner = await openPlanner();
}, 120_000);
afterAll(() => planner.close());

/** Tables that grow with the items; a small table may be scanned. */
const LARGE = new Set(['items', 'item_relationships', 'parts', 'documents', 'requirements', 'tasks', 'item_history']);

async function numberOf(where: string): Promise<string> {
  const { rows } = await planner.owner.query(
    `select i.item_number from plm.items i join plm.programs p on p.id = i.program_id and p.code like 'GEN-%'
     where i.item_type = 'Part' and ${where} order by i.item_number limit 1`,
  );
  return rows[0].item_number;
}

const inBom = (side: 'source' | 'target') =>
  `exists (select from plm.item_relationships r where r.${side}_master_id = i.id and r.relationship_type = 'BOM')`;

type Question = readonly [name: string, input: object, indexes: readonly string[]];

/** The call, and the indexes that must answer it. */
async function questions(): Promise<Question[]> {
  const middle = await numberOf(`${inBom('source')} and ${inBom('target')}`);
  const leaf = await numberOf(`${inBom('target')} and not ${inBom('source')}`);
  return [
    ['get_item_details', { itemNumber: middle }, ['items_number', 'items_current']],
    ['get_bom', { itemId: middle, depth: 10 }, ['item_relationships_down', 'items_current']],
    ['get_where_used', { itemId: leaf }, ['item_relationships_up', 'items_current']],
    ['analyze_change_impact', { itemId: leaf }, ['item_relationships_up', 'items_current']],
    ['resolve_entity', { itemId: middle, itemType: 'Part' }, ['items_number']],
    ['search_items', { query: 'bracket', limit: 5 }, ['items_of_program']],
    ['search_items', { query: 'welded bracket' }, ['items_words']],
    ['search_items', { query: 'qzxv' }, ['items_words']],
    ['search_items', { query: middle.slice(-4) }, ['items_words']],
    ['search_items', { query: middle }, ['items_of_program']],
    ['search_items', { itemType: 'Document', state: 'Draft' }, ['items_of_program_state']],
    ['search_items', { itemType: 'Task' }, ['items_of_program']],
    ['search_items', { designId: 'GEN-001-002' }, ['items_of_design']],
    ['workspace_item', { id: middle }, ['items_number']],
    ['workspace_item_tab', { id: middle, tab: 'bom' }, ['item_relationships_down']],
    ['workspace_item_tab', { id: middle, tab: 'history' }, ['item_history_newest']],
    ['workspace_design', { id: 'GEN-001-002' }, ['items_of_design']],
  ];
}

/** Faults of a plan: large tables that are scanned, indexes that are not used. */
function problemsOf(scans: readonly Scan[], indexes: readonly string[]): string[] {
  return [
    ...scans.flatMap(({ type, table }) => (type === 'Seq Scan' && LARGE.has(table) ? [`scan of ${table}`] : [])),
    ...indexes.filter((wanted) => !scans.some(({ index }) => index === wanted)),
  ];
}

const rowsOf = (scans: readonly Scan[], wanted: string): number =>
  scans.reduce((sum, { table, rows }) => sum + (table === wanted ? rows : 0), 0);

test('every read uses its indexes and scans no large table (R10)', async () => {
  for (const [name, input, indexes] of await questions()) {
    const { scans, answer } = await planner.ask(name, input);
    expect(answer, name).toMatchObject({ ok: true });
    expect([name, input, problemsOf(scans, indexes)]).toEqual([name, input, []]);
  }
});

test('the check fails for each missing index and for a scan (R10)', async () => {
  const asked = await questions();
  for (const index of new Set(asked.flatMap(([, , indexes]) => indexes))) {
    await planner.after(`drop index plm.${index}`, async () => {
      for (const [name, input, indexes] of asked.filter(([, , wanted]) => wanted.includes(index)))
        expect(problemsOf((await planner.ask(name, input)).scans, indexes)).toContain(index);
    });
  }
  const { scans } = await planner.query(`select count(*) from plm.items where name ilike '%bracket%'`);
  expect(problemsOf(scans, [])).toEqual(['scan of items']);
});

test('a member of one program does not wait for items of other programs (R10)', async () => {
  const eli = requireDemoPerson('eli@cascade.test').id;
  const leave = `delete from plm.program_members m using plm.programs p
    where p.id = m.program_id and m.user_id = '${eli}' and p.code <> '${LAST_PROGRAM}'`;
  await planner.after(leave, async () => {
    for (const input of [{}, { query: 'bracket' }, { query: 'welded bracket' }, { itemType: 'Requirement' }]) {
      const { scans, answer } = await planner.ask('search_items', input);
      expect((answer.data['items'] as unknown[]).length, JSON.stringify(input)).toBeGreaterThan(0);
      expect(rowsOf(scans, 'items'), JSON.stringify(input)).toBeGreaterThan(0);
      expect(rowsOf(scans, 'items'), JSON.stringify(input)).toBeLessThan(ITEMS_A_PROGRAM);
    }
  });
});

test('every search path finds what a scan finds', async () => {
  const asked = [
    'welded bracket',
    'hollow hub 1',
    'tray',
    'ollow',
    '0077',
    'rail 33 × 7',
    'li 44',
    'turned × 9',
    '× ×',
    // Letters that all parts have next to letters that few have, a word within another one, and more words than are looked
    // up.
    'pn-0 heel',
    'ing hou 12',
    'slotted pin 1 × 2',
    'nothing bracket',
  ];
  for (const words of asked) {
    const { rows } = await planner.owner.query(
      `select count(*)::int as count from plm.items i where i.is_listed and (
         select bool_and(case when length(w) < 3 then strpos(i.search_text, ' ' || w) > 0 else strpos(i.search_text, w) > 0 end)
         from unnest(string_to_array($1, ' ')) w)`,
      [words],
    );
    const { data } = (await planner.ask('search_items', { query: words, limit: 50 })).answer;
    const { count } = rows[0];
    if (data['totalIsExact']) expect([words, data['total']]).toEqual([words, count]);
    else expect(count).toBeGreaterThanOrEqual(Number(data['total']));
    expect((data['items'] as unknown[]).length, words).toBe(Math.min(50, count));
  }
});
