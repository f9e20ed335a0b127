// What must still reach Postgres and the owner's Account object, committed with the change it tells of.
// Every item carries its own id or version, so delivering one twice changes nothing.
import { z } from 'zod';
import { SessionRecord, TranscriptMessage } from '../conversation/requests.ts';
import { AuditEvent } from './audit-event.ts';

/** Whose conversation it is: the user in whose name Postgres lets it in. */
const Owner = { orgId: z.uuid(), userId: z.uuid() };

/** An item for Postgres. */
export const StoredItem = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('conversation'), ...Owner, session: SessionRecord }),
  z.strictObject({ kind: z.literal('conversation-removed'), ...Owner, sessionId: z.uuid() }),
  z.strictObject({
    kind: z.literal('message'),
    ...Owner,
    sessionId: z.uuid(),
    /** Orders the messages of a conversation. */
    ordinal: z.int(),
    position: z.int(),
    message: TranscriptMessage,
  }),
  z.strictObject({ kind: z.literal('audit'), ...Owner, audit: AuditEvent }),
]);
export type StoredItem = z.infer<typeof StoredItem>;

/** An item for the owner's session list. */
export const IndexItem = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('index'),
    subject: z.string(),
    orgId: z.uuid(),
    session: SessionRecord,
    runId: z.string().nullable(),
  }),
  z.strictObject({ kind: z.literal('index-removed'), subject: z.string(), orgId: z.uuid(), sessionId: z.uuid() }),
]);
export type IndexItem = z.infer<typeof IndexItem>;

export const OutboxItem = z.union([StoredItem, IndexItem]);
export type OutboxItem = z.infer<typeof OutboxItem>;

/** Who receives an item. Each lane keeps its own order, so that one receiver's absence does not hold up the other. */
export type Lane = 'postgres' | 'account';

export const laneOf = (item: OutboxItem): Lane =>
  item.kind === 'index' || item.kind === 'index-removed' ? 'account' : 'postgres';

export type OutboxRow = { readonly seq: number; readonly item: OutboxItem; readonly attempts: number };

/** Rows that may wait before new turns are refused: about a day of hard use of one conversation. */
export const MAX_BACKLOG = 2_000;

export const addToOutbox = (sql: SqlStorage, item: OutboxItem): void => {
  sql.exec('insert into outbox (lane, payload) values (?, ?)', laneOf(item), JSON.stringify(item));
};

/** The oldest rows that wait, in the order in which they must arrive. */
export function takeFromOutbox(sql: SqlStorage, lane: Lane, limit: number): OutboxRow[] {
  return sql
    .exec<{ seq: number; payload: string; attempts: number }>(
      'select seq, payload, attempts from outbox where lane = ? and parked_at is null order by seq limit ?',
      lane,
      limit,
    )
    .toArray()
    .map((row) => ({ seq: row.seq, item: OutboxItem.parse(JSON.parse(row.payload)), attempts: row.attempts }));
}

export const backlog = (sql: SqlStorage): number =>
  sql.exec<{ rows: number }>('select count(*) as rows from outbox where parked_at is null').one().rows;

export function settle(sql: SqlStorage, rows: readonly OutboxRow[]): void {
  for (const row of rows) sql.exec('delete from outbox where seq = ?', row.seq);
}

export function recordFailure(sql: SqlStorage, row: OutboxRow, reason: string): void {
  sql.exec('update outbox set attempts = attempts + 1, last_error = ? where seq = ?', reason, row.seq);
}

/** Puts a row aside that its receiver refuses again and again, so that what follows it still arrives. It is kept. */
export function park(sql: SqlStorage, row: OutboxRow, now: number): void {
  sql.exec('update outbox set parked_at = ? where seq = ?', now, row.seq);
}
