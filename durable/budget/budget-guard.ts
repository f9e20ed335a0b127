// A conversation's view of its org's Budget. The remembered figures only decide whether a message may be admitted before the
// Budget has answered; only the Budget itself grants tokens, and no model is asked without them.

import type { BudgetFigures, ExtendInput, Extension, ReserveInput, ReserveResult } from '../contracts/budget.ts';
import type { BudgetCalls } from './budget-calls.ts';
import { monthOf } from './month.ts';

/** Cached figures expire, because others use the same budget. */
const KNOWN_MS = 60_000;
/** This many answers must fit into what is left, because several conversations may rely on the same figures. */
const PLENTY = 4;

export type BudgetDeps = Pick<BudgetCalls, 'reserve' | 'extend' | 'settle'> & { now(): number };

export type BudgetGuard = ReturnType<typeof createBudgetGuard>;

export function createBudgetGuard(deps: BudgetDeps) {
  let known: { readonly figures: BudgetFigures; readonly at: number } | null = null;

  const learn = (figures: BudgetFigures): void => {
    known = { figures, at: deps.now() };
  };

  /** Whether a reservation of `tokens` is likely to be granted. */
  function hasPlenty(limit: number | null, tokens: number): boolean {
    if (limit === null) return true;
    if (!known || deps.now() - known.at > KNOWN_MS) return false;
    const { figures } = known;
    return figures.month === monthOf(deps.now()) && figures.limit === limit && (figures.left ?? 0) >= tokens * PLENTY;
  }

  /** @throws AppError BUDGET_UNAVAILABLE */
  async function reserve(orgId: string, input: ReserveInput): Promise<ReserveResult> {
    const answer = await deps.reserve(orgId, input);
    learn(answer.figures);
    return answer;
  }

  /** @throws AppError BUDGET_UNAVAILABLE */
  async function extend(orgId: string, input: ExtendInput): Promise<Extension> {
    const answer = await deps.extend(orgId, input);
    learn(answer.figures);
    return answer;
  }

  /** Gives a reservation back that no stored run knows. If that fails, it expires. */
  async function release(orgId: string, lease: { readonly id: string; readonly month: string }): Promise<void> {
    // budgetCalls logs the failure.
    await deps.settle(orgId, { leaseId: lease.id, month: lease.month, tokens: 0 }).catch(() => undefined);
  }

  /** Counts the tokens that were used, before their settlement reaches the Budget. */
  function count(lease: { readonly month: string; readonly tokens: number }, used: number): void {
    if (known?.figures.month !== lease.month) return;
    const { figures } = known;
    const reserved = Math.max(0, figures.reserved - lease.tokens);
    const left = figures.left === null ? null : Math.max(0, figures.left + lease.tokens - used);
    const isSpent = left !== null && (left === 0 || (figures.isSpent && left <= (figures.left ?? 0)));
    known = { ...known, figures: { ...figures, used: figures.used + used, reserved, left, isSpent } };
  }

  return { hasPlenty, reserve, extend, release, count, figures: () => known?.figures ?? null };
}
