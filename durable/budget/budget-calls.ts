// How an org's Budget, which may be far away, is asked: for a bounded time, and with one refusal for whatever goes wrong.
import { within } from '../conversation/timers.ts';
import { AppError } from '../errors.ts';
import { logFailure } from '../log.ts';
import { budgetOf } from './budget-stub.ts';
import type { BudgetFigures, ReserveAnswer, ReserveInput, Settlement, StatusInput } from './requests.ts';

const LIMIT_MS = 5_000;
const RETRY_AFTER_SECONDS = 10;

/** Each throws AppError BUDGET_UNAVAILABLE. */
export type BudgetCalls = {
  reserve(orgId: string, input: ReserveInput): Promise<ReserveAnswer>;
  status(orgId: string, input: StatusInput): Promise<BudgetFigures>;
  settle(orgId: string, settlement: Settlement): Promise<void>;
};

export const budgetCalls = (env: Env): BudgetCalls => ({
  reserve: (orgId, input) => bounded(async () => budgetOf(env, orgId).reserve(input)),
  status: (orgId, input) => bounded(async () => budgetOf(env, orgId).status(input)),
  settle: (orgId, settlement) => bounded(async () => budgetOf(env, orgId).settle([settlement])),
});

async function bounded<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await within(LIMIT_MS, 'BUDGET_UNAVAILABLE', ask());
  } catch (error) {
    logFailure('the budget could not be asked', error);
    throw new AppError('BUDGET_UNAVAILABLE', { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error });
  }
}
