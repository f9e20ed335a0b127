// Events of the edge on their way to the audit log. The first of a kind in a minute becomes a row at once; the others of that
// minute become one row with a count. So a flood of refused requests is recorded and can't fill the log.
import * as z from 'zod';
import { canonicalJson } from '../canonical-json.ts';
import { type AuditEvent, auditEvent } from '../contracts/audit-event.ts';
import { EdgeEvent } from '../contracts/audit-trail.ts';

const MINUTE_MS = 60_000;
/** Different kinds in one minute. Beyond this, events are distinguished by their name and error only. */
const MAX_KINDS = 200;
const MAX_REQUEST_IDS = 10;
const BATCH = 100;

type Row = {
  id: string;
  minute: number;
  part: number;
  payload: string;
  count: number;
  request_ids: string;
  first_at: number;
  last_at: number;
};

export function noteEvent(sql: SqlStorage, noted: EdgeEvent, now: number): void {
  const minute = Math.floor(now / MINUTE_MS);
  const { event, actorId, error, parameters } = noted;
  const { kinds } = sql
    .exec<{ kinds: number }>('select count(distinct key) as kinds from noted where minute = ?', minute)
    .one();
  const exact = canonicalJson({ event, actorId, error, parameters });
  const isKnown = sql.exec('select 1 from noted where key = ? and minute = ?', exact, minute).toArray().length > 0;
  const kept = isKnown || kinds < MAX_KINDS ? noted : { ...noted, actorId: null, parameters: {} };
  const key = kept === noted ? exact : canonicalJson({ event, error });
  const parts = sql
    .exec<{ id: string; part: number; request_ids: string; is_stored: number }>(
      'select id, part, request_ids, is_stored from noted where key = ? and minute = ? order by part desc',
      key,
      minute,
    )
    .toArray();
  const [newest] = parts;
  const count = noted.count ?? 1;
  if (newest && newest.part === 1) {
    const ids = readIds(newest.request_ids);
    const requestIds = noted.requestId !== null && ids.length < MAX_REQUEST_IDS ? [...ids, noted.requestId] : ids;
    sql.exec(
      'update noted set count = count + ?, last_at = ?, request_ids = ? where id = ?',
      count,
      now,
      JSON.stringify(requestIds),
      newest.id,
    );
    return;
  }
  sql.exec(
    `insert into noted (id, key, minute, part, payload, count, request_ids, first_at, last_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    crypto.randomUUID(),
    key,
    minute,
    newest ? 1 : 0,
    JSON.stringify(kept),
    count,
    JSON.stringify(noted.requestId === null ? [] : [noted.requestId]),
    now,
    now,
  );
}

/** Rows that no longer change and are not in the log yet, oldest first. */
export const closedEvents = (sql: SqlStorage, orgId: string, now: number): AuditEvent[] =>
  sql
    .exec<Row>(
      'select * from noted where is_stored = 0 and (part = 0 or minute < ?) order by first_at limit ?',
      Math.floor(now / MINUTE_MS),
      BATCH,
    )
    .toArray()
    .map((row) => toAuditEvent(row, orgId));

/** Keeps the rows of this minute, so that the next event of their kind is counted instead of written. */
export function markStored(sql: SqlStorage, events: readonly AuditEvent[], now: number): void {
  for (const { id } of events) sql.exec('update noted set is_stored = 1 where id = ?', id);
  sql.exec('delete from noted where is_stored = 1 and minute < ?', Math.floor(now / MINUTE_MS));
}

/** When there is something to write: now, or when the minute is over. Null if nothing waits. */
export function nextWrite(sql: SqlStorage, now: number): number | null {
  const { first, rest } = sql
    .exec<{ first: number; rest: number | null }>(
      `select count(*) filter (where part = 0) as first, min(minute) filter (where part = 1) as rest from noted
       where is_stored = 0`,
    )
    .one();
  if (first > 0) return now;
  return rest === null ? null : Math.max(now, (rest + 1) * MINUTE_MS);
}

function toAuditEvent(row: Row, orgId: string): AuditEvent {
  const { event, actorId, error, parameters } = EdgeEvent.parse(JSON.parse(row.payload));
  const requestIds = readIds(row.request_ids);
  return auditEvent({
    id: row.id,
    orgId,
    actorId,
    event,
    error,
    parameters,
    requestId: requestIds[0] ?? null,
    meta: row.count > 1 ? { count: row.count, requestIds, until: new Date(row.last_at).toISOString() } : {},
    createdAt: row.first_at,
  });
}

const readIds = (text: string): string[] => z.array(z.string()).parse(JSON.parse(text));
