// Decides which rows an export contains, from the catalog, so that new tables are exported too.
import type pg from 'pg';
import type { ExportPart } from './export.ts';

/** Never exported: invitation tokens and sealed keys. */
const SECRET_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  invitations: ['token_hash'],
  ai_keys: ['sealed'],
};

type TableRow = { relation: string; name: string; naming: string[] };

/** Tables of organizations, with their columns that name a person. */
async function readTables(database: pg.Client): Promise<TableRow[]> {
  const { rows } = await database.query<TableRow>(`
    select c.oid::regclass::text as relation, replace(c.oid::regclass::text, '"', '') as name,
      array(
        select a.attname::text from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
        where k.contype = 'f' and k.conrelid = c.oid and k.confrelid = 'public.users'::regclass
        union
        select a.attname::text from pg_attribute a
        where a.attrelid = c.oid and not a.attisdropped
          and a.attname in ('user_id', 'author_id', 'actor_user_id', 'invited_by', 'updated_by', 'created_by', 'assignee')
      ) as naming
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and c.relowner = 'groundwire_owner'::regrole and n.nspname <> 'private'
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id')
    order by 1`);
  return rows;
}

const rowOf = (name: string): string => {
  const secrets = SECRET_COLUMNS[name] ?? [];
  return secrets.length === 0
    ? 'to_jsonb(t)::text as row'
    : `(to_jsonb(t) - array[${secrets.map((column) => `'${column}'`)}])::text as row`;
};

/** All data of an org. */
export async function partsOfOrg(database: pg.Client, orgId: string): Promise<ExportPart[]> {
  const tables = await readTables(database);
  return [
    { name: 'orgs', query: 'select to_jsonb(t)::text as row from orgs t where id = $1', values: [orgId] },
    {
      name: 'users',
      query: `select to_jsonb(t)::text as row from users t where exists (
        select from memberships m where m.org_id = $1 and m.user_id = t.id) order by id`,
      values: [orgId],
    },
    ...tables.map(({ relation, name }) => ({
      name,
      query: `select ${rowOf(name)} from ${relation} t where org_id = $1 ${name === 'audit_log' ? 'order by seq' : ''}`,
      values: [orgId],
    })),
  ];
}

/** One person's data in an org: what they said and did, and every row that names them. */
export async function partsOfPerson(
  database: pg.Client,
  orgId: string,
  person: { id: string; email: string },
): Promise<ExportPart[]> {
  const tables = await readTables(database);
  const values = [orgId, person.id];
  return [
    { name: 'users', query: 'select to_jsonb(t)::text as row from users t where id = $1', values: [person.id] },
    ...tables.flatMap(({ relation, name, naming }): ExportPart[] => {
      const conditions = naming.map((column) => `${column} = $2`);
      if (name === 'audit_log')
        conditions.push(`parameters ->> 'userId' = $2::text`, `lower(parameters ->> 'email') = lower($3)`);
      if (name === 'invitations') conditions.push('email = lower($3)');
      // Answers to them in shared conversations.
      if (name === 'ai_messages')
        conditions.push(`run_id in (select o.run_id from ai_messages o where o.org_id = $1 and o.author_id = $2)`);
      if (conditions.length === 0) return [];
      const given = name === 'audit_log' || name === 'invitations' ? [...values, person.email] : values;
      return [
        {
          name,
          // A shared conversation is stored under the user who started it, but other members’ messages are not theirs.
          query: `select ${rowOf(name)} from ${relation} t where org_id = $1 and (${conditions.join(' or ')})
            ${
              name === 'ai_messages'
                ? `and not (audience = 'shared' and author_id is distinct from $2 and run_id not in (
              select o.run_id from ai_messages o where o.org_id = $1 and o.author_id = $2 and o.run_id is not null))`
                : ''
            }
            ${name === 'audit_log' ? 'order by seq' : ''}`,
          values: given,
        },
      ];
    }),
  ];
}
