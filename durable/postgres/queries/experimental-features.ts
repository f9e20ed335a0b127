// Reads and writes an org's experimental features in Postgres. All other code reads them from the Account's snapshot.
import { eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { tenantSettings, users } from '../../../migrations/schema/core.ts';
import { type ExperimentalFeatures, type FeatureKey, readExperimentalFeatures } from '../../features.ts';
import type { Access } from '../../principal.ts';
import { type PostgresDeps, withTenant } from '../with-tenant.ts';

type Editor = Pick<Access, 'orgId' | 'userId'>;

const Stored = z.looseObject({ experimentalFeatures: z.record(z.string(), z.unknown()).default({}) });

export type StoredFeatures = {
  readonly features: ExperimentalFeatures;
  /** 0 if nothing was ever saved. */
  readonly version: number;
  readonly updatedAt: number | null;
  readonly updatedBy: string | null;
};

/** @throws AppError */
export async function getExperimentalFeatures(deps: PostgresDeps, { orgId, userId }: Editor): Promise<StoredFeatures> {
  const [[row]] = await withTenant(
    deps,
    { kind: 'user', org: orgId, user: userId },
    (db) => [
      db
        .select({
          settings: tenantSettings.settings,
          version: tenantSettings.version,
          updatedAt: tenantSettings.updatedAt,
          updatedBy: users.name,
        })
        .from(tenantSettings)
        .leftJoin(users, eq(users.id, tenantSettings.updatedBy))
        .where(eq(tenantSettings.orgId, orgId)),
    ],
    { readOnly: true },
  );
  if (!row) return { features: readExperimentalFeatures({}), version: 0, updatedAt: null, updatedBy: null };
  return { ...row, features: readExperimentalFeatures(Stored.parse(row.settings).experimentalFeatures) };
}

const Outcome = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({
    ok: z.literal(false),
    code: z.enum(['FORBIDDEN', 'CONFLICT']),
    version: z.number().optional(),
    features: z.record(z.string(), z.unknown()).optional(),
  }),
]);

export type FeaturesUpdate =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'FORBIDDEN' }
  /** Another user saved since `version` was read. */
  | {
      readonly ok: false;
      readonly code: 'CONFLICT';
      readonly version: number;
      readonly features: ExperimentalFeatures;
    };

/** Changes the given features and adds the audit row; all other settings stay. @throws AppError */
export async function updateExperimentalFeatures(
  deps: PostgresDeps,
  { orgId, userId }: Editor,
  change: {
    readonly features: Partial<Record<FeatureKey, boolean>>;
    readonly version: number;
    readonly requestId: string;
  },
): Promise<FeaturesUpdate> {
  const [{ rows }] = await withTenant(deps, { kind: 'user', org: orgId, user: userId }, (db) => [
    db.execute(sql`
      select update_experimental_features(
        ${JSON.stringify(change.features)}::jsonb, ${change.version}, ${change.requestId}) as outcome`),
  ]);
  const outcome = Outcome.parse(rows[0]?.['outcome']);
  if (outcome.ok) return { ok: true };
  if (outcome.code === 'FORBIDDEN') return { ok: false, code: 'FORBIDDEN' };
  const { version = 0, features = {} } = outcome;
  return { ok: false, code: 'CONFLICT', version, features: readExperimentalFeatures(features) };
}
