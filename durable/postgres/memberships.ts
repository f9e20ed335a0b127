// What a person may do in each org they belong to, as Postgres says now.
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { Membership } from '../principal.ts';
import { type PostgresDeps, withTenant } from './with-tenant.ts';

/**
 * One entry an org, by name; none for a subject that nobody knows. Every known feature is present in `features`.
 * @throws AppError DATABASE_UNAVAILABLE
 */
export async function fetchMemberships(
  deps: PostgresDeps,
  subject: string,
  options: { timeoutMs?: number } = {},
): Promise<Membership[]> {
  const [{ rows }] = await withTenant(
    deps,
    { kind: 'subject', sub: subject },
    (db) => [
      db.execute(sql`
        select user_id as "userId", user_name as "userName", user_email as "userEmail",
          org_id as "orgId", org_slug as "orgSlug", org_name as "orgName", plan, role, permissions, features,
          -- As a number: a bigint would come as text.
          token_allowance::float8 as "tokenAllowance", extra_models as "extraModels"
        from account_access()`),
    ],
    { ...options, readOnly: true },
  );
  return z.array(Membership).parse(rows);
}
