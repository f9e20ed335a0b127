// Delivers stored items to Postgres. An outbox belongs to one conversation, so all of a batch has one owner.
import { postgresDepsOf } from '../postgres/config.ts';
import { storeItems } from '../postgres/store-items.ts';
import type { Delivery } from './drain.ts';
import { type OutboxItem, StoredItem } from './outbox.ts';

export async function deliverToPostgres(env: Env, items: readonly OutboxItem[]): Promise<Delivery> {
  const stored = items.map((item) => StoredItem.parse(item));
  const [first] = stored;
  return first ? storeItems(postgresDepsOf(env), first, stored) : { outcome: 'delivered' };
}
