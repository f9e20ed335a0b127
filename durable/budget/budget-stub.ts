// How an org's Budget object is addressed.
import type { Budget } from './budget.ts';

export function budgetOf(env: Env, orgId: string): DurableObjectStub<Budget> {
  const namespace = env.BUDGETS as DurableObjectNamespace<Budget>;
  return namespace.getByName(`org:${orgId}`);
}
