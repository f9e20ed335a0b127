// The messages of the conversation, in the order in which turns were admitted. Rows are ordered by the turn's ordinal and
// the position in the turn, so that the answer to a queued question stays next to it.
import * as z from 'zod';
import { DraftNote } from '../../contracts/draft.ts';
import { EndingRecord } from '../../contracts/ending.ts';
import { PageContext } from '../../contracts/page-context.ts';
import { Author, MessagePart, MessageStatus, ToolReply, type TranscriptMessage } from '../../contracts/transcript.ts';
import { Usage } from '../../contracts/usage.ts';
import type { Range } from './branches.ts';
import { type ModelData, parseModelData } from './model-data.ts';

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
  draft: string | null;
  ending: string | null;
  note: string | null;
  context: string | null;
};

/** The place of a message: its turn's ordinal, then its position in the turn (0 is the user's message). */
export type MessagePlace = { readonly ordinal: number; readonly position: number };

const Parts = z.array(MessagePart);
const Role = z.enum(['user', 'assistant', 'tool']);

/** Texts before and after a tool call are paragraphs of their own. */
export const textOf = (parts: readonly MessagePart[]): string =>
  parts.flatMap((part) => (part.type === 'text' ? [part.content] : [])).join('\n\n');

export function putMessage(sql: SqlStorage, place: MessagePlace, message: TranscriptMessage): void {
  sql.exec(
    `insert or replace into messages (id, ordinal, position, run_id, role, parts, status, created_at, model, provider, usage,
       cost_micros, price_version, error_code, error_detail, tool, author, draft, ending, note,
       context)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
    message.draft ? JSON.stringify(message.draft) : null,
    message.ending ? JSON.stringify(message.ending) : null,
    message.note ?? null,
    message.context ? JSON.stringify(message.context) : null,
  );
}

/** For a run that is ended without reading its text. */
export function markInterrupted(sql: SqlStorage, runId: string, ending: EndingRecord): void {
  sql.exec(
    "update messages set status = 'interrupted', ending = ? where run_id = ? and status = 'streaming'",
    JSON.stringify(ending),
    runId,
  );
}

/** A message without a model: a user's message, or an answer that has not started. */
export function blankMessage(
  given: Pick<TranscriptMessage, 'id' | 'runId' | 'role' | 'parts' | 'status' | 'createdAt'>,
): TranscriptMessage {
  return { ...given, model: null, provider: null, usage: null, costMicros: null, priceVersion: null, error: null };
}

/** A page ends early at this size, so that long answers don't fill the object's memory. */
const MAX_PAGE_CHARS = 1_000_000;

export type TranscriptPage = {
  readonly messages: readonly TranscriptMessage[];
  /** The turn of each message. */
  readonly ordinals: readonly number[];
  readonly cursor: string | null;
};

/**
 * The newest `limit` messages of a path before the cursor, or as many as fit, oldest first. A page never starts with a
 * tool's reply, which belongs to the message that called the tool. An unknown cursor counts as the end.
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

function* rowsBack(sql: SqlStorage, path: readonly Range[], before: MessagePlace): Generator<MessageRow> {
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

/** The place of a message, by its id; null if there is none. */
export const findPlace = (sql: SqlStorage, id: string): MessagePlace | null =>
  sql.exec<MessagePlace>('select ordinal, position from messages where id = ?', id).toArray()[0] ?? null;

/** Whether an answer called a tool with this id. In JSON text, only a part's own id looks like this. */
export const hasCall = (sql: SqlStorage, callId: string): boolean =>
  sql
    .exec(
      "select 1 from messages where role = 'assistant' and instr(parts, ?) > 0 limit 1",
      `"id":${JSON.stringify(callId)}`,
    )
    .toArray().length > 0;

/** The position that the next turn takes in the conversation. */
export const nextOrdinal = (sql: SqlStorage): number =>
  sql.exec<{ next: number }>('select coalesce(max(ordinal), 0) + 1 as next from messages').one().next;

/** The position that the next message takes in a turn. */
export const nextPosition = (sql: SqlStorage, ordinal: number): number =>
  sql
    .exec<{ next: number }>('select coalesce(max(position), 0) + 1 as next from messages where ordinal = ?', ordinal)
    .one().next;

/** The position and status of a turn's message; null if the turn has none with this id. */
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

/** The answer in progress of a turn, or the one in progress when the object died; null if there is none. */
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

type ModelRow = MessageRow & { model_data: string | null };

/** A turn's messages in order, and what only a model reads of them, by message. */
export type StoredTurn = {
  readonly ordinal: number;
  readonly messages: readonly TranscriptMessage[];
  readonly modelData: ReadonlyMap<string, ModelData>;
};

/** The turns from `first` to `last` that have messages, with one query. */
export function readTurns(sql: SqlStorage, { first, last }: Range): StoredTurn[] {
  const rows = sql
    .exec<ModelRow>(
      `select m.*, d.data as model_data from messages m left join model_data d on d.message_id = m.id
       where m.ordinal between ? and ? order by m.ordinal, m.position`,
      first,
      last,
    )
    .toArray();
  return [...Map.groupBy(rows, ({ ordinal }) => ordinal)].map(([ordinal, ofTurn]) => toTurn(ordinal, ofTurn));
}

const toTurn = (ordinal: number, rows: readonly ModelRow[]): StoredTurn => ({
  ordinal,
  messages: rows.map(toMessage),
  modelData: new Map(
    rows.flatMap(({ id, model_data: data }) => (data === null ? [] : [[id, parseModelData(data)] as const])),
  ),
});

function parseCursor(cursor: string | null): MessagePlace {
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
    draft: row.draft === null ? null : DraftNote.parse(JSON.parse(row.draft)),
    ending: row.ending === null ? null : EndingRecord.parse(JSON.parse(row.ending)),
    note: row.note,
    context: row.context === null ? null : PageContext.parse(JSON.parse(row.context)),
  };
}
