// Changes that must still reach Postgres, an Account or the Budget, committed together with the change that caused them.
// Every item carries its own id or version, so delivering it twice changes nothing. Schemas are not strict: after a
// rollback, the older release must still read the rows of the newer one.
import * as z from 'zod';
import { AuditEvent, auditEvent, auditItem } from '../contracts/audit-event.ts';
import { Settlement } from '../contracts/budget.ts';
import { Audience, SessionRecord } from '../contracts/session.ts';
import { Feedback, TranscriptMessage } from '../contracts/transcript.ts';
import { databaseCache } from '../sqlite-cache.ts';

/** The conversation's owner. Postgres checks the write with their rights. */
const Owner = { orgId: z.uuid(), userId: z.uuid() };

/** An item for Postgres. */
export const StoredItem = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('conversation'), ...Owner, session: SessionRecord }),
  z.object({ kind: z.literal('conversation-removed'), ...Owner, sessionId: z.uuid() }),
  z.object({
    kind: z.literal('message'),
    ...Owner,
    sessionId: z.uuid(),
    /** Orders the messages of a conversation. */
    ordinal: z.int(),
    position: z.int(),
    /** The turn it follows. Defaults to the previous one. */
    parent: z.int().optional(),
    message: TranscriptMessage,
    /** Defaults to private. */
    audience: Audience.optional(),
  }),
  z.object({ kind: z.literal('audit'), ...Owner, audit: AuditEvent }),
  z.object({
    kind: z.literal('feedback'),
    ...Owner,
    sessionId: z.uuid(),
    messageId: z.uuid(),
    /** Who gave the feedback; not always the conversation's owner. */
    authorId: z.uuid(),
    model: z.string().nullable(),
    /** Null if it was withdrawn. */
    feedback: Feedback.nullable(),
    /** Unix milliseconds. */
    at: z.int(),
  }),
]);
export type StoredItem = z.infer<typeof StoredItem>;

/** An item for a user's Account: their session list, or their index of runs. */
export const IndexItem = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('index'),
    subject: z.string(),
    orgId: z.uuid(),
    session: SessionRecord,
    runId: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('run'),
    subject: z.string(),
    orgId: z.uuid(),
    sessionId: z.uuid(),
    runId: z.string(),
  }),
  z.object({ kind: z.literal('index-removed'), subject: z.string(), orgId: z.uuid(), sessionId: z.uuid() }),
]);
export type IndexItem = z.infer<typeof IndexItem>;

/** An item for the org's Budget: the tokens an answer used. */
export const SettlementItem = z.object({ kind: z.literal('settlement'), orgId: z.uuid(), settlement: Settlement });
export type SettlementItem = z.infer<typeof SettlementItem>;

export const OutboxItem = z.union([StoredItem, IndexItem, SettlementItem]);
export type OutboxItem = z.infer<typeof OutboxItem>;

/** The receiver. Lanes are independent, so one unavailable receiver does not delay the others. */
export type Lane = 'postgres' | 'account' | 'budget';

export function laneOf(item: OutboxItem): Lane {
  if (item.kind === 'settlement') return 'budget';
  return item.kind === 'index' || item.kind === 'index-removed' || item.kind === 'run' ? 'account' : 'postgres';
}

export const isStored = (item: OutboxItem): item is StoredItem => laneOf(item) === 'postgres';
export const isSettlement = (item: OutboxItem): item is SettlementItem => item.kind === 'settlement';

/** The items of one commit for one receiver; a row per item would double the writes. `items` is null if this release can't read them. */
export type OutboxRow = {
  readonly seq: number;
  readonly items: readonly OutboxItem[] | null;
  readonly attempts: number;
};

/** With more rows than this, new runs are refused. About one day of heavy use of one conversation. */
export const MAX_BACKLOG = 2_000;

/** A row as this instance added it. */
type KnownRow = OutboxRow & { readonly lane: Lane; readonly chars: number };

/**
 * All rows to deliver, by number, as long as this instance has added them all. Delivering them then needs no query. After a
 * failed delivery, and whenever rows are changed in the table, it is dropped, and rows are read again.
 */
const known = databaseCache<Map<number, KnownRow>>();

/** Call it when the table has no row to deliver. */
export function noteEmpty(sql: SqlStorage): void {
  known.set(sql, new Map());
}

/** Call it before rows are changed. */
export function forgetRows(sql: SqlStorage): void {
  known.delete(sql);
}

/** Call it once per commit, with all its items. */
export function addToOutbox(sql: SqlStorage, items: readonly OutboxItem[]): void {
  const lanes = [...Map.groupBy(items, laneOf)].map(([lane, ofLane]) => ({
    lane,
    items: ofLane,
    payload: JSON.stringify(ofLane),
  }));
  if (lanes.length === 0) return;
  const rows = sql
    .exec<{ seq: number; lane: string }>(
      `insert into outbox (lane, payload) values ${lanes.map(() => '(?, ?)').join(', ')} returning seq, lane`,
      ...lanes.flatMap(({ lane, payload }) => [lane, payload]),
    )
    .toArray();
  const mine = known.get(sql);
  for (const { lane, items: ofLane, payload } of lanes) {
    const seq = rows.find((row) => row.lane === lane)?.seq;
    if (seq !== undefined) mine?.set(seq, { seq, lane, items: ofLane, attempts: 0, chars: payload.length });
  }
}

