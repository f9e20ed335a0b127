// Generates items by the million, in SQL: programs of 50,000 items, each with a library and with designs that have one tree
// of parts, five levels deep, whose assemblies use standard parts from the library. The same numbers give the same data.
import type pg from 'pg';
import { requireDemoOrg } from './demo-people.ts';

const ITEMS_A_PROGRAM = 50_000;
const ITEMS_A_DESIGN = 2_000;
/** Children of an assembly. The rest of a design's parts are leaves. */
const CHILDREN = 5;
const LIBRARY_PARTS_AN_ASSEMBLY = 2;

export type FillOptions = {
  readonly items: number;
  readonly itemsAProgram?: number;
  readonly onProgress?: (done: number) => void;
};

/** Adds items until there are `items`, including those of earlier runs. The client bypasses row-level security. */
export async function fillPlm(
  client: pg.Client,
  { items, itemsAProgram = ITEMS_A_PROGRAM, onProgress }: FillOptions,
): Promise<number> {
  const org = requireDemoOrg('cascade').id;
  const { rows } = await client.query<{ items: number; programs: number }>(
    `select count(distinct p.id)::int as programs, count(i.id)::int as items
     from plm.programs p left join plm.items i on i.org_id = p.org_id and i.program_id = p.id
     where p.org_id = $1 and p.code like 'GEN-%'`,
    [org],
  );
  const { items: before, programs } = rows[0] ?? { items: 0, programs: 0 };
  let done = before;
  for (let program = programs; done < items; program += 1) {
    const size = Math.min(itemsAProgram, items - done);
    await client.query('begin');
    // Checking each row's foreign keys costs more than creating the row. Only a superuser can skip it.
    await client.query('savepoint fast');
    await client.query(`set local session_replication_role = replica`).catch(() => client.query('rollback to fast'));
    await client.query(`select set_config('groundwire.fill', $1, true)`, [JSON.stringify({ org, program, size })]);
    for (const statement of STATEMENTS) await client.query(statement);
    await client.query('commit');
    done += size;
    onProgress?.(done);
  }
  await client.query('analyze plm.items, plm.parts, plm.item_relationships, plm.designs, plm.programs');
  return done - before;
}

const ADJECTIVES =
  'Welded Machined Cast Forged Bent Turned Milled Ground Coated Anodized Hardened Molded Printed Sintered Extruded Laser-cut Riveted Bonded Sealed Vented Ribbed Flanged Threaded Slotted Tapered Hollow Split Double Compact Heavy';
const NOUNS =
  'bracket housing shaft flange cover spacer bushing gear pulley hub lever plate frame guide rail block clamp collar coupling crank disc drum duct fitting hinge hook insert joint key latch link manifold mount nozzle panel pin piston plug rod roller rotor seal sleeve spring sprocket stator strut tray valve wheel';

/** `n` counts the items of the program; `k` those of a design, 0 being the top of its tree. */
const NUMBERS = `
  select s.*, n, n / ${ITEMS_A_DESIGN} as d, n % ${ITEMS_A_DESIGN} as k,
    least(${ITEMS_A_DESIGN}, s.size - (n / ${ITEMS_A_DESIGN}) * ${ITEMS_A_DESIGN}) as design_size
  from (
    select (f ->> 'org')::uuid as org, (f ->> 'program')::int as p, (f ->> 'size')::int as size
    from (select current_setting('groundwire.fill')::jsonb as f) x
  ) s, generate_series(0, s.size - 1) n`;

const idOf = (kind: string, place: string): string => `md5('fill ${kind} ' || ${place})::uuid`;
const PROGRAM_ID = idOf('program', 'x.p');
const DESIGN_ID = idOf('design', `x.p || ' ' || x.d`);
const ITEM_ID = idOf('item', `x.p || ' ' || x.n`);
/** A design's last items are documents, requirements and tasks; all items before them are parts. */
const TYPE = `case when x.d = 0 or x.k < x.design_size * 0.92 then 'Part' when x.k % 8 < 5 then 'Document'
  when x.k % 8 < 7 then 'Requirement' else 'Task' end`;
const HASH = `abs(hashtext(x.p || ' ' || x.n))`;
const pick = (words: string, by: string): string =>
  `(array['${words.split(' ').join("','")}'])[1 + (${by}) % ${words.split(' ').length}]`;

