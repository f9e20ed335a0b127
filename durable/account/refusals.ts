// Rejected messages of a user on their way to the audit log: one entry per minute, org and code, with a count, so that a
// flood of them is recorded without filling the log.
import * as z from 'zod';
import { type AuditEvent, auditEvent, auditItem } from '../contracts/audit-event.ts';
import { logFailure } from '../log.ts';
import { storeItems } from '../postgres/queries/store-items.ts';
import type { PostgresDeps } from '../postgres/with-tenant.ts';

const MINUTE_MS = 60_000;
/** Beyond this, while Postgres is unavailable, rejections are counted in the newest row of their code. */
const MAX_ROWS = 500;
/** The rest is only counted. */
const MAX_REQUEST_IDS = 10;

export type RejectedMessage = {
  readonly orgId: string;
  readonly userId: string;
  readonly code: string;
  readonly requestId: string;
  readonly sessionId: string | null;
  readonly runId: string | null;
};

type RefusalRow = {
  id: string;
  org_id: string;
  user_id: string;
  code: string;
  minute: number;
  count: number;
  first_at: number;
  last_at: number;
  session_id: string | null;
  run_id: string | null;
  request_ids: string;
};

export function noteRefusal(sql: SqlStorage, refusal: RejectedMessage, now: number): void {
  const known = findRow(sql, refusal, Math.floor(now / MINUTE_MS));
  if (!known) {
    sql.exec(
      `insert into refusals (id, org_id, user_id, code, minute, count, first_at, last_at, session_id, run_id, request_ids)
       values (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)`,
      crypto.randomUUID(),
      refusal.orgId,
      refusal.userId,
      refusal.code,
      Math.floor(now / MINUTE_MS),
      now,
      now,
      refusal.sessionId,
      refusal.runId,
      JSON.stringify([refusal.requestId]),
    );
    return;
  }
  const ids = readIds(known);
  const requestIds = ids.length < MAX_REQUEST_IDS ? [...ids, refusal.requestId] : ids;
  sql.exec(
    'update refusals set count = count + 1, last_at = ?, request_ids = ? where id = ?',
    now,
    JSON.stringify(requestIds),
    known.id,
  );
}

/** Rows of past minutes, oldest first. They no longer change. */
export const closedRefusals = (sql: SqlStorage, now: number): AuditEvent[] =>
  sql
    .exec<RefusalRow>(
      'select * from refusals where minute < ? order by first_at limit 100',
      Math.floor(now / MINUTE_MS),
    )
    .toArray()
    .map(toAuditEvent);

export function forgetRefusals(sql: SqlStorage, events: readonly AuditEvent[]): void {
  for (const { id } of events) sql.exec('delete from refusals where id = ?', id);
}

export const hasRefusals = (sql: SqlStorage): boolean =>
  sql.exec('select 1 from refusals limit 1').toArray().length > 0;

/** When the current minute ends. */
export const closingTime = (now: number): number => (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;

function findRow(sql: SqlStorage, { orgId, code }: RejectedMessage, minute: number): RefusalRow | null {
  const newest = sql
    .exec<RefusalRow>('select * from refusals where org_id = ? and code = ? order by minute desc limit 1', orgId, code)
    .toArray()[0];
  if (!newest || newest.minute === minute) return newest ?? null;
  const { rows } = sql.exec<{ rows: number }>('select count(*) as rows from refusals').one();
  return rows < MAX_ROWS ? null : newest;
}

const toAuditEvent = (row: RefusalRow): AuditEvent =>
  auditEvent({
    id: row.id,
    orgId: row.org_id,
    actorId: row.user_id,
    event: 'message.refused',
    sessionId: row.session_id,
    runId: row.run_id,
    requestId: readIds(row)[0] ?? null,
    error: row.code,
    meta: { count: row.count, requestIds: readIds(row), until: new Date(row.last_at).toISOString() },
    createdAt: row.first_at,
  });

const readIds = (row: RefusalRow): string[] => z.array(z.string()).parse(JSON.parse(row.request_ids));

/** Sends finished rows to the audit log. Stops while Postgres is unavailable. Never rejects. */
export async function deliverRefusals(deps: PostgresDeps, sql: SqlStorage, now: number): Promise<void> {
  try {
    for (const events of Map.groupBy(closedRefusals(sql, now), ({ orgId }) => orgId).values()) {
      const [first] = events;
      if (!first?.actorId) continue;
      const userId = first.actorId;
      const items = events.map((event) => auditItem(event, userId));
      const delivery = await storeItems(deps, { orgId: first.orgId, userId }, items);
      if (delivery.outcome === 'unavailable') return logFailure('refusals.waiting', null, { reason: delivery.reason });
      if (delivery.outcome === 'rejected') logFailure('refusals.rejected', null, { reason: delivery.reason });
      forgetRefusals(sql, events);
    }
  } catch (error) {
    logFailure('refusals.delivery_failed', error);
  }
}
