// Delivers stored items to Postgres. An outbox belongs to one conversation, so all its rows have one owner; facts for the
// audit log name who acted, which may be another, and are let in whoever writes them down.
import { postgresDepsOf } from '../postgres/config.ts';
import { storeItems } from '../postgres/store-items.ts';
import type { Delivery } from './drain.ts';
import { type OutboxItem, StoredItem } from './outbox.ts';

export async function deliverToPostgres(env: Env, items: readonly OutboxItem[]): Promise<Delivery> {
  const stored = items.map((item) => StoredItem.parse(item));
  const owner = stored.find(({ kind }) => kind !== 'audit') ?? stored[0];
  return owner ? storeItems(postgresDepsOf(env), owner, stored) : { outcome: 'delivered' };
}
