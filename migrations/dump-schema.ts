// Describes a migrated database as text in a fixed order, so that two databases can be compared with diff.
// `DATABASE_OWNER_URL=… node migrations/dump-schema.ts > schema.sql`. Covers what our migrations create, including the
// rows that they insert; it is for comparing, not for restoring.
import pg from 'pg';

/** Schemas of PostgreSQL itself and of the runner's own records. */
const IGNORED_SCHEMAS = ['pg_catalog', 'information_schema', 'pg_toast', 'migrations'];

/** An object belongs to us if it is in one of our schemas and no extension created it. */
const isOurs = (schemaColumn: string, catalog: string, oid: string): string => `
  ${schemaColumn} in (select n.oid from pg_namespace n where n.nspname <> all ($1) and n.nspname !~ '^pg_')
  and not exists (
    select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = ${oid} and d.deptype = 'e')`;

/** "grantee=PRIVILEGE,…", sorted; PostgreSQL's default grants are written out. */
const grants = (acl: string, kind: string, owner: string): string => `
  (select coalesce(string_agg(format('%s=%s%s', g.grantee, g.privilege_type, g.option), ' ' order by g.grantee, g.privilege_type), '')
   from (
     select case when a.grantee = 0 then 'PUBLIC' else pg_get_userbyid(a.grantee) end as grantee, a.privilege_type,
       case when a.is_grantable then '*' else '' end as option
     from aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) a) g)`;

/** Column grants have no default: null is none. */
const columnGrants = `
  (select string_agg(format('%s=%s', pg_get_userbyid(x.grantee), x.privilege_type), ' '
     order by pg_get_userbyid(x.grantee), x.privilege_type)
   from aclexplode(a.attacl) x)`;