const STATEMENTS: readonly string[] = [
  `insert into plm.programs (org_id, id, code, name, customer)
   select distinct x.org, ${PROGRAM_ID}, 'GEN-' || lpad((x.p + 1)::text, 3, '0'), 'Generated program ' || x.p + 1, 'Generated customer'
   from (${NUMBERS}) x on conflict do nothing`,
  `insert into plm.program_members (org_id, program_id, user_id, role, can_create_eco, can_approve_eco)
   select m.org_id, ${PROGRAM_ID}, m.user_id, 'engineer', true, m.role = 'admin'
   from memberships m join roles r on r.org_id = m.org_id and r.name = m.role,
     (select distinct org, p from (${NUMBERS}) y) x
   where m.org_id = x.org and 'parts:create' = any (r.permissions) on conflict do nothing`,
  `insert into plm.designs (org_id, id, program_id, code, name, design_type)
   select distinct x.org, ${DESIGN_ID}, ${PROGRAM_ID},
     'GEN-' || lpad((x.p + 1)::text, 3, '0') || '-' || lpad((x.d + 1)::text, 3, '0'),
     'Generated design ' || x.p + 1 || '.' || x.d + 1, case when x.d = 0 then 'Library' else 'Engineering' end
   from (${NUMBERS}) x on conflict do nothing`,
  // With triggers off, a design has no main branch yet.
  `insert into plm.branches (org_id, id, program_id, design_id, name, branch_type)
   select distinct x.org, ${DESIGN_ID}, ${PROGRAM_ID}, ${DESIGN_ID}, 'main', 'main' from (${NUMBERS}) x
   on conflict do nothing`,
  `with made as (
     select x.*, ${TYPE} as item_type, ${HASH} as h from (${NUMBERS}) x
   ), numbered as (
     select x.*, case x.item_type when 'Part' then 'PN' when 'Document' then 'DOC' when 'Requirement' then 'REQ' else 'TSK' end as prefix,
       row_number() over (partition by x.item_type order by x.n) as nth
     from made x
   )
   insert into plm.items (org_id, id, master_id, program_id, design_id, branch_id, item_number, item_type, name, state)
   select x.org, ${ITEM_ID}, ${ITEM_ID}, ${PROGRAM_ID}, ${DESIGN_ID}, ${DESIGN_ID},
     x.prefix || '-' || lpad((coalesce(c.last, 0) + x.nth)::text, greatest(6, length((coalesce(c.last, 0) + x.nth)::text)), '0'),
     x.item_type,
     ${pick(ADJECTIVES, 'x.h')} || ' ' || ${pick(NOUNS, 'x.h / 64')} || ' ' || 10 + x.h / 4096 % 190 || ' × ' || 4 + x.h / 1048576 % 60
       || case x.item_type when 'Document' then ', drawing' when 'Requirement' then ', requirement' when 'Task' then ', check' else '' end,
     case x.item_type
       when 'Requirement' then (array['Draft', 'Proposed', 'Approved', 'Verified'])[1 + x.h % 4]
       when 'Task' then (array['Backlog', 'To Do', 'In Progress', 'Done'])[1 + x.h % 4]
       else (array['Released', 'Released', 'Released', 'Draft', 'In Review'])[1 + x.h % 5] end
   from numbered x left join private.item_counters c on c.org_id = x.org and c.prefix = x.prefix`,
  `insert into private.item_counters as c (org_id, prefix, last)
   select x.org, case x.item_type when 'Part' then 'PN' when 'Document' then 'DOC' when 'Requirement' then 'REQ' else 'TSK' end, count(*)
   from (select x.*, ${TYPE} as item_type from (${NUMBERS}) x) x group by 1, 2
   on conflict (org_id, prefix) do update set last = c.last + excluded.last`,
  `insert into plm.parts (org_id, item_id, program_id, part_type, cost, currency)
   select x.org, ${ITEM_ID}, ${PROGRAM_ID}, case when x.d = 0 then 'Purchase' else 'Manufacture' end, 1 + ${HASH} % 5000 / 10.0, 'USD'
   from (${NUMBERS}) x where ${TYPE} = 'Part'`,
  `insert into plm.tasks (org_id, item_id, program_id) select x.org, ${ITEM_ID}, ${PROGRAM_ID} from (${NUMBERS}) x where ${TYPE} = 'Task'`,
  `insert into plm.documents (org_id, item_id, program_id) select x.org, ${ITEM_ID}, ${PROGRAM_ID} from (${NUMBERS}) x where ${TYPE} = 'Document'`,
  `insert into plm.requirements (org_id, item_id, program_id) select x.org, ${ITEM_ID}, ${PROGRAM_ID} from (${NUMBERS}) x where ${TYPE} = 'Requirement'`,
  // Each part except the top one is a component of another part of its design; documents are linked to parts.
  `insert into plm.item_relationships (org_id, id, program_id, source_master_id, target_master_id, relationship_type, quantity, find_number)
   select x.org, ${idOf('link', `x.p || ' ' || x.n`)}, ${PROGRAM_ID}, ${idOf('item', `x.p || ' ' || x.n - x.k + (x.k - 1) / ${CHILDREN}`)},
     ${ITEM_ID}, case ${TYPE} when 'Part' then 'BOM' else 'Document' end,
     case ${TYPE} when 'Part' then 1 + ${HASH} % 4 end, case ${TYPE} when 'Part' then 10 * (1 + (x.k - 1) % ${CHILDREN}) end
   from (${NUMBERS}) x where x.d > 0 and x.k > 0 and ${TYPE} in ('Part', 'Document')`,
  // The assemblies of a design use two standard parts each.
  `insert into plm.item_relationships (org_id, id, program_id, source_master_id, target_master_id, relationship_type, quantity, find_number)
   select x.org, ${idOf('standard', `x.p || ' ' || x.n || ' ' || x.nth`)}, ${PROGRAM_ID}, ${ITEM_ID},
     ${idOf('item', `x.p || ' ' || (${HASH} / 7 + x.nth * 977) % ${ITEMS_A_DESIGN}`)}, 'BOM', 2 + ${HASH} % 10, 10 * (${CHILDREN} + x.nth)
   from (select y.*, nth from (${NUMBERS}) y, generate_series(1, ${LIBRARY_PARTS_AN_ASSEMBLY}) nth) x
   where x.d > 0 and x.k * ${CHILDREN} + 1 < x.design_size * 0.92`,
];
