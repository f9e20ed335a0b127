// Checks that the database login is subject to row-level security and that the database knows our claim key. Otherwise,
// policies would protect nothing, or users would see no data. The Account checks it before it trusts an access snapshot.
import { sql } from 'drizzle-orm';
import * as z from 'zod';
import { type PostgresDeps, withTenant } from './with-tenant.ts';

/** Databases that passed, per isolate. A failure is checked again, so a repaired database works without a restart. */
const passed = new Set<string>();

/** @throws Error that names what is wrong with the login; AppError DATABASE_UNAVAILABLE */
export async function requireSafeLogin(deps: PostgresDeps): Promise<void> {
  if (passed.has(deps.databaseUrl)) return;
  const probe = await probeLogin(deps);
  if (!probe.ok) throw new UnsafeLoginError(probe.reasons);
  passed.add(deps.databaseUrl);
}

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
  makes_roles: 'the login role can create roles, databases or replicate',
  owns: 'the login role owns tables, functions, schemas or the database',
  is_member: 'the login role is a member of another role',
  may_create: 'the login role can create objects',
  claim_holds: 'the database does not know CLAIM_KEY, or its clock is far off',
};

/** @throws AppError DATABASE_UNAVAILABLE */
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

class UnsafeLoginError extends Error {
  /** The log leaves out messages but shows codes. */
  readonly code: string;

  constructor(reasons: readonly string[]) {
    super('unsafe database login');
    this.name = 'UnsafeLoginError';
    this.code = reasons.join('; ');
  }
}
