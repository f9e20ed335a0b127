// What only a model reads of a message: the state that its provider wants back. It is kept apart from the message, so that no
// page, export or row in Postgres can contain it, and is erased with the conversation.
import * as z from 'zod';
import { type PartState, REMEDIES, type Remedy } from '../../providers/provider.ts';

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

const Found = z.object({ connection: z.string(), model: z.string(), remedies: z.array(z.enum(REMEDIES)) });
type Found = { readonly connection: string; readonly model: string; readonly remedies: readonly Remedy[] };
/** A newer release may know other remedies. Without them a request is refused once more. */
const Remedies = z.object({ remedies: z.array(Found).catch([]) });

/** More models than one conversation is answered by. */
const MAX_FOUND = 32;

/** Stored under the conversation's id, one entry for each connection and model. */
export function putRemedies(sql: SqlStorage, sessionId: string, found: Found): void {
  const others = readRemedies(sql, sessionId).filter((one) => !isFor(one, found));
  const data = JSON.stringify({ remedies: [...others, found].slice(-MAX_FOUND) } satisfies { remedies: Found[] });
  sql.exec('insert or replace into model_data (message_id, data) values (?, ?)', sessionId, data);
}

/** What the conversation's requests to this connection and model do; empty if nothing was refused. */
export const getRemedies = (sql: SqlStorage, sessionId: string, of: Omit<Found, 'remedies'>): readonly Remedy[] =>
  readRemedies(sql, sessionId).find((one) => isFor(one, of))?.remedies ?? [];

const isFor = (one: Omit<Found, 'remedies'>, { connection, model }: Omit<Found, 'remedies'>): boolean =>
  one.connection === connection && one.model === model;

function readRemedies(sql: SqlStorage, sessionId: string): readonly Found[] {
  const row = sql.exec<{ data: string }>('select data from model_data where message_id = ?', sessionId).toArray()[0];
  return (row && Remedies.safeParse(JSON.parse(row.data)).data?.remedies) ?? [];
}

/** A newer release may have stored something else. A model can do without it. */
export function parseModelData(data: string): ModelData {
  const parsed = ModelData.safeParse(JSON.parse(data));
  return parsed.success ? parsed.data : {};
}

/** Part of the erasure of a run's messages, before them. */
export function eraseModelData(sql: SqlStorage, runId: string): void {
  sql.exec('delete from model_data where message_id in (select id from messages where run_id = ?)', runId);
}
