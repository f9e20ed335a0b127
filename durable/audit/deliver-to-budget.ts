// Delivers what answers used to the org's Budget. A conversation belongs to one org, so all of a batch goes to one.
import { budgetOf } from '../budget/budget-stub.ts';
import type { Delivery } from './drain.ts';
import { delivered } from './object-delivery.ts';
import { type OutboxItem, SettlementItem } from './outbox.ts';

export function deliverToBudget(env: Env, items: readonly OutboxItem[]): Promise<Delivery> {
  return delivered(async () => {
    const settlements = items.map((item) => SettlementItem.parse(item));
    const [first] = settlements;
    if (first) await budgetOf(env, first.orgId).settle(settlements.map(({ settlement }) => settlement));
  });
}
