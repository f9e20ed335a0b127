// Searches PostgreSQL's catalog for anything that lets the app role bypass row-level security. Uses rules instead of lists
// of tables, so that later migrations are covered too.
import type pg from 'pg';
import { INVOKER_FUNCTIONS } from './invoker-functions.ts';

/** The `security definer` functions of ours that the app role may call. */
export const APP_FUNCTIONS: Readonly<Record<string, string>> = {
  'private.claim()': 'verifies the claim; reads keys, memberships and roles',
  'account_access()': 'what the claim’s subject may do in each org',
  'account_ai_settings()': 'provider settings of the claim subject’s orgs and visible programs, keys sealed',
  'account_model_overrides()': 'the operator’s changes to the catalog of models for the claim subject’s orgs',
  'account_session_rules()': 'how the claim subject’s orgs keep conversations',
  'all_allowed_origins(integer)': 'which org’s slug lists which origin, for the installation claim; nothing else',
  'ai_usage(date,date,text)': 'totals of the claim’s org; needs usage:read or audit:read',
  'add_audit_segment(bigint,bigint,bytea,text,text)': 'adds a signature over the system claim’s log; never changes one',
  'audit_hashes(bigint,integer)': 'hashes of rows to sign, for the system claim; no content',
  'audit_head()': 'the end of the claim’s log; needs audit:read or the system claim',
  'audit_redactions(bigint,bigint)': 'hashes of redacted rows; needs audit:read',
  'audit_segments(bigint,bigint)': 'signatures over the claim’s log; needs audit:read or the system claim',
  'find_invitation(text)': 'the content of an open invitation, for the holder of its token',
  'change_issuer(text,jsonb,text)': 'changes the issuers of the installation, for the installation claim',
  'list_issuers()': 'the issuers of the installation with their organizations, for the installation claim',
  'trusted_issuers()': 'how to verify tokens of the installation’s issuers, for the installation claim',
  'plan_issuer_grant()': 'which organizations the subject claim’s own token names, and what it would change',
  'revoked_members()': 'removed members of the claim’s org whose issuer vouches for them; needs members:read',
  'private.forget_revocation(uuid)': 'lets the next token of a removed member in again; needs members:manage',
  'private.issuer_grant()': 'the row that the system claim’s signed grant allows in its org',
  'private.last_granted_role()': 'the role that the system claim’s person was granted last in its org',
  'private.note_issuer_grant()': 'stores what private.issuer_grant() returns',
  'pending_object_chores(integer)': 'what the Worker is to do in objects, for the installation claim',
  'search_conversations(text,integer,timestamp with time zone,uuid)':
    'finds words in the claim user’s own conversations',
  'sessions_beyond_rules(timestamp with time zone,timestamp with time zone,uuid,integer)':
    'conversations that the rules of the system claim’s org keep no longer, and whose they are; no words',
  'settle_object_chores(uuid[],jsonb)': 'takes out chores that are done, for the installation claim',
  'plm.lifecycles()': 'states and transitions, the same for every org',
  'private.count_approvable(uuid)': 'counts the programs of a change order in the claim’s org; tells no names',
  'private.find_bom_path(uuid,uuid,uuid)': 'ids on a way through the claim org’s structures; needed to refuse a circle',
  'private.find_items(text,text,text,uuid,integer)': 'ids of items in the claim user’s programs whose text matches',
  'private.lifecycle_of(text,text)': 'what a state of a type means, the same for every org',
  'private.next_item_number(text)': 'gives out the next number of the claim’s org',
  'private.permissions_in_place(uuid,uuid,text[])': 'those of the given permissions that all members of a place have',
  'private.presented_invitation()':
    'the open invitation to the system claim’s org whose token the transaction presents',
  'private.program_of_place(uuid,uuid)': 'the program of a shared place; only definer functions may ask',
  'private.programs_for(text)': 'the programs in which the claim’s user has a right',
};

/** `security definer` functions that run as triggers; no one can call them. */
export const DEFINER_TRIGGERS = [
  'private.bury_conversation()',
  'private.chain_audit_entry()',
  'private.forget_issuer_grant()',
  'private.link_founded_org()',
  'private.note_membership_ending()',
  'private.replace_message_at_place()',
  'private.skip_buried_conversation()',
  'private.skip_buried_message()',
];

const SAFE_SEARCH_PATH = 'search_path=pg_catalog, pg_temp';
/** Tables without an org: each row is an org, or a user who can be in several. */
const GLOBAL_TABLES = ['orgs', 'users'];
/** Lookups of definer functions before an org is known. */
const GLOBAL_INDEXES = ['invitations_by_token', 'memberships_of_user'];

