// What the tables reject even from the owner, without policies and functions.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const CHECK = '23514';
const UNIQUE = '23505';
const FOREIGN_KEY = '23503';

/** Changes one row in a transaction that is rolled back. Returns the SQLSTATE, or null if it was accepted. */
async function tryOut(statement: string): Promise<string | null> {
  const { owner } = database;
  await owner.query('begin');
  try {
    const { rowCount } = await owner.query(statement);
    if (rowCount !== 1) throw new Error(`${rowCount} rows: ${statement}`);
    // Including constraints that are deferred to the end of a transaction.
    await owner.query('set constraints all immediate');
    return null;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return String(error.code);
  } finally {
    await owner.query('rollback');
  }
}

const ITEM = `where item_number = 'PN-000083'`;
const LINK = `where id = (select id from plm.item_relationships where relationship_type = 'BOM' order by id limit 1)`;
const COPY = (table: string, columns: string, values: string, where: string): string =>
  `insert into ${table} (${columns}) select ${values} from ${table} ${where} limit 1`;

test.each([
  ['a program’s code', 'programs', 'code', `code = 'KESTREL'`, ['X-1', 'A', '42'], ['x', 'A B', 'A_B', '', 'Ä']],
  [
    ...(['a program’s status', 'programs', 'status', `code = 'KESTREL'`] as const),
    ['Active', 'On Hold', 'Completed', 'Cancelled'],
    ['active', 'Gone'],
  ],
  [
    ...(['a design’s type', 'designs', 'design_type', `code = 'KES-ARM'`] as const),
    ['Engineering', 'Library', 'Family', 'Manufacturing'],
    ['Sketch'],
  ],
  [
    ...([
      'a member’s role',
      'program_members',
      'role',
      `user_id = (select id from users where email = 'ada@cascade.test') and
      program_id = (select id from plm.programs where code = 'KESTREL')`,
    ] as const),
    ['admin', 'lead', 'engineer'],
    ['owner'],
  ],
  [
    ...(['a part’s type', 'parts', 'part_type', `item_id = (select id from plm.items ${ITEM})`] as const),
    ['Manufacture', 'Purchase', 'Software', 'Phantom'],
    ['Magic'],
  ],
  [
    ...([
      'a requirement’s type',
      'requirements',
      'requirement_type',
      `item_id = (select id from plm.items where item_number = 'REQ-000001')`,
    ] as const),
    ['Functional', 'Performance', 'Interface', 'Constraint', 'Other'],
    ['Wish'],
  ],
  [
    ...([
      'a task’s priority',
      'tasks',
      'priority',
      `item_id = (select id from plm.items where item_number = 'TSK-000001')`,
    ] as const),
    ['low', 'medium', 'high', 'critical'],
    ['urgent'],
  ],
  [
    ...([
      'a change order’s type',
      'change_orders',
      'change_type',
      `item_id = (select id from plm.items where item_number = 'ECO-000001')`,
    ] as const),
    ['ECO', 'ECN', 'Deviation', 'MCO'],
    ['XXX'],
  ],
  [
    ...([
      'a scope’s action',
      'change_order_items',
      'action',
      `ctid = (select ctid from plm.change_order_items limit 1)`,
    ] as const),
    ['release', 'revise', 'obsolete', 'add', 'remove', 'promote'],
    ['delete'],
  ],
])('%s is restricted to a fixed list', async (_what, table, column, where, right, wrong) => {
  const put = (value: string) => tryOut(`update plm.${table} set ${column} = '${value}' where ${where}`);
  for (const value of right) expect([value, await put(value)]).toEqual([value, null]);
  for (const value of wrong) expect([value, await put(value)]).toEqual([value, CHECK]);
});

test.each([
  ['a code twice in an org', COPY('plm.programs', 'org_id, code, name', 'org_id, code, name', ''), UNIQUE],
  [
    'a link twice',
    COPY(
      'plm.item_relationships',
      'org_id, program_id, source_master_id, target_master_id, relationship_type, quantity',
      'org_id, program_id, source_master_id, target_master_id, relationship_type, 2',
      LINK,
    ),
    UNIQUE,
  ],
  ['a link to itself', `update plm.item_relationships set target_master_id = source_master_id ${LINK}`, CHECK],
  ['no piece of a component', `update plm.item_relationships set quantity = 0 ${LINK}`, CHECK],
  ['a link to nothing', `update plm.item_relationships set target_master_id = gen_random_uuid() ${LINK}`, FOREIGN_KEY],
  ['a number in another form', `update plm.items set item_number = 'PN-1' ${ITEM}`, CHECK],
  ['a letter that is left out', `update plm.items set revision = 'I' ${ITEM}`, CHECK],
  ['a part outside of designs', `update plm.items set design_id = null, branch_id = null ${ITEM}`, CHECK],
  ['an item that is current and a working copy', `update plm.items set is_working = true ${ITEM}`, CHECK],
  [
    'a cost without its currency',
    `update plm.parts set cost = 1, currency = null where item_id = (select id from plm.items ${ITEM})`,
    CHECK,
  ],
  ['a viewer who may approve', `update plm.program_members set can_approve_eco = true where role = 'viewer'`, CHECK],
  ['a state that the type has not', `update plm.items set state = 'Backlog' ${ITEM}`, FOREIGN_KEY],
])('the tables refuse: %s', async (_what, statement, code) => {
  expect(await tryOut(statement)).toBe(code);
});

test('an item has one current revision', async () => {
  expect(
    await tryOut(`insert into plm.items (org_id, master_id, program_id, design_id, branch_id, item_number, revision, item_type, name, state, is_current)
      select org_id, master_id, program_id, design_id, branch_id, item_number, 'B', item_type, name, state, true from plm.items ${ITEM}`),
  ).toBe(UNIQUE);
});