/** Each query returns one ordered text column. Only $1, the ignored schemas, is bound. */
const SECTIONS: readonly (readonly [title: string, sql: string])[] = [
  [
    'roles',
    `select format('%s super=%s inherit=%s createrole=%s createdb=%s login=%s replication=%s bypassrls=%s settings=%s members=%s',
       r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolreplication, r.rolbypassrls,
       (select array_agg(s.setconfig::text order by s.setdatabase) from pg_db_role_setting s where s.setrole = r.oid),
       (select string_agg(pg_get_userbyid(m.member), ',' order by pg_get_userbyid(m.member))
        from pg_auth_members m where m.roleid = r.oid)) as text
     from pg_roles r where r.rolname like 'groundwire%' and cardinality($1::text[]) > 0 order by r.rolname`,
  ],
  [
    'database',
    `select format('grants %s settings %s', ${grants('d.datacl', 'd', 'd.datdba')},
       (select array_agg(s.setconfig::text order by s.setrole) from pg_db_role_setting s where s.setdatabase = d.oid)) as text
     from pg_database d where d.datname = current_database() and cardinality($1::text[]) > 0`,
  ],
  [
    'schemas',
    `select format('%s owner %s grants %s%s', n.nspname, pg_get_userbyid(n.nspowner), ${grants('n.nspacl', 'n', 'n.nspowner')},
       ' comment ' || obj_description(n.oid, 'pg_namespace')) as text
     from pg_namespace n where n.nspname <> all ($1) and n.nspname !~ '^pg_' order by n.nspname`,
  ],
  [
    'extensions',
    `select format('%s schema %s owner %s', e.extname, e.extnamespace::regnamespace, pg_get_userbyid(e.extowner)) as text
     from pg_extension e where cardinality($1::text[]) > 0 order by e.extname`,
  ],
  [
    'default privileges',
    `select format('%s in %s for %s: %s', pg_get_userbyid(d.defaclrole), d.defaclnamespace, d.defaclobjtype,
       d.defaclacl) as text
     from pg_default_acl d where cardinality($1::text[]) > 0 order by 1`,
  ],
  [
    'types',
    `select format('%s.%s kind %s owner %s grants %s labels %s base %s', t.typnamespace::regnamespace, t.typname, t.typtype,
       pg_get_userbyid(t.typowner), ${grants('t.typacl', 'T', 't.typowner')},
       (select array_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
       case when t.typtype = 'd' then format('%s %s %s', format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault) end) as text
     from pg_type t left join pg_class c on c.oid = t.typrelid
     where ${isOurs('t.typnamespace', 'pg_type', 't.oid')}
       and (c.oid is null or c.relkind = 'c') and t.typelem = 0 order by 1`,
  ],
  [
    'relations',
    `select format(E'%s.%s kind %s owner %s rls %s force %s options %s persistence %s replica identity %s\\n  grants %s%s%s',
       c.relnamespace::regnamespace, c.relname, c.relkind, pg_get_userbyid(c.relowner), c.relrowsecurity,
       c.relforcerowsecurity, c.reloptions, c.relpersistence, c.relreplident,
       ${grants('c.relacl', 'r', 'c.relowner')}, E'\\n  comment ' || obj_description(c.oid, 'pg_class'),
       case when c.relkind in ('v', 'm') then E'\\n' || pg_get_viewdef(c.oid) end) as text
     from pg_class c where ${isOurs('c.relnamespace', 'pg_class', 'c.oid')} and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'c')
     order by c.relnamespace::regnamespace::text, c.relname`,
  ],
  [
    'columns, in the order of the table',
    `select format('%s.%s.%s %s%s%s%s%s storage %s compression %s statistics %s%s%s', c.relnamespace::regnamespace, c.relname, a.attname,
       format_type(a.atttypid, a.atttypmod), case when a.attnotnull then ' not null' end,
       ' identity ' || nullif(a.attidentity::text, ''), ' generated ' || nullif(a.attgenerated::text, ''),
       ' default ' || pg_get_expr(d.adbin, d.adrelid), a.attstorage, a.attcompression, a.attstattarget,
       ' grants ' || ${columnGrants}, ' comment ' || col_description(c.oid, a.attnum)) as text
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     where ${isOurs('c.relnamespace', 'pg_class', 'c.oid')} and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
     order by c.relnamespace::regnamespace::text, c.relname, a.attnum`,
  ],
  [
    'constraints',
    `select format('%s.%s %s: %s validated %s', c.relnamespace::regnamespace, c.relname, k.conname,
       pg_get_constraintdef(k.oid), k.convalidated) as text
     from pg_constraint k join pg_class c on c.oid = k.conrelid
     where ${isOurs('c.relnamespace', 'pg_class', 'c.oid')}
     order by c.relnamespace::regnamespace::text, c.relname, k.conname`,
  ],
  [
    'indexes',
    `select pg_get_indexdef(i.indexrelid) as text
     from pg_index i join pg_class c on c.oid = i.indrelid
     where ${isOurs('c.relnamespace', 'pg_class', 'c.oid')} order by 1`,
  ],
  [
    'statistics',
    `select pg_get_statisticsobjdef(s.oid) as text
     from pg_statistic_ext s where ${isOurs('s.stxnamespace', 'pg_statistic_ext', 's.oid')} order by 1`,
  ],
  [
    'sequences',
    `select format('%s.%s %s', s.schemaname, s.sequencename, to_jsonb(s) - 'last_value') as text
     from pg_sequences s where s.schemaname <> all ($1) order by 1`,
  ],
  [
    'policies',
    `select format(E'%s.%s %s %s for %s to %s\\n  using %s\\n  check %s', p.schemaname, p.tablename, p.policyname,
       p.permissive, p.cmd, p.roles, p.qual, p.with_check) as text
     from pg_policies p where p.schemaname <> all ($1) order by p.schemaname, p.tablename, p.policyname`,
  ],
  [
    'triggers',
    `select format('%s enabled %s', pg_get_triggerdef(t.oid), t.tgenabled) as text
     from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where ${isOurs('c.relnamespace', 'pg_class', 'c.oid')} and not t.tgisinternal
     order by c.relnamespace::regnamespace::text, c.relname, t.tgname`,
  ],
  [
    'event triggers',
    `select format('%s on %s %s', t.evtname, t.evtevent, t.evtfoid::regprocedure) as text
     from pg_event_trigger t where cardinality($1::text[]) > 0 order by 1`,
  ],
  [
    'functions',
    `select format(E'%s\\nowner %s grants %s%s\\n', rtrim(pg_get_functiondef(p.oid)), pg_get_userbyid(p.proowner),
       ${grants('p.proacl', 'f', 'p.proowner')}, ' comment ' || obj_description(p.oid, 'pg_proc')) as text
     from pg_proc p where ${isOurs('p.pronamespace', 'pg_proc', 'p.oid')} and p.prokind <> 'a'
     order by p.pronamespace::regnamespace::text, p.proname, pg_get_function_identity_arguments(p.oid)`,
  ],
];

/** @param client Connected as a superuser or the owner, because row-level security would hide rows from others. */
export async function dumpSchema(client: pg.Client): Promise<string> {
  const parts: string[] = [];
  for (const [title, sql] of SECTIONS) {
    const { rows } = await client.query<{ text: string }>(sql, [IGNORED_SCHEMAS]);
    parts.push(`-- ${title}`, ...rows.map(({ text }) => text), '');
  }
  parts.push('-- rows', ...(await dumpRows(client)), '');
  return parts.join('\n');
}

async function dumpRows(client: pg.Client): Promise<string[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
     where ${isOurs('c.relnamespace', 'pg_class', 'c.oid')} and c.relkind = 'r' order by 1`,
    [IGNORED_SCHEMAS],
  );
  const lines: string[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ text: string }>(`select to_jsonb(t)::text as text from ${name} t order by 1`);
    lines.push(...rows.map(({ text }) => `${name} ${text}`));
  }
  return lines;
}

async function main(): Promise<void> {
  const connectionString = process.env['DATABASE_OWNER_URL'];
  if (!connectionString) throw new Error('set DATABASE_OWNER_URL to the login that owns the database');
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    process.stdout.write(await dumpSchema(client));
  } finally {
    await client.end();
  }
}

if (process.argv[1] === import.meta.filename) await main();
