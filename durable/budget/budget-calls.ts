// Calls an org's Budget, which can be in another region: with a time limit, and one error for every failure.
import { within } from '../clock.ts';
import {
  type BudgetFigures,
  budgetOf,
  type ExtendInput,
  type Extension,
  type ReserveInput,
  type ReserveResult,
  type Settlement,
  type StatusInput,
} from '../contracts/budget.ts';
import { AppError } from '../errors.ts';
import { logFailure } from '../log.ts';

const LIMIT_MS = 5_000;
const RETRY_AFTER_SECONDS = 10;

/** Every call throws AppError BUDGET_UNAVAILABLE on failure. */
export type BudgetCalls = {
  reserve(orgId: string, input: ReserveInput): Promise<ReserveResult>;
  extend(orgId: string, input: ExtendInput): Promise<Extension>;
  status(orgId: string, input: StatusInput): Promise<BudgetFigures>;
  settle(orgId: string, settlement: Settlement): Promise<void>;
};

export const budgetCalls = (env: Env): BudgetCalls => ({
  reserve: (orgId, input) => bounded(async () => budgetOf(env, orgId).reserve(input)),
  extend: (orgId, input) => bounded(async () => budgetOf(env, orgId).extend(input)),
  status: (orgId, input) => bounded(async () => budgetOf(env, orgId).status(input)),
  settle: (orgId, settlement) => bounded(async () => budgetOf(env, orgId).settle([settlement])),
});

async function bounded<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await within(LIMIT_MS, 'BUDGET_UNAVAILABLE', ask());
  } catch (error) {
    logFailure('budget.unavailable', error);
    throw new AppError('BUDGET_UNAVAILABLE', { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error });
  }
}
