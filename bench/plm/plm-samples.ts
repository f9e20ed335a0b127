// The product queries, and the items that they ask about: each item once, from all programs that the user can see, in an
// order that doesn't depend on where the rows are stored.
import type pg from 'pg';

/** A part of a generated design: its number, the top of its tree, a standard part that its program uses, its name. */
export type Sample = {
  readonly number: string;
  readonly top: string;
  readonly standard: string;
  readonly design: string;
  readonly name: string;
};

export type PlmQuery = readonly [query: string, input: object];

/** @param owner bypasses row-level security */
export async function drawSamples(owner: pg.Client, user: string, count: number): Promise<Sample[]> {
  const { rows } = await owner.query<Sample>(
    `select i.item_number as number, i.name, i.code as design,
       (select t.item_number from plm.items t where t.org_id = i.org_id and t.design_id = i.design_id and t.is_listed
          and exists (select from plm.item_relationships r where r.org_id = t.org_id and r.source_master_id = t.id)
        order by t.item_number limit 1) as top,
       (select s.item_number from plm.items s where s.id = (
          select r.target_master_id from plm.item_relationships r
          where r.org_id = i.org_id and r.source_master_id = any (
            select t.id from plm.items t where t.org_id = i.org_id and t.design_id = i.design_id and t.is_listed
              and t.item_type = 'Part' order by t.item_number limit 100)
          and r.find_number > 50 order by md5(r.id::text || i.id::text) limit 1) and s.org_id = i.org_id) as standard
     from (
       select p.*, d.code from plm.items p
       join plm.designs d on d.org_id = p.org_id and d.id = p.design_id and d.design_type = 'Engineering' and d.code like 'GEN-%'
       join plm.program_members m on m.org_id = p.org_id and m.program_id = p.program_id and m.user_id = $1
       where p.item_type = 'Part' order by md5(p.id::text) limit $2
     ) i`,
    [user, count],
  );
  return rows;
}

const word = ({ name }: Sample, place: number): string => name.split(' ')[place] ?? '';

/** The queries with a time bound. */
export const BOUNDED_QUERIES: readonly (readonly [name: string, ask: (sample: Sample, round: number) => PlmQuery])[] = [
  ['get_bom, any part, depth 1', ({ number }) => ['get_bom', { itemId: number }]],
  ['get_bom, any part, depth 10', ({ number }) => ['get_bom', { itemId: number, depth: 10 }]],
  ['get_bom, top of a design, depth 3', ({ top }) => ['get_bom', { itemId: top, depth: 3 }]],
  ['get_where_used, any part', ({ number }) => ['get_where_used', { itemId: number }]],
  ['get_where_used, standard part', ({ standard }) => ['get_where_used', { itemId: standard }]],
  ['search_items, number', ({ number }) => ['search_items', { query: number }]],
  ['search_items, end of a number', ({ number }) => ['search_items', { query: number.slice(-5) }]],
  ['search_items, one word', (sample) => ['search_items', { query: word(sample, 1) }]],
  ['search_items, middle of a word', (sample) => ['search_items', { query: word(sample, 1).slice(1) }]],
  ['search_items, two words', (sample) => ['search_items', { query: `${word(sample, 1)} ${word(sample, 0)}` }]],
  ['search_items, word and measure', (sample) => ['search_items', { query: `${word(sample, 1)} ${word(sample, 2)}` }]],
  ['search_items, the whole name', ({ name }) => ['search_items', { query: name }]],
  ['search_items, nothing matches', (_, round) => ['search_items', { query: `qzx${round}` }]],
  ['search_items, no words', () => ['search_items', {}]],
  ['search_items, type and state', () => ['search_items', { itemType: 'Document', state: 'Draft' }]],
  ['search_items, design and state', ({ design }) => ['search_items', { designId: design, state: 'Draft' }]],
  ['get_item_details', ({ number }) => ['get_item_details', { itemNumber: number }]],
];

/** Reported without a time bound: they read whole structures, up to the functions' row limit. */
export const UNBOUNDED_QUERIES: typeof BOUNDED_QUERIES = [
  ['get_bom, whole tree of a design', ({ top }) => ['get_bom', { itemId: top, depth: 10 }]],
  ['analyze_change_impact, standard part', ({ standard }) => ['analyze_change_impact', { itemId: standard }]],
];
