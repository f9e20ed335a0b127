// For tests of what a conversation takes from its org's budget: the current month, set up as needed, and a Budget
// that answers when the test lets it.
/// <reference types="@cloudflare/vitest-plugin/types" />
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { Budget } from '../../budget/budget.ts';
import { monthOf } from '../../budget/month.ts';
import { type BudgetFigures, budgetOf } from '../../contracts/budget.ts';
import type { Access } from '../../principal.ts';
import { rowsOf, type Talk } from './conversation-client.fixture.ts';
import { createSignal, type Signal, until } from './gated-world.fixture.ts';

export const LIMIT = 200_000;

/** The same user in an org with a monthly limit. */
export const limited = (access: Access, tokenAllowance: number | null = LIMIT): Access => ({
  ...access,
  tokenAllowance,
});

export const figuresOf = (access: Access, month = monthOf(Date.now())): Promise<BudgetFigures> =>
  budgetOf(env, access.orgId).status({ month, limit: access.tokenAllowance ?? null });

/** Restarts the month with this many tokens used. */
export async function startMonth(access: Access, used = 0): Promise<void> {
  const budget = budgetOf(env, access.orgId);
  await budget.settle([]);
  await budget.settle([{ leaseId: crypto.randomUUID(), month: monthOf(Date.now()), tokens: 0 }]);
  await runInDurableObject(budget, (_budget, { storage }) => {
    for (const table of ['held', 'months', 'settled']) storage.sql.exec(`delete from ${table}`);
  });
  await budget.settle([{ leaseId: crypto.randomUUID(), month: monthOf(Date.now()), tokens: used }]);
}

/** Runs alarms until the Budget has received everything. */
export async function settled(talk: Talk): Promise<void> {
  const waiting = () => rowsOf(talk, "select seq from outbox where lane = 'budget'");
  for (let beats = 0; (await waiting()).length > 0; beats += 1) {
    if (beats > 10) throw new Error('the budget is not told');
    await runDurableObjectAlarm(talk.stub);
  }
}

export type BudgetGate = { readonly asked: () => number; readonly open: () => void; readonly fail: () => void };

/** From now on reservations are answered only once the gate is open, or not at all. */
export function gateReservations(): BudgetGate {
  const gate: Signal = createSignal();
  let asked = 0;
  let fails = false;
  const { reserve } = Budget.prototype;
  vi.spyOn(Budget.prototype, 'reserve').mockImplementation(async function gated(this: Budget, input) {
    asked += 1;
    await gate.wait();
    if (fails) throw new Error('the object is away');
    return reserve.call(this, input);
  });
  return {
    asked: () => asked,
    open: gate.set,
    fail: () => {
      fails = true;
      gate.set();
    },
  };
}

export const untilRequested = (gate: BudgetGate, times = 1): Promise<unknown> => until(() => gate.asked() >= times);
