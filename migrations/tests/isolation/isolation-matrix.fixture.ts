// Every table × every operation × every claim, generated from the catalog: which cells reach the victim's row? Compared cell
// by cell with the expected result, so that lost access is noticed as well as new access.
import type pg from 'pg';
import { type AttemptOutcome, attemptAll, type Statement } from './attempt.fixture.ts';
import { findTenantSchemas } from './catalog-holes.ts';
import type { ClaimName, Row, TwoOrgs } from './two-orgs.fixture.ts';

export const OPERATIONS = [
  'select',
  'count',
  'join',
  'insert',
  // In the claim's own name, so that a refusal is due to a missing right and not to the name.
  'insert-as-self',
  'update',
  'move-in',
  'move-out',
  'delete',
  'upsert',
  'returning',
  // Without reading a column, so that the select policy doesn't hide a weak one.
  'blind-update',
  'blind-delete',
] as const;
type Operation = (typeof OPERATIONS)[number];

export type Table = {
  readonly name: string;
  /** The column that names the owner of the row. */
  readonly scope: string;
  readonly key: readonly string[];
  readonly readable: readonly string[];
  readonly updatable: readonly string[];
  readonly deletable: boolean;
};

/** `claim table operation` of each cell that reached the victim's row or revealed more than a refusal. */
export type Reached = ReadonlySet<string>;
export const cell = (claim: string, table: string, operation: string): string => `${claim} ${table} ${operation}`;

/** Every table on which the app role has any right. A view shows what its caller may read in the tables. */
export async function readTables(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `
    select c.oid::regclass::text as name,
      case when exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id') then 'org_id' else 'id' end as scope,
      (select array_agg(a.attname::text order by a.attnum) from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
        where i.indrelid = c.oid and i.indisprimary) as key,
      (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and has_column_privilege('groundwire_app', c.oid, a.attnum, 'select')) as readable,
      coalesce((select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and has_column_privilege('groundwire_app', c.oid, a.attnum, 'update')), '{}') as updatable,
      has_table_privilege('groundwire_app', c.oid, 'delete') as deletable
    from pg_class c
    where c.relnamespace = any ($1::regnamespace[]) and c.relkind in ('r', 'p', 'f')
      and has_any_column_privilege('groundwire_app', c.oid, 'select, insert, update')
    order by 1`,
    [await findTenantSchemas(client)],
  );
  return rows;
}

/** The client acts as the app role, in a transaction that is rolled back. */
export async function findReached(
  client: pg.Client,
  orgs: TwoOrgs,
  tables: readonly Table[],
  claims: readonly ClaimName[] = Object.keys(orgs.claims) as ClaimName[],
): Promise<Reached> {
  const reached = new Set<string>();
  for (const claim of claims) {
    const text = orgs.claims[claim];
    await client.query(`select set_config('groundwire.claim', $1, true)`, [text]);
    const attempts = tables.flatMap((table) => {
      const rows = requireRows(orgs, table, orgs.people[claim]);
      return OPERATIONS.flatMap((operation) =>
        statementsOf(operation, table, orgs, rows).map((statement) => ({ table, operation, statement })),
      );
    });
    const outcomes = await attemptAll(
      client,
      attempts.map(({ statement }) => statement),
    );
    for (const [index, { table, operation }] of attempts.entries()) {
      const outcome = outcomes[index];
      const ownRows = orgs.ownRows[claim]?.[table.name] ?? 0;
      if (outcome === undefined) throw new Error('an attempt without an outcome');
      if (reaches(operation, outcome, ownRows)) reached.add(cell(claim, table.name, operation));
    }
  }
  return reached;
}

type Rows = { readonly victim: Row; readonly fresh: Row; readonly own: Row };

function requireRows(orgs: TwoOrgs, table: Table, person: string | undefined): Rows {
  const make = orgs.rows[table.name];
  if (!make) throw new Error(`no victim row for ${table.name}; add one to two-orgs.fixture.ts`);
  return { victim: make(false), fresh: make(true), own: make(true, person) };
}

