// What only a model reads of a message: the state that its provider wants back. It is kept apart from the message, so that no
// page, export or row in Postgres can contain it, and is erased with the conversation.
import { z } from 'zod';
import type { PartState, StateRemedy } from '../../providers/provider.ts';

const StoredState = z.object({
  /** The index of the part that it belongs to, or that it comes before. */
  index: z.int().nonnegative(),
  /** True if it is a part of its own, such as redacted reasoning. */
  isOwn: z.boolean(),
  wire: z.enum(['anthropic', 'chat-completions', 'openai-responses']),
  connection: z.string(),
  model: z.string(),
  payload: z.unknown(),
});
const ModelData = z.object({
  states: z.array(StoredState).optional(),
});
export type ModelData = z.infer<typeof ModelData>;

/** The place of a state in a message. */
export type PlacedState = PartState & { readonly index: number; readonly isOwn: boolean };

/** More than the longest answer needs. State is kept whole or not at all, because providers refuse gaps. */
const MAX_STATE_BYTES = 512 * 1024;

/** Part of the commit that ends the message. */
export function putStates(sql: SqlStorage, messageId: string, states: PlacedState[]): void {
  if (states.length === 0) return;
  const data = JSON.stringify({ states } satisfies ModelData);
  if (new TextEncoder().encode(data).length > MAX_STATE_BYTES) return;
  sql.exec('insert or replace into model_data (message_id, data) values (?, ?)', messageId, data);
}

const Remedy = z.object({ connection: z.string(), remedy: z.enum(['drop-unbound', 'send-none']) });

/** Applies to the whole conversation, and is stored under its id. */
export function putRemedy(sql: SqlStorage, sessionId: string, chosen: z.infer<typeof Remedy>): void {
  sql.exec('insert or replace into model_data (message_id, data) values (?, ?)', sessionId, JSON.stringify(chosen));
}

/** What the conversation's requests to this connection do; null if nothing was refused. */
export function getRemedy(sql: SqlStorage, sessionId: string, connection: string): StateRemedy | null {
  const row = sql.exec<{ data: string }>('select data from model_data where message_id = ?', sessionId).toArray()[0];
  const chosen = row && Remedy.safeParse(JSON.parse(row.data)).data;
  return chosen?.connection === connection ? chosen.remedy : null;
}

/** The data of a turn's messages, by message. */
export function readModelData(sql: SqlStorage, ordinal: number): ReadonlyMap<string, ModelData> {
  const rows = sql
    .exec<{ message_id: string; data: string }>(
      'select message_id, data from model_data where message_id in (select id from messages where ordinal = ?)',
      ordinal,
    )
    .toArray();
  return new Map(rows.map(({ message_id, data }) => [message_id, parseModelData(data)]));
}

/** A newer release may have stored something else. A model can do without it. */
function parseModelData(data: string): ModelData {
  const parsed = ModelData.safeParse(JSON.parse(data));
  return parsed.success ? parsed.data : {};
}

/** Part of the erasure of a run's messages, before them. */
export function eraseModelData(sql: SqlStorage, runId: string): void {
  sql.exec('delete from model_data where message_id in (select id from messages where run_id = ?)', runId);
}
