// What must still reach Postgres, the owner's Account and the org's Budget, committed with the change it tells of.
// Every item carries its own id or version, so delivering one twice changes nothing. Not strict: a release that was
// rolled back must still read what the newer one put here.
import { z } from 'zod';
import { Settlement } from '../budget/requests.ts';
import { Audience, Feedback, SessionRecord, TranscriptMessage } from '../conversation/requests.ts';
import { AuditEvent } from './audit-event.ts';

/** Whose conversation it is: the user in whose name Postgres lets it in. */
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
    /** The turn that its turn follows; the one before it where absent. */
    parent: z.int().optional(),
    message: TranscriptMessage,
    /** The conversation's; private where absent. */
    audience: Audience.optional(),
  }),
  z.object({ kind: z.literal('audit'), ...Owner, audit: AuditEvent }),
  z.object({
    kind: z.literal('feedback'),
    ...Owner,
    sessionId: z.uuid(),
    messageId: z.uuid(),
    /** Whose it is, who need not be the conversation's owner. */
    authorId: z.uuid(),
    model: z.string().nullable(),
    /** Null where it was taken back. */
    feedback: Feedback.nullable(),
    /** Unix milliseconds. */
    at: z.int(),
  }),
]);
export type StoredItem = z.infer<typeof StoredItem>;

/** An item for a person's session list, or for what they find by a run's id. */
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

/** An item for the org's Budget: what an answer used. */
export const SettlementItem = z.object({ kind: z.literal('settlement'), orgId: z.uuid(), settlement: Settlement });
export type SettlementItem = z.infer<typeof SettlementItem>;

export const OutboxItem = z.union([StoredItem, IndexItem, SettlementItem]);
export type OutboxItem = z.infer<typeof OutboxItem>;

/** Who receives an item. Each lane keeps its own order, so that one receiver's absence does not hold up the other. */
export type Lane = 'postgres' | 'account' | 'budget';

export function laneOf(item: OutboxItem): Lane {
  if (item.kind === 'settlement') return 'budget';
  return item.kind === 'index' || item.kind === 'index-removed' || item.kind === 'run' ? 'account' : 'postgres';
}

/** What one commit has to tell one receiver; a row an item would cost twice as many writes. Null where this release cannot read it. */
export type OutboxRow = {
  readonly seq: number;
  readonly items: readonly OutboxItem[] | null;
  readonly attempts: number;
};

/** Rows that may wait before new turns are refused: about a day of hard use of one conversation. */
export const MAX_BACKLOG = 2_000;

/** Call it once a commit, with all there is to tell. */
export function addToOutbox(sql: SqlStorage, items: readonly OutboxItem[]): void {
  for (const [lane, told] of Map.groupBy(items, laneOf))
    sql.exec('insert into outbox (lane, payload) values (?, ?)', lane, JSON.stringify(told));
}

/** What one delivery may weigh: receivers bound the size of a request. */
const MAX_TAKEN_CHARS = 1_000_000;

/** The oldest rows that wait, in the order in which they must arrive; fewer where they are large. */
export function takeFromOutbox(sql: SqlStorage, lane: Lane, limit: number): OutboxRow[] {
  const waiting = sql.exec<{ seq: number; payload: string; attempts: number }>(
    'select seq, payload, attempts from outbox where lane = ? and parked_at is null order by seq limit ?',
    lane,
    limit,
  );
  const taken: OutboxRow[] = [];
  let chars = 0;
  for (const { seq, payload, attempts } of waiting) {
    chars += payload.length;
    if (taken.length > 0 && chars > MAX_TAKEN_CHARS) break;
    taken.push({ seq, items: readItems(payload), attempts });
  }
  return taken;
}

function readItems(payload: string): OutboxItem[] | null {
  const parsed = z.array(OutboxItem).safeParse(JSON.parse(payload));
  return parsed.success ? parsed.data : null;
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

/** When a conversation is deleted, nothing of what was said in it stays behind here. Facts for the audit log and charges do. */
export function forgetParkedWords(sql: SqlStorage): void {
  sql.exec(
    `update outbox set payload = (
       select json_group_array(json(value)) from json_each(payload) where json_extract(value, '$.kind') in ('audit', 'settlement'))
     where parked_at is not null`,
  );
}
