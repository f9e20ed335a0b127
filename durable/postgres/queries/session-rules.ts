// Reads and writes an org's retention rules in Postgres. All other code reads them from the Account's snapshot.
import { eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { sessionRules, users } from '../../../migrations/schema/core.ts';
import { DEFAULT_SESSION_RULES, SessionRules } from '../../session-rules.ts';
import { type PostgresDeps, withTenant } from '../with-tenant.ts';
import type { Owner } from './conversations.ts';

export type StoredSessionRules = SessionRules & {
  /** 0 if nothing was ever saved. */
  readonly version: number;
  readonly updatedAt: number | null;
  readonly updatedBy: string | null;
};

/** @throws AppError */
export async function readSessionRules(deps: PostgresDeps, { orgId, userId }: Owner): Promise<StoredSessionRules> {
  const { keepNewest, retentionDays, version, updatedAt } = sessionRules;
  const [[row]] = await withTenant(
    deps,
    { kind: 'user', org: orgId, user: userId },
    (db) => [
      db
        .select({ keepNewest, retentionDays, version, updatedAt, updatedBy: users.name })
        .from(sessionRules)
        .leftJoin(users, eq(users.id, sessionRules.updatedBy))
        .where(eq(sessionRules.orgId, orgId)),
    ],
    { readOnly: true },
  );
  return row ?? { ...DEFAULT_SESSION_RULES, version: 0, updatedAt: null, updatedBy: null };
}

const Outcome = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({
    ok: z.literal(false),
    code: z.enum(['FORBIDDEN', 'CONFLICT']),
    version: z.number().optional(),
    rules: SessionRules.optional(),
  }),
]);

export type SessionRulesUpdate =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'FORBIDDEN' }
  /** Another user saved since `version` was read. */
  | { readonly ok: false; readonly code: 'CONFLICT'; readonly version: number; readonly rules: SessionRules };

/** Saves both rules and adds the audit row. @throws AppError */
export async function updateSessionRules(
  deps: PostgresDeps,
  { orgId, userId }: Owner,
  change: { readonly rules: SessionRules; readonly version: number; readonly requestId: string },
): Promise<SessionRulesUpdate> {
  const { keepNewest, retentionDays } = change.rules;
  const [{ rows }] = await withTenant(deps, { kind: 'user', org: orgId, user: userId }, (db) => [
    db.execute(sql`
      select update_session_rules(
        ${keepNewest}::integer, ${retentionDays}::integer, ${change.version}::bigint, ${change.requestId}) as outcome`),
  ]);
  const outcome = Outcome.parse(rows[0]?.['outcome']);
  if (outcome.ok) return { ok: true };
  if (outcome.code === 'FORBIDDEN') return { ok: false, code: 'FORBIDDEN' };
  const { version = 0, rules = DEFAULT_SESSION_RULES } = outcome;
  return { ok: false, code: 'CONFLICT', version, rules };
}

/** A conversation that has expired according to Postgres; its object may have newer data. */
export type BeyondRules = {
  readonly id: string;
  readonly userId: string;
  readonly subject: string;
  readonly updatedAt: number;
};

const unixMs = z.string().transform((text) => Date.parse(text));
const BeyondRow = z.object({ id: z.uuid(), userId: z.uuid(), subject: z.string(), updatedAt: unixMs });

/** The org's expired conversations at `asOf`, oldest first, after the last processed one. @throws AppError */
export async function findBeyondRules(
  deps: PostgresDeps,
  orgId: string,
  { asOf, after, limit }: { asOf: number; after: BeyondRules | null; limit: number },
): Promise<readonly BeyondRules[]> {
  const place = after && new Date(after.updatedAt).toISOString();
  const [{ rows }] = await withTenant(
    deps,
    { kind: 'system', org: orgId },
    (db) => [
      db.execute(sql`
        select id, user_id as "userId", subject,
          to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "updatedAt"
        from sessions_beyond_rules(
          ${new Date(asOf).toISOString()}::timestamptz, ${place}::timestamptz, ${after?.id ?? null}::uuid, ${limit}::integer)`),
    ],
    { readOnly: true },
  );
  return z.array(BeyondRow).parse(rows);
}