/** Receivers limit the size of a request. */
const MAX_BATCH_CHARS = 1_000_000;

/** The oldest rows to deliver, in order; fewer than `limit` if they are large. */
export function takeFromOutbox(sql: SqlStorage, lane: Lane, limit: number): OutboxRow[] {
  const mine = known.get(sql);
  return fitting(mine ? [...mine.values()].filter((row) => row.lane === lane) : readRows(sql, lane, limit), limit);
}

function fitting(rows: Iterable<OutboxRow & { readonly chars: number }>, limit: number): OutboxRow[] {
  const taken: OutboxRow[] = [];
  let total = 0;
  for (const { seq, items, attempts, chars } of rows) {
    total += chars;
    if (taken.length >= limit || (taken.length > 0 && total > MAX_BATCH_CHARS)) break;
    taken.push({ seq, items, attempts });
  }
  return taken;
}

function* readRows(sql: SqlStorage, lane: Lane, limit: number): Generator<OutboxRow & { readonly chars: number }> {
  const waiting = sql.exec<{ seq: number; payload: string; attempts: number }>(
    'select seq, payload, attempts from outbox where lane = ? and parked_at is null order by seq limit ?',
    lane,
    limit,
  );
  for (const { seq, payload, attempts } of waiting)
    yield { seq, items: readItems(payload), attempts, chars: payload.length };
}

function readItems(payload: string): OutboxItem[] | null {
  const parsed = z.array(OutboxItem).safeParse(JSON.parse(payload));
  return parsed.success ? parsed.data : null;
}

/** The rows to deliver. */
export const backlog = (sql: SqlStorage): number =>
  known.get(sql)?.size ??
  sql.exec<{ rows: number }>('select count(*) as rows from outbox where parked_at is null').one().rows;

/** Whether it has no rows, parked ones included. */
export const isEmpty = (sql: SqlStorage): boolean => sql.exec('select 1 from outbox limit 1').toArray().length === 0;

export function settle(sql: SqlStorage, rows: readonly OutboxRow[]): void {
  const places = rows.map(() => '?').join(', ');
  sql.exec(`delete from outbox where seq in (${places})`, ...rows.map(({ seq }) => seq));
  for (const { seq } of rows) known.get(sql)?.delete(seq);
}

export function recordFailure(sql: SqlStorage, row: OutboxRow, reason: string): void {
  forgetRows(sql);
  sql.exec('update outbox set attempts = attempts + 1, last_error = ? where seq = ?', reason, row.seq);
}

/** Sets a row aside after repeated rejections, so that the rows after it are delivered. An audit entry makes it visible. */
export function park(sql: SqlStorage, lane: Lane, row: OutboxRow, now: number): void {
  forgetRows(sql);
  sql.exec('update outbox set parked_at = ? where seq = ?', now, row.seq);
  // A rejected report is not reported again.
  const isReport = row.items?.every((item) => item.kind === 'audit' && item.audit.event.startsWith('outbox.'));
  if (isReport) return;
  const { last_error: reason } = sql
    .exec<{ last_error: string | null }>('select last_error from outbox where seq = ?', row.seq)
    .one();
  // Without the content of the items.
  report(sql, 'outbox.parked', { lane, reason, items: row.items?.map(({ kind }) => kind) ?? null }, now);
}

/** Puts all parked rows back in the queue. */
export function retryParked(sql: SqlStorage, now: number): void {
  forgetRows(sql);
  const { rowsWritten: rows } = sql.exec(
    'update outbox set parked_at = null, attempts = 0, last_error = null where parked_at is not null',
  );
  if (rows > 0) report(sql, 'outbox.retried', { rows }, now);
}

function report(
  sql: SqlStorage,
  event: Extract<AuditEvent['event'], 'outbox.parked' | 'outbox.retried'>,
  meta: Readonly<Record<string, unknown>>,
  now: number,
): void {
  const [session] = sql
    .exec<{ id: string; org_id: string; owner_id: string }>('select id, org_id, owner_id from session')
    .toArray();
  if (!session) return;
  const { id: sessionId, org_id: orgId, owner_id: userId } = session;
  addToOutbox(sql, [auditItem(auditEvent({ orgId, actorId: null, event, sessionId, createdAt: now, meta }), userId)]);
}

const AUDIT_AND_CHARGES = `(
  select json_group_array(json(value)) from json_each(payload) where json_extract(value, '$.kind') in ('audit', 'settlement'))`;

/** For an erased conversation: keeps only audit entries and charges. */
export function keepAuditAndCharges(sql: SqlStorage): void {
  forgetRows(sql);
  sql.exec(`update outbox set payload = ${AUDIT_AND_CHARGES} where json_valid(payload)`);
}

/** For a deleted conversation: parked rows keep only audit entries and charges, so that no message content stays. */
export function dropParkedContent(sql: SqlStorage): void {
  sql.exec(`update outbox set payload = ${AUDIT_AND_CHARGES} where parked_at is not null`);
}
