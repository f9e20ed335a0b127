// What a conversation knows of its org's Budget, and its questions to it. What it remembers decides only whether a model
// may be asked before the Budget has answered; what is granted is the Budget's word alone.
import type { BudgetCalls } from '../budget/budget-calls.ts';
import { monthOf } from '../budget/month.ts';
import type { BudgetFigures, ReserveAnswer, ReserveInput } from '../budget/requests.ts';

/** What is remembered is good for as long; others use the same budget. */
const KNOWN_MS = 60_000;
/** So many answers like this one must fit into what is left: several conversations may believe the same at once. */
const PLENTY = 4;

export type BudgetDeps = Pick<BudgetCalls, 'reserve' | 'status'> & { now(): number };

export type BudgetGuard = ReturnType<typeof createBudgetGuard>;

export function createBudgetGuard(deps: BudgetDeps) {
  let known: { readonly figures: BudgetFigures; readonly at: number } | null = null;

  const learn = (figures: BudgetFigures): void => {
    known = { figures, at: deps.now() };
  };

  /** Whether a reservation of so many tokens is as good as granted. */
  function hasPlenty(limit: number | null, tokens: number): boolean {
    if (limit === null) return true;
    if (!known || deps.now() - known.at > KNOWN_MS) return false;
    const { figures } = known;
    return figures.month === monthOf(deps.now()) && figures.limit === limit && (figures.left ?? 0) >= tokens * PLENTY;
  }

  /** @throws AppError BUDGET_UNAVAILABLE */
  async function reserve(orgId: string, input: ReserveInput): Promise<ReserveAnswer> {
    const answer = await deps.reserve(orgId, input);
    learn(answer.figures);
    return answer;
  }

  /** @throws AppError BUDGET_UNAVAILABLE */
  async function status(orgId: string, limit: number | null): Promise<BudgetFigures> {
    const figures = await deps.status(orgId, { month: monthOf(deps.now()), limit });
    learn(figures);
    return figures;
  }

  /** Counts what a reservation came to, ahead of its settlement on the way to the Budget. */
  function count(lease: { readonly month: string; readonly tokens: number }, used: number): void {
    if (known?.figures.month !== lease.month) return;
    const { figures } = known;
    const reserved = Math.max(0, figures.reserved - lease.tokens);
    const left = figures.left === null ? null : Math.max(0, figures.left + lease.tokens - used);
    const isSpent = left !== null && (left === 0 || (figures.isSpent && left <= (figures.left ?? 0)));
    known = { ...known, figures: { ...figures, used: figures.used + used, reserved, left, isSpent } };
  }

  return { hasPlenty, reserve, status, count, figures: () => known?.figures ?? null };
}
