// Brings refusals whose minute is over to the audit log, in the person's name, each once.
import { logFailure } from '../log.ts';
import { storeItems } from '../postgres/store-items.ts';
import type { PostgresDeps } from '../postgres/with-tenant.ts';
import { closedRefusals, forgetRefusals } from './refusals.ts';

/** Stops at the first org that cannot be told now. Never rejects. */
export async function deliverRefusals(deps: PostgresDeps, sql: SqlStorage, now: number): Promise<void> {
  try {
    for (const facts of Map.groupBy(closedRefusals(sql, now), ({ orgId }) => orgId).values()) {
      const [first] = facts;
      if (!first?.actorId) continue;
      const owner = { orgId: first.orgId, userId: first.actorId };
      const items = facts.map((audit) => ({ kind: 'audit' as const, ...owner, audit }));
      const delivery = await storeItems(deps, owner, items);
      if (delivery.outcome === 'unavailable') return logFailure('refusals wait', null, { reason: delivery.reason });
      if (delivery.outcome === 'rejected') logFailure('refusals left out', null, { reason: delivery.reason });
      forgetRefusals(sql, facts);
    }
  } catch (error) {
    logFailure('refusals not delivered', error);
  }
}
