// Whether a conversation may go by the org's rules. Their sweep goes by what Postgres knew, which may be out of date.
import type { Expiry } from '../retention/sweep.ts';
import type { ConversationDeps } from './deps.ts';

/** Null where it may go: nothing was said or done in it since Postgres heard of it, where that was asked. */
export function expiryOf(
  { session, live }: Pick<ConversationDeps, 'session' | 'live'>,
  lastChangedAt: number | undefined,
): Exclude<Expiry, 'removed'> | null {
  const stored = session.get();
  if (!stored || stored.deletedAt !== null) return 'missing';
  if (lastChangedAt === undefined) return null;
  return stored.updatedAt > lastChangedAt || live.size > 0 ? 'kept' : null;
}
