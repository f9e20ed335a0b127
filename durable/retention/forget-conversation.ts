// Deletes a conversation's rows where no object is behind them any more, with the audit row that tells of it.
import { AppError } from '../errors.ts';
import { storeItems } from '../postgres/store-items.ts';
import type { PostgresDeps } from '../postgres/with-tenant.ts';

/** @throws AppError DATABASE_UNAVAILABLE */
export async function forgetConversation(
  deps: PostgresDeps,
  { orgId, userId, sessionId, now }: { orgId: string; userId: string; sessionId: string; now: number },
): Promise<void> {
  const owner = { orgId, userId };
  const delivery = await storeItems(deps, owner, [
    { kind: 'conversation-removed', ...owner, sessionId },
    {
      ...{ kind: 'audit', ...owner },
      audit: {
        ...{ id: crypto.randomUUID(), orgId, actorId: null, event: 'session.deleted', sessionId, createdAt: now },
        ...{ runId: null, requestId: null, programId: null, designId: null, provider: null, model: null },
        ...{ usage: null, costMicros: null, priceVersion: null, error: null, durationMs: null },
        meta: { reason: 'retention' },
      },
    },
  ]);
  if (delivery.outcome !== 'delivered')
    throw new AppError('DATABASE_UNAVAILABLE', { cause: new Error(delivery.reason) });
}