function reaches(operation: Operation, outcome: AttemptOutcome, ownRows: number): boolean {
  const isBlind = operation.startsWith('blind');
  // Any error other than the refusal (a duplicate, a missing parent) means that the row passed the policy.
  if ('error' in outcome) return outcome.error !== '42501' || isBlind;
  // An upsert without a refusal counts, even if it had nothing to do.
  return operation === 'upsert' || outcome.rows > (isBlind ? ownRows : 0);
}

function statementsOf(operation: Operation, table: Table, orgs: TwoOrgs, { victim, fresh, own }: Rows): Statement[] {
  const { name, scope, key, readable, updatable } = table;
  const isVictim = key.map((column, index) => `t.${column} = $${index + 1}`).join(' and ');
  const keyValues = key.map((column) => victim[column]);
  const columns = readable.map((column) => `t.${column}`).join(', ');
  const setSame = (updatable.length > 0 ? updatable : [scope]).map((column) => `${column} = t.${column}`).join(', ');
  const setBlind = blindlyOf(updatable);
  const excluded = updatable.map((column) => `${column} = excluded.${column}`).join(', ');
  const other = scope === 'org_id' || name === 'orgs' ? orgs.ids.orgA : orgs.ids.outsider;
  const on = (text: string): Statement => ({ text, values: keyValues });
  switch (operation) {
    case 'select':
      return [on(`select ${columns} from ${name} t where ${isVictim}`)];
    case 'count':
      return [on(`select count(*) from ${name} t where ${isVictim} having count(*) > 0`)];
    case 'join':
      return [
        on(
          `select ${columns} from ${name} t join ${name} u on ${key.map((column) => `u.${column} = t.${column}`).join(' and ')} where ${isVictim}`,
        ),
      ];
    case 'insert':
      return [insertOf(name, fresh)];
    case 'update':
      return [on(`update ${name} t set ${setSame} where ${isVictim}`)];
    case 'move-in':
      return [{ text: `update ${name} set ${scope} = $1 where ${scope} = $2`, values: [victim[scope], other] }];
    case 'move-out':
      return [{ text: `update ${name} set ${scope} = $1 where ${scope} = $2`, values: [other, victim[scope]] }];
    case 'delete':
      return [on(`delete from ${name} t where ${isVictim}`)];
    case 'upsert':
      return [
        insertOf(
          name,
          victim,
          excluded ? `on conflict (${key.join(', ')}) do update set ${excluded}` : 'on conflict do nothing',
        ),
      ];
    case 'returning': {
      const returning = `returning ${columns}`;
      return [
        on(`update ${name} t set ${setSame} where ${isVictim} ${returning}`),
        on(`delete from ${name} t where ${isVictim} ${returning}`),
        insertOf(name, fresh, returning.replaceAll('t.', '')),
      ];
    }
    case 'insert-as-self':
      return [insertOf(name, own)];
    case 'blind-update':
      return updatable.length > 0 ? [{ text: `update ${name} set ${setBlind}`, values: [] }] : [];
    case 'blind-delete':
      return table.deletable ? [{ text: `delete from ${name}`, values: [] }] : [];
  }
}

/** A change that is valid for every row. */
function blindlyOf(updatable: readonly string[]): string {
  if (updatable.includes('updated_at')) return 'updated_at = now()';
  return updatable.includes('role') ? `role = 'admin'` : `${updatable[0]} = null`;
}

function insertOf(table: string, row: Row, tail = ''): Statement {
  const columns = Object.keys(row);
  const places = columns.map((_, index) => `$${index + 1}`);
  return {
    text: `insert into ${table} (${columns.join(', ')}) values (${places.join(', ')}) ${tail}`,
    values: Object.values(row),
  };
}
