import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { ZodError } from 'zod';
import { type BudgetRpc, budgetOf, type ReserveInput } from '../contracts/budget.ts';

const MONTH = '2026-11';
const LIMIT = 200_000;

/** Repeatable random numbers. */
function seeded(seed: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return { upTo: (most: number) => Math.floor(next() * (most + 1)), isBelow: (share: number) => next() < share };
}

const ask = (tokens: number, atLeast = tokens): ReserveInput => ({
  leaseId: crypto.randomUUID(),
  month: MONTH,
  tokens,
  atLeast,
  limit: LIMIT,
});

describe('200 concurrent reservations (R35)', () => {
  test('get exactly the tokens there are', async () => {
    const budget = budgetOf(env, crypto.randomUUID());
    const answers = await Promise.all(Array.from({ length: 200 }, () => budget.reserve(ask(3_000))));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(66);
    expect(await budget.status({ month: MONTH, limit: LIMIT })).toMatchObject({ reserved: 198_000, left: 2_000 });
    // The rest goes to a request that needs less.
    expect(await budget.reserve(ask(3_000, 500))).toMatchObject({ ok: true, tokens: 2_000, figures: { left: 0 } });
  });

  test.each([1, 7, 42, 1_337])(
    'never exceed the limit and never drift when the object and its callers crash at random (seed %i)',
    async (seed) => {
      const random = seeded(seed);
      const orgId = crypto.randomUUID();
      /** What each caller used. A caller repeats its settlement until it is acknowledged. */
      const open = new Map<string, number>();
      let charged = 0;
      let lost = 0;
      const check = async (): Promise<void> => {
        const { used, reserved } = await budgetOf(env, orgId).status({ month: MONTH, limit: LIMIT });
        expect(used + reserved).toBeLessThanOrEqual(LIMIT);
      };

      const runOne = async (): Promise<void> => {
        const tokens = 500 + random.upTo(4_000);
        const input = ask(tokens, 500);
        const used = random.upTo(500);
        // Stored before the call, as a conversation does.
        open.set(input.leaseId, used);
        const answer = await budgetOf(env, orgId)
          .reserve(input)
          .catch(() => null);
        if (answer && !answer.ok) open.delete(input.leaseId);
        if (!answer) lost += 1;
        // A caller that crashed or got no reply settles its reservation later.
        if (!answer?.ok || random.isBelow(0.3)) return;
        await settle(input.leaseId);
      };
      const settle = async (leaseId: string): Promise<void> => {
        const tokens = open.get(leaseId);
        if (tokens === undefined) return;
        await budgetOf(env, orgId).settle([{ leaseId, month: MONTH, tokens }]);
        charged += tokens;
        open.delete(leaseId);
      };

      for (let round = 0; round < 3; round += 1) {
        const runs = Array.from({ length: 200 }, () => runOne().catch(() => undefined));
        if (round === 0 || random.isBelow(0.5)) await abortAllDurableObjects();
        await Promise.all(runs);
        await check();
        if (random.isBelow(0.5)) await evictDurableObject(budgetOf(env, orgId));
      }
      for (const leaseId of [...open.keys()]) await settle(leaseId);
      const figures = await budgetOf(env, orgId).status({ month: MONTH, limit: LIMIT });
      expect(figures).toMatchObject({ used: charged, reserved: 0 });
      expect(charged).toBeGreaterThan(0);
      expect(lost).toBeGreaterThan(0);
    },
  );
});

describe('the Budget object', () => {
  test('keeps reservations and charges across restarts', async () => {
    const orgId = crypto.randomUUID();
    const [first, second] = [ask(1_000), ask(2_000)];
    await budgetOf(env, orgId).reserve(first);
    await budgetOf(env, orgId).reserve(second);
    await budgetOf(env, orgId).settle([{ leaseId: first.leaseId, month: MONTH, tokens: 10 }]);
    await abortAllDurableObjects();
    expect(await budgetOf(env, orgId).status({ month: MONTH, limit: LIMIT })).toMatchObject({
      used: 10,
      reserved: 2_000,
    });
    await budgetOf(env, orgId).settle([{ leaseId: first.leaseId, month: MONTH, tokens: 10 }]);
    expect(await budgetOf(env, orgId).status({ month: MONTH, limit: LIMIT })).toMatchObject({ used: 10 });
  });

  test('releases expired reservations by alarm, and clears the alarm when none is left', async () => {
    const budget = budgetOf(env, crypto.randomUUID());
    await budget.reserve(ask(1_000));
    await budget.reserve(ask(2_000));
    const alarmOf = () => runInDurableObject(budget, (_budget, state) => state.storage.getAlarm());
    expect(await alarmOf()).not.toBeNull();
    await runInDurableObject(budget, (_budget, { storage }) => {
      storage.sql.exec('update held set expires_at = 1 where tokens = 1000');
    });
    await runDurableObjectAlarm(budget);
    expect(await runInDurableObject(budget, heldTokens)).toEqual([{ tokens: 2_000 }]);
    expect(await alarmOf()).not.toBeNull();
    await runInDurableObject(budget, (_budget, { storage }) => {
      storage.sql.exec('update held set expires_at = 1');
    });
    await runDurableObjectAlarm(budget);
    expect(await runInDurableObject(budget, heldTokens)).toEqual([]);
    expect(await alarmOf()).toBeNull();
  });

  test('writes nothing when an unused budget is read', async () => {
    const budget = budgetOf(env, crypto.randomUUID());
    expect(await budget.status({ month: MONTH, limit: 500 })).toMatchObject({ used: 0, reserved: 0, left: 500 });
    const tables = await runInDurableObject(budget, (_budget, { storage }) =>
      storage.sql.exec("select name from sqlite_master where name not like '\\_cf%' escape '\\'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  test('rejects input that does not match the schema', async () => {
    await runInDurableObject(budgetOf(env, crypto.randomUUID()), async (budget) => {
      await expect(budget.reserve({ ...ask(1), tokens: -1 })).rejects.toThrow(ZodError);
      await expect(budget.reserve({ ...ask(1), month: '2026-13' })).rejects.toThrow(ZodError);
      await expect(budget.settle([{ leaseId: 'x', month: MONTH, tokens: 1 }])).rejects.toThrow(ZodError);
    });
  });
});

const heldTokens = (_budget: BudgetRpc, { storage }: DurableObjectState) =>
  storage.sql.exec('select tokens from held').toArray();
