// The messages of the conversation, in the order in which turns were admitted.
// A turn's ordinal and a position within it order the rows, so a queued question keeps its answer beside it.
import { z } from 'zod';
import { Usage } from '../providers/models.ts';
import type { Range } from './branches.ts';
import { Author, MessagePart, MessageStatus, ToolReply, type TranscriptMessage } from './requests.ts';

type MessageRow = {
  id: string;
  ordinal: number;
  position: number;
  run_id: string;
  role: string;
  parts: string;
  status: string;
  created_at: number;
  model: string | null;
  provider: string | null;
  usage: string | null;
  cost_micros: number | null;
  price_version: string | null;
  error_code: string | null;
  error_detail: string | null;
  tool: string | null;
  author: string | null;
};

/** Where a message stands: its turn's ordinal, then its place in the turn (0 is the user's). */
export type Place = { readonly ordinal: number; readonly position: number };

const Parts = z.array(MessagePart);
const Role = z.enum(['user', 'assistant', 'tool']);

export const textOf = (parts: readonly MessagePart[]): string =>
  parts.map((part) => (part.type === 'text' ? part.content : '')).join('');

export function putMessage(sql: SqlStorage, place: Place, message: TranscriptMessage): void {
  sql.exec(
    `insert or replace into messages (id, ordinal, position, run_id, role, parts, status, created_at, model, provider, usage,
       cost_micros, price_version, error_code, error_detail, tool, author) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    message.id,
    place.ordinal,
    place.position,
    message.runId,
    message.role,
    JSON.stringify(message.parts),
    message.status,
    message.createdAt,
    message.model,
    message.provider,
    message.usage && JSON.stringify(message.usage),
    message.costMicros,
    message.priceVersion,
    message.error?.code ?? null,
    message.error?.detail ?? null,
    message.tool ? JSON.stringify(message.tool) : null,
    message.author ? JSON.stringify(message.author) : null,
  );
}

/** For a run that is ended without its words being read. */
export function markInterrupted(sql: SqlStorage, runId: string): void {
  sql.exec("update messages set status = 'interrupted' where run_id = ? and status = 'streaming'", runId);
}

/** A user's message or an answer that has not begun: nothing known yet but who says it. */
export function blankMessage(
  given: Pick<TranscriptMessage, 'id' | 'runId' | 'role' | 'parts' | 'status' | 'createdAt'>,
): TranscriptMessage {
  return { ...given, model: null, provider: null, usage: null, costMicros: null, priceVersion: null, error: null };
}

/** Where a page ends early, so that long answers do not fill an object's memory. */
const MAX_PAGE_CHARS = 1_000_000;

export type TranscriptPage = {
  readonly messages: readonly TranscriptMessage[];
  /** The turn of each. */
  readonly ordinals: readonly number[];
  readonly cursor: string | null;
};

/**
 * The newest `limit` messages of a path before the cursor or as many as fit, oldest first. A page never begins with what a tool
 * answered: that belongs to who called it. An unknown cursor reads as the end.
 */
export function readMessages(
  sql: SqlStorage,
  options: { limit: number; before: string | null; path: readonly Range[] },
): TranscriptPage {
  const before = parseCursor(options.before);
  const page: MessageRow[] = [];
  let chars = 0;
  let hasMore = false;
  for (const row of rowsBack(sql, options.path, before)) {
    chars += row.parts.length;
    const isFull = page.length >= options.limit || (page.length > 0 && chars > MAX_PAGE_CHARS);
    hasMore = isFull && page[0]?.role !== 'tool';
    if (hasMore) break;
    page.unshift(row);
  }
  const first = page[0];
  return {
    messages: page.map(toMessage),
    ordinals: page.map(({ ordinal }) => ordinal),
    cursor: hasMore && first ? `${first.ordinal}.${first.position}` : null,
  };
}

function* rowsBack(sql: SqlStorage, path: readonly Range[], before: Place): Generator<MessageRow> {
  for (const { first, last } of path) {
    yield* sql.exec<MessageRow>(
      `select * from messages where ordinal between ? and ? and (ordinal, position) < (?, ?)
       order by ordinal desc, position desc`,
      first,
      last,
      before.ordinal,
      before.position,
    );
  }
}

/** Where a message stands, by its id alone; null where there is none with it. */
export const findPlace = (sql: SqlStorage, id: string): Place | null =>
  sql.exec<Place>('select ordinal, position from messages where id = ?', id).toArray()[0] ?? null;

/** The place in the conversation that the next turn takes. */
export const nextOrdinal = (sql: SqlStorage): number =>
  sql.exec<{ next: number }>('select coalesce(max(ordinal), 0) + 1 as next from messages').one().next;

/** The place in a turn that its next message takes. */
export const nextPosition = (sql: SqlStorage, ordinal: number): number =>
  sql
    .exec<{ next: number }>('select coalesce(max(position), 0) + 1 as next from messages where ordinal = ?', ordinal)
    .one().next;

/** Where a message of a turn stands and how it is; null where the turn has none with this id. */
export function findMessage(
  sql: SqlStorage,
  ordinal: number,
  id: string,
): { readonly position: number; readonly status: MessageStatus } | null {
  const row = sql
    .exec<{ position: number; status: string }>(
      'select position, status from messages where ordinal = ? and id = ?',
      ordinal,
      id,
    )
    .toArray()[0];
  return row ? { position: row.position, status: MessageStatus.parse(row.status) } : null;
}

/** The answer of a turn that is being written, or was when the object died; null where none is. */
export const findStreaming = (
  sql: SqlStorage,
  ordinal: number,
): { readonly id: string; readonly position: number } | null =>
  sql
    .exec<{ id: string; position: number }>(
      "select id, position from messages where ordinal = ? and status = 'streaming' order by position desc limit 1",
      ordinal,
    )
    .toArray()[0] ?? null;

/** The messages of one turn, in order. */
export const readTurn = (sql: SqlStorage, ordinal: number): TranscriptMessage[] =>
  sql.exec<MessageRow>('select * from messages where ordinal = ? order by position', ordinal).toArray().map(toMessage);

function parseCursor(cursor: string | null): Place {
  const [ordinal, position] = (cursor ?? '').split('.').map(Number);
  if (
    ordinal === undefined ||
    position === undefined ||
    !Number.isSafeInteger(ordinal) ||
    !Number.isSafeInteger(position)
  ) {
    return { ordinal: Number.MAX_SAFE_INTEGER, position: 0 };
  }
  return { ordinal, position };
}

function toMessage(row: MessageRow): TranscriptMessage {
  return {
    id: row.id,
    runId: row.run_id,
    role: Role.parse(row.role),
    parts: Parts.parse(JSON.parse(row.parts)),
    status: MessageStatus.parse(row.status),
    createdAt: row.created_at,
    model: row.model,
    provider: row.provider,
    usage: row.usage === null ? null : Usage.parse(JSON.parse(row.usage)),
    costMicros: row.cost_micros,
    priceVersion: row.price_version,
    error: row.error_code === null ? null : { code: row.error_code, detail: row.error_detail ?? '' },
    tool: row.tool === null ? null : ToolReply.parse(JSON.parse(row.tool)),
    author: row.author === null ? null : Author.parse(JSON.parse(row.author)),
  };
}
