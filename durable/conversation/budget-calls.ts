// How a conversation reaches its org's Budget, which may be far away: for a bounded time.
import { budgetOf } from '../budget/budget-stub.ts';
import type { BudgetDeps } from './budget-guard.ts';
import { within } from './timers.ts';

const LIMIT_MS = 5_000;

export const budgetCalls = (env: Env): Pick<BudgetDeps, 'reserve' | 'status'> => ({
  reserve: (orgId, input) => bounded(async () => budgetOf(env, orgId).reserve(input)),
  status: (orgId, input) => bounded(async () => budgetOf(env, orgId).status(input)),
});

const bounded = <T>(ask: () => Promise<T>): Promise<T> => within(LIMIT_MS, 'BUDGET_UNAVAILABLE', ask());
