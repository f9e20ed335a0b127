// Reads and writes an org's allowed origins in Postgres, and reads those of all orgs for the Worker's list of them.
import { eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { embedSettings, users } from '../../../migrations/schema/core.ts';
import type { AllowedOrigins } from '../../allowed-origins.ts';
import { type PostgresDeps, withTenant } from '../with-tenant.ts';
import type { Owner } from './conversations.ts';

export type StoredOrigins = {
  readonly origins: AllowedOrigins;
  /** 0 if nothing was ever saved. */
  readonly version: number;
  readonly updatedAt: number | null;
  readonly updatedBy: string | null;
};

/** @throws AppError */
export async function readAllowedOrigins(deps: PostgresDeps, { orgId, userId }: Owner): Promise<StoredOrigins> {
  const { origins, version, updatedAt } = embedSettings;
  const [[row]] = await withTenant(
    deps,
    { kind: 'user', org: orgId, user: userId },
    (db) => [
      db
        .select({ origins, version, updatedAt, updatedBy: users.name })
        .from(embedSettings)
        .leftJoin(users, eq(users.id, embedSettings.updatedBy))
        .where(eq(embedSettings.orgId, orgId)),
    ],
    { readOnly: true },
  );
  return row ?? { origins: [], version: 0, updatedAt: null, updatedBy: null };
}

const Outcome = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({
    ok: z.literal(false),
    code: z.enum(['FORBIDDEN', 'CONFLICT']),
    version: z.number().optional(),
    origins: z.array(z.string()).optional(),
  }),
]);

export type OriginsUpdate =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'FORBIDDEN' }
  /** Another user saved since `version` was read. */
  | { readonly ok: false; readonly code: 'CONFLICT'; readonly version: number; readonly origins: AllowedOrigins };

/** Replaces the list and adds the audit row. @throws AppError */
export async function updateAllowedOrigins(
  deps: PostgresDeps,
  { orgId, userId }: Owner,
  change: { readonly origins: AllowedOrigins; readonly version: number; readonly requestId: string },
): Promise<OriginsUpdate> {
  const [{ rows }] = await withTenant(deps, { kind: 'user', org: orgId, user: userId }, (db) => [
    db.execute(sql`
      select update_allowed_origins(
        array(select jsonb_array_elements_text(${JSON.stringify(change.origins)}::jsonb)),
        ${change.version}::bigint, ${change.requestId}) as outcome`),
  ]);
  const outcome = Outcome.parse(rows[0]?.['outcome']);
  if (outcome.ok) return { ok: true };
  if (outcome.code === 'FORBIDDEN') return { ok: false, code: 'FORBIDDEN' };
  const { version = 0, origins = [] } = outcome;
  return { ok: false, code: 'CONFLICT', version, origins };
}

const Listed = z.object({ slug: z.string(), origin: z.string() });
export type ListedOrigin = z.infer<typeof Listed>;

/** Of all orgs, by slug. @throws AppError */
export async function listAllowedOrigins(deps: PostgresDeps, limit: number): Promise<ListedOrigin[]> {
  const [{ rows }] = await withTenant(
    deps,
    { kind: 'installation' },
    (db) => [db.execute(sql`select slug, origin from all_allowed_origins(${limit})`)],
    { readOnly: true },
  );
  return z.array(Listed).parse(rows);
}
