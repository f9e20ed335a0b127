// Messages of one person that were refused, on their way to the audit log: one row a minute, org and code, with a count, so
// that a flood of refusals is on record and does not fill the log.
import { z } from 'zod';
import type { AuditEvent } from '../audit/audit-event.ts';

const MINUTE_MS = 60_000;
/** While Postgres is away for long, refusals of a code go on being counted in the newest row there is of it. */
const MAX_ROWS = 500;
/** Kept by name, for whoever quotes one; the rest is a number. */
const MAX_REQUEST_IDS = 10;

export type Refusal = {
  readonly orgId: string;
  readonly userId: string;
  readonly code: string;
  readonly requestId: string;
  readonly sessionId: string | null;
  readonly runId: string | null;
};

type Row = {
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

export function noteRefusal(sql: SqlStorage, refusal: Refusal, now: number): void {
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

/** Minutes that are over, oldest first: nothing is added to them any more. */
export const closedRefusals = (sql: SqlStorage, now: number): AuditEvent[] =>
  sql
    .exec<Row>('select * from refusals where minute < ? order by first_at limit 100', Math.floor(now / MINUTE_MS))
    .toArray()
    .map(toFact);

export function forgetRefusals(sql: SqlStorage, facts: readonly AuditEvent[]): void {
  for (const { id } of facts) sql.exec('delete from refusals where id = ?', id);
}

export const hasRefusals = (sql: SqlStorage): boolean =>
  sql.exec('select 1 from refusals limit 1').toArray().length > 0;

/** When the minute of a refusal is over. */
export const closingTime = (now: number): number => (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;

function findRow(sql: SqlStorage, { orgId, code }: Refusal, minute: number): Row | null {
  const newest = sql
    .exec<Row>('select * from refusals where org_id = ? and code = ? order by minute desc limit 1', orgId, code)
    .toArray()[0];
  if (!newest || newest.minute === minute) return newest ?? null;
  const { rows } = sql.exec<{ rows: number }>('select count(*) as rows from refusals').one();
  return rows < MAX_ROWS ? null : newest;
}

const toFact = (row: Row): AuditEvent => ({
  id: row.id,
  orgId: row.org_id,
  actorId: row.user_id,
  event: 'message.refused',
  sessionId: row.session_id,
  runId: row.run_id,
  requestId: readIds(row)[0] ?? null,
  programId: null,
  designId: null,
  provider: null,
  model: null,
  usage: null,
  costMicros: null,
  priceVersion: null,
  error: row.code,
  durationMs: null,
  meta: { count: row.count, requestIds: readIds(row), until: new Date(row.last_at).toISOString() },
  createdAt: row.first_at,
});

const readIds = (row: Row): string[] => z.array(z.string()).parse(JSON.parse(row.request_ids));
