// Reads a user's current rights in each of their orgs from Postgres.
import { sql } from 'drizzle-orm';
import * as z from 'zod';
import { AiSettings } from '../../contracts/ai-settings.ts';
import { readExperimentalFeatures } from '../../features.ts';
import { Membership as Rights } from '../../principal.ts';
import { SessionRules } from '../../session-rules.ts';
import { type PostgresDeps, withTenant } from '../with-tenant.ts';

/** Rights in an org and the provider settings that apply to the user there; the keys are sealed. */
export const Membership = Rights.extend({
  settings: AiSettings,
  /** Absent if the org has set nothing, and in data stored by an earlier release. */
  sessionRules: SessionRules.optional(),
});
export type Membership = z.infer<typeof Membership>;

const RulesRow = SessionRules.extend({ orgId: z.uuid() });
const OverridesRow = z.object({ orgId: z.uuid(), overrides: z.string() });
const SettingsRow = z.object({ orgId: z.uuid(), settings: AiSettings });

/**
 * One entry per org, by name; none for an unknown subject. Every known feature is present in `features`.
 * @throws AppError DATABASE_UNAVAILABLE
 */
export async function fetchMemberships(
  deps: PostgresDeps,
  subject: string,
  options: { timeoutMs?: number } = {},
): Promise<Membership[]> {
  const [rights, settings, rules, overrides] = await withTenant(
    deps,
    { kind: 'subject', sub: subject },
    (db) => [
      db.execute(sql`
        select user_id as "userId", user_name as "userName", user_email as "userEmail",
          org_id as "orgId", org_slug as "orgSlug", org_name as "orgName", plan, role, permissions, features,
          -- As a number: a bigint would come as text.
          token_allowance::float8 as "tokenAllowance", extra_models as "extraModels"
        from account_access()`),
      db.execute(sql`select org_id as "orgId", settings from account_ai_settings()`),
      db.execute(sql`
        select org_id as "orgId", keep_newest as "keepNewest", retention_days as "retentionDays"
        from account_session_rules()`),
      db.execute(sql`select org_id as "orgId", overrides::text as overrides from account_model_overrides()`),
    ],
    { ...options, readOnly: true },
  );
  const settingsOf = new Map(
    z
      .array(SettingsRow)
      .parse(settings.rows)
      .map((row) => [row.orgId, row.settings]),
  );
  const rulesOf = new Map(
    z
      .array(RulesRow)
      .parse(rules.rows)
      .map(({ orgId, ...sessionRules }) => [orgId, { sessionRules }]),
  );
  const overridesOf = new Map(
    z
      .array(OverridesRow)
      .parse(overrides.rows)
      .map((row) => [row.orgId, { modelOverrides: row.overrides }]),
  );
  return rights.rows.map((row): Membership => {
    const orgId = String(row['orgId']);
    const { features, ...rights } = Rights.parse(row);
    return {
      ...rights,
      features: { ...features, ...readExperimentalFeatures(features) },
      settings: settingsOf.get(orgId) ?? [],
      ...rulesOf.get(orgId),
      ...overridesOf.get(orgId),
    };
  });
}
