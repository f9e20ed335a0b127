// Asks at start-up whether the login role is one that row level security holds, and whether the database knows our claim
// key. A deployment that fails this must not serve: its policies would protect nothing, or nobody would see anything.
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { type PostgresDeps, withTenant } from './with-tenant.ts';

export type Probe = { readonly ok: true } | { readonly ok: false; readonly reasons: readonly string[] };

const Facts = z.object({
  bypasses: z.boolean(),
  makes_roles: z.boolean(),
  owns: z.boolean(),
  is_member: z.boolean(),
  may_create: z.boolean(),
  claim_holds: z.boolean(),
});

const REASONS: Readonly<Record<keyof z.infer<typeof Facts>, string>> = {
  bypasses: 'the login role is a superuser or bypasses row level security',
  makes_roles: 'the login role may make roles, databases or replicate',
  owns: 'the login role owns tables, functions, schemas or the database',
  is_member: 'the login role is a member of another role',
  may_create: 'the login role may create objects',
  claim_holds: 'the database does not know CLAIM_KEY, or its clock is far off',
};

/** @throws AppError DATABASE_UNAVAILABLE where the database does not answer. */
export async function probeLogin(deps: PostgresDeps): Promise<Probe> {
  const [{ rows }] = await withTenant(deps, { kind: 'subject', sub: 'probe' }, (db) => [db.execute(QUESTION)], {
    readOnly: true,
  });
  const facts = Facts.parse(rows[0]);
  const reasons = Facts.keyof()
    .options.filter((fact) => facts[fact] !== (fact === 'claim_holds'))
    .map((fact) => REASONS[fact]);
  return reasons.length === 0 ? { ok: true } : { ok: false, reasons };
}

const QUESTION = sql`
  select
    r.rolsuper or r.rolbypassrls as bypasses,
    r.rolcreaterole or r.rolcreatedb or r.rolreplication as makes_roles,
    exists (select from pg_class where relowner = r.oid)
      or exists (select from pg_proc where proowner = r.oid)
      or exists (select from pg_namespace where nspowner = r.oid)
      or exists (select from pg_database where datdba = r.oid) as owns,
    exists (select from pg_auth_members where member = r.oid) as is_member,
    has_schema_privilege('public', 'create') or has_database_privilege(current_database(), 'create') as may_create,
    exists (select from private.claim() where kind = 'subject') as claim_holds
  from pg_roles r
  where r.rolname = current_user`;
