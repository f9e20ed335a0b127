// Reads the audit log for users who may read it: pages, newest first, and single rows. Also records exports and checks.
// Postgres returns each row as one JSON text, which is also a line of the export, so both have the same shape.
import { type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { auditLog } from '../../../migrations/schema/core.ts';
import type { AuditEvent } from '../../contracts/audit-event.ts';
import { AppError } from '../../errors.ts';
import { type PostgresDeps, withTenant } from '../with-tenant.ts';
import type { Owner } from './conversations.ts';

/** An empty filter matches all rows. */
export type AuditFilter = {
  readonly person?: string | undefined;
  readonly event?: string | undefined;
  readonly tool?: string | undefined;
  readonly conversation?: string | undefined;
  /** An error code, or `any` for all failures. */
  readonly error?: string | undefined;
  /** UTC days, both inclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

/** Where a page ended. */
export type AuditPlace = { readonly at: string; readonly seq: number };

export type AuditLine = { readonly place: AuditPlace; readonly json: string };

export type AuditPageQuestion = {
  readonly filter: AuditFilter;
  readonly before: AuditPlace | null;
  readonly limit: number;
  /** A page ends when its rows reach this many characters; it has at least one row. */
  readonly maxLength: number;
  /** Includes each call's input and output, which can be long. */
  readonly whole: boolean;
};

const Line = z.object({ at: z.string(), seq: z.coerce.number().int(), json: z.string() });

/** @throws AppError ACCESS_REVOKED if the reader may no longer read the log: an empty page would look like its end. */
export async function readAuditPage(
  deps: PostgresDeps,
  reader: Owner,
  { filter, before, limit, maxLength, whole }: AuditPageQuestion,
): Promise<readonly AuditLine[]> {
  const [rights, page] = await withTenant(
    deps,
    { kind: 'user', org: reader.orgId, user: reader.userId },
    (db) => [
      db.execute(MAY_READ),
      db.execute(sql`
        select p.at, p.seq, p.json from (
          select l.*, sum(length(l.json)) over (order by l.created_at desc, l.seq desc) - length(l.json) as length_before
          from (
            select ${instant(sql`a.created_at`)} as at, a.created_at, a.seq, ${toJson(whole)}::text as json
            from audit_log a left join users u on u.id = a.actor_user_id
            where ${sql.join(conditions(reader.orgId, filter, before), sql` and `)}
            order by a.created_at desc, a.seq desc
            limit ${limit}
          ) l
        ) p
        where p.length_before < ${maxLength}
        order by p.created_at desc, p.seq desc`),
    ],
    { readOnly: true },
  );
  if (rights.rows[0]?.['may'] !== true) throw new AppError('ACCESS_REVOKED');
  return page.rows.map((row): AuditLine => {
    const { at, seq, json } = Line.parse(row);
    return { place: { at, seq }, json };
  });
}

/** One row with all its details, as JSON; null if there is none. @throws AppError */
export async function findAuditEntry(deps: PostgresDeps, reader: Owner, id: string): Promise<string | null> {
  const [{ rows }] = await withTenant(
    deps,
    { kind: 'user', org: reader.orgId, user: reader.userId },
    (db) => [
      db.execute(sql`
        select ${toJson(true)}::text as json from audit_log a left join users u on u.id = a.actor_user_id
        where a.org_id = ${reader.orgId} and a.id = ${id}`),
    ],
    { readOnly: true },
  );
  return z.object({ json: z.string() }).optional().parse(rows[0])?.json ?? null;
}

/** Records, under the reader's name, that they exported or verified the log. @throws AppError */
export async function noteAuditUse(
  deps: PostgresDeps,
  reader: Owner,
  note: {
    readonly event: Extract<AuditEvent['event'], `audit.${string}`>;
    readonly requestId: string;
    readonly parameters?: unknown;
    readonly result?: unknown;
  },
): Promise<void> {
  await withTenant(deps, { kind: 'user', org: reader.orgId, user: reader.userId }, (db) => [
    db.insert(auditLog).values({
      ...note,
      orgId: reader.orgId,
      actorUserId: reader.userId,
      id: crypto.randomUUID(),
    }),
  ]);
}

const MAY_READ = sql`
  select exists (select from private.claim() c where 'audit:read' = any (c.permissions)) as may`;

/** The policy filters by org too; repeated here because it is the first column of each index. */
function conditions(orgId: string, filter: AuditFilter, before: AuditPlace | null): SQL[] {
  const { person, event, tool, conversation, error, from, to } = filter;
  const asked = [
    person !== undefined && sql`a.actor_user_id = ${person}::uuid`,
    event !== undefined && sql`a.event = ${event}`,
    tool !== undefined && sql`a.tool = ${tool}`,
    conversation !== undefined && sql`a.session_id = ${conversation}::uuid`,
    error === 'any' && sql`a.error is not null`,
    error !== undefined && error !== 'any' && sql`a.error = ${error}`,
    from !== undefined && sql`a.created_at >= ${from}::timestamp at time zone 'UTC'`,
    to !== undefined && sql`a.created_at < (${to}::date + 1)::timestamp at time zone 'UTC'`,
    before !== null && sql`(a.created_at, a.seq) < (${before.at}::timestamptz, ${before.seq}::bigint)`,
  ];
  return [sql`a.org_id = ${orgId}`, ...asked.filter((condition) => condition !== false)];
}

const instant = (column: SQL): SQL => sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** In display and export order. */
const toJson = (whole: boolean): SQL => sql`json_build_object(
  'seq', a.seq, 'id', a.id, 'at', ${instant(sql`a.created_at`)}, 'event', a.event,
  'actorId', a.actor_user_id, 'actorName', u.name, 'conversationId', a.session_id, 'runId', a.run_id,
  'messageId', a.message_id, 'programId', a.program_id, 'designId', a.design_id, 'tool', a.tool,
  'provider', a.provider, 'model', a.model, 'inputTokens', a.input_tokens, 'outputTokens', a.output_tokens,
  'cacheReadTokens', a.cache_read_tokens, 'cacheWriteTokens', a.cache_write_tokens,
  'reasoningTokens', a.reasoning_tokens, 'usageEstimated', a.usage_estimated, 'costMicros', a.cost_micros,
  'priceVersion', a.price_version, 'budgetMonth', a.budget_month, 'error', a.error, 'durationMs', a.duration_ms,
  'requestId', a.request_id
  ${whole ? WHOLE : sql``})`;

const WHOLE = sql`, 'occurredAt', ${instant(sql`a.occurred_at`)}, 'parameters', a.parameters, 'result', a.result, 'meta', a._meta,
  'previousHash', encode(a.prev_hash, 'hex'), 'hash', encode(a.hash, 'hex')`;