const OURS = `n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'extensions', 'migrations')`;
const APP = `'groundwire_app'`;
/** Every schema but those of the system and `private`, so that a new schema can't be forgotten. */
const IS_TENANT_SCHEMA = `${OURS} and n.nspname <> 'private'`;
const TENANT_NAMESPACES = `select n.oid from pg_namespace n where ${IS_TENANT_SCHEMA}`;
const IS_TENANT_TABLE = `c.relnamespace in (${TENANT_NAMESPACES})`;

/** The names of the schemas with tenants' tables. */
export async function findTenantSchemas(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select n.nspname as name from pg_namespace n where ${IS_TENANT_SCHEMA} order by 1`,
  );
  return rows.map(({ name }) => name);
}

/** The only policies by which the owner writes, each with its exact condition. It has no others (decision 15). */
const OWNER_WRITES = [
  // A trigger takes out the message whose place a new one gets.
  [
    'replace_for_definer on ai_messages',
    "((org_id, user_id) = ( SELECT c.org_id, c.user_id FROM private.claim() c(kind, org_id, user_id, subject, permissions) WHERE (c.kind = 'system'::text)))",
  ],
]
  .map(([policy = '', condition = '']) => `('${policy}', '${condition.replaceAll("'", "''")}')`)
  .join(', ');

/** Holes that a change of a policy alone can open. Each query returns one `hole` per row. */
const POLICY_RULES: readonly string[] = [
  `select c.oid::regclass || ' has no policy for ' || p.name || ', which is granted' as hole
   from pg_class c join pg_namespace n on n.oid = c.relnamespace,
     (values ('select', 'r'), ('insert', 'a'), ('update', 'w'), ('delete', 'd')) p (name, command)
   where c.relkind in ('r', 'p') and ${OURS}
     and case p.name when 'delete' then has_table_privilege(${APP}, c.oid, 'delete') else has_any_column_privilege(${APP}, c.oid, p.name) end
     and not exists (select from pg_policy o where o.polrelid = c.oid and ${APP}::regrole = any (o.polroles) and o.polcmd::text in (p.command, '*'))`,
  // Policies must apply to one role each, and to the app role only with the claim, which is evaluated once per statement.
  `select p.polname || ' on ' || p.polrelid::regclass || ' is for other roles than it should be' as hole
   from pg_policy p where p.polroles not in (array['groundwire_app'::regrole::oid], array['groundwire_owner'::regrole::oid])`,
  `select p.polname || ' on ' || p.polrelid::regclass || ' lets the owner write' as hole
   from pg_policy p where p.polroles = array['groundwire_owner'::regrole::oid] and p.polcmd <> 'r'
     and not exists (select from (values ${OWNER_WRITES}) o (policy, condition)
       where o.policy = p.polname || ' on ' || p.polrelid::regclass
         and o.condition = regexp_replace(pg_get_expr(p.polqual, p.polrelid), '\\s+', ' ', 'g'))`,
  `select p.polname || ' on ' || p.polrelid::regclass || ' does not ask the claim by a subselect' as hole
   from pg_policy p, lateral (values (pg_get_expr(p.polqual, p.polrelid)), (pg_get_expr(p.polwithcheck, p.polrelid))) e (expression)
   where p.polroles = array['groundwire_app'::regrole::oid] and e.expression is not null
     and (e.expression !~ 'FROM private\\.claim\\(\\)'
       or regexp_count(e.expression, 'claim\\(\\)') <> regexp_count(e.expression, 'FROM private\\.claim\\(\\)'))`,
  `select p.polname || ' on ' || p.polrelid::regclass || ' updates without a check' as hole
   from pg_policy p where p.polcmd in ('w', '*') and p.polroles = array['groundwire_app'::regrole::oid] and p.polwithcheck is null`,
];

const RULES: readonly string[] = [
  ...POLICY_RULES,
  // The login role.
  `select 'groundwire_app has the attribute ' || a.name as hole from pg_roles r,
     lateral (values ('superuser', r.rolsuper), ('bypassrls', r.rolbypassrls), ('createrole', r.rolcreaterole),
       ('createdb', r.rolcreatedb), ('replication', r.rolreplication)) a (name, has)
   where r.rolname = ${APP} and a.has`,
  `select 'groundwire_app is a member of ' || roleid::regrole as hole from pg_auth_members where member = ${APP}::regrole`,
  `select 'groundwire_app owns ' || coalesce(pg_describe_object(d.classid, d.objid, d.objsubid), 'an object') as hole
   from pg_shdepend d where d.refobjid = ${APP}::regrole and d.deptype = 'o'`,
  `select 'groundwire_app may create in ' || n.nspname as hole from pg_namespace n where has_schema_privilege(${APP}, n.oid, 'create')`,
  `select r.rolname || ' has an attribute that an owner does not need' as hole from pg_roles r
   where r.rolname = 'groundwire_owner' and (r.rolsuper or r.rolbypassrls or r.rolcanlogin or r.rolcreaterole)`,

  // Tables.
  `select c.oid::regclass || ' has no forced row level security' as hole
   from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p') and ${OURS} and not (c.relrowsecurity and c.relforcerowsecurity)
     and (n.nspname <> 'private' or has_any_column_privilege(${APP}, c.oid, 'select, insert, update, references')
       or has_table_privilege(${APP}, c.oid, 'delete, truncate, trigger'))`,
  `select c.oid::regclass || ' can be addressed in the private schema' as hole
   from pg_class c where c.relnamespace = 'private'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
     and (has_any_column_privilege(${APP}, c.oid, 'select, insert, update, references')
       or has_table_privilege(${APP}, c.oid, 'delete, truncate, trigger'))`,
  `select c.oid::regclass || ' gives the app role ' || p.name as hole
   from pg_class c join pg_namespace n on n.oid = c.relnamespace, unnest(array['truncate', 'references', 'trigger']) p (name)
   where c.relkind in ('r', 'p', 'v', 'm', 'f') and ${OURS} and has_table_privilege(${APP}, c.oid, p.name)`,
  `select c.oid::regclass || ' is not owned by groundwire_owner' as hole
   from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where ${OURS} and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and c.relowner <> 'groundwire_owner'::regrole`,
  `select c.oid::regclass || ' is granted to public' as hole
   from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) g where ${OURS} and g.grantee = 0`,
  `select c.oid::regclass || ' has no org_id that is never null' as hole from pg_class c
   where ${IS_TENANT_TABLE} and c.relkind in ('r', 'p') and c.relname <> all ($1::text[])
     and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and a.attnotnull)`,

  // Keys and indexes of tenant tables.
  `select i.indexrelid::regclass || ' does not lead with org_id' as hole
   from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
   where ${IS_TENANT_TABLE} and c.relname <> all ($1::text[]) and x.relname <> all ($2::text[])
     and coalesce((select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = i.indkey[0]), '') <> 'org_id'`,
  `select k.conname || ' refers to another tenant table without org_id' as hole
   from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class f on f.oid = k.confrelid
   where k.contype = 'f' and f.relnamespace in (${TENANT_NAMESPACES}) and f.relname <> all ($1::text[])
     and not exists (
       select from unnest(k.conkey, k.confkey) u (ours, theirs)
       join pg_attribute a on a.attrelid = c.oid and a.attnum = u.ours join pg_attribute b on b.attrelid = f.oid and b.attnum = u.theirs
       where a.attname = 'org_id' and b.attname = 'org_id')`,

  // Views.
  `select c.oid::regclass || ' is a view that is not security_invoker' as hole
   from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind = 'v' and ${OURS} and not coalesce(c.reloptions @> array['security_invoker=true'], false)`,
  `select c.oid::regclass || ' is a granted materialized view or foreign table' as hole
   from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('m', 'f') and ${OURS} and has_any_column_privilege(${APP}, c.oid, 'select, insert, update')`,

  // Functions.
  `select p.oid::regprocedure || ' can be called by the app role and is not listed' as hole
   from pg_proc p join pg_namespace n on n.oid = p.pronamespace
   where ${OURS} and p.prorettype <> 'trigger'::regtype and has_function_privilege(${APP}, p.oid, 'execute')
     and p.oid::regprocedure::text <> all ($3::text[] || $6::text[])`,
  `select p.oid::regprocedure || ' is security definer and not listed' as hole
   from pg_proc p join pg_namespace n on n.oid = p.pronamespace
   where p.prosecdef and ${OURS} and p.oid::regprocedure::text <> all ($3::text[] || $4::text[])`,
  `select p.oid::regprocedure || ' is security definer without a fixed search_path' as hole
   from pg_proc p join pg_namespace n on n.oid = p.pronamespace
   where p.prosecdef and n.nspname !~ '^pg_' and not coalesce(p.proconfig @> array[$5::text], false)`,
];

/** One line for each hole; empty if there is none. */
export async function findCatalogHoles(client: pg.Client): Promise<string[]> {
  const definers = Object.keys(APP_FUNCTIONS);
  return findHoles(client, RULES, [
    ...[GLOBAL_TABLES, GLOBAL_INDEXES, definers, DEFINER_TRIGGERS, SAFE_SEARCH_PATH, INVOKER_FUNCTIONS],
  ]);
}

/** The same for a caller that only changed policies. */
export const findPolicyHoles = (client: pg.Client): Promise<string[]> => findHoles(client, POLICY_RULES, []);

async function findHoles(client: pg.Client, rules: readonly string[], values: readonly unknown[]): Promise<string[]> {
  const { rows } = await client.query<{ hole: string }>(rules.map((rule) => `(${rule})`).join(' union all '), [
    ...values,
  ]);
  return rows.map((row) => row.hole);
}
