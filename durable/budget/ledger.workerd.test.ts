import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { budgetOf, type ReserveInput } from '../contracts/budget.ts';
import { createLedger, LEASE_MS, type Ledger } from './ledger.ts';

const MONTH = '2026-11';
const NEXT = '2026-12';
const START = Date.UTC(2026, 10, 25);
const lease = () => crypto.randomUUID();

type Bench = { readonly ledger: Ledger; readonly sql: SqlStorage; readonly clock: { now: number } };

/** A ledger in a real object's storage, with a clock. */
const onLedger = (work: (bench: Bench) => void | Promise<void>): Promise<void> =>
  runInDurableObject(budgetOf(env, crypto.randomUUID()), async (_budget, { storage }) => {
    const clock = { now: START };
    await work({ ledger: createLedger({ sql: storage.sql, now: () => clock.now }), sql: storage.sql, clock });
  });

const ask = (change: Partial<ReserveInput> = {}): ReserveInput => ({
  leaseId: lease(),
  month: MONTH,
  tokens: 100,
  atLeast: 100,
  limit: 1_000,
  ...change,
});

describe('reserve (R35)', () => {
  test('takes tokens from what is left, and returns the figures and the renewal time', () =>
    onLedger(({ ledger }) => {
      expect(ledger.reserve(ask({ tokens: 300 }))).toEqual({
        ok: true,
        tokens: 300,
        figures: {
          month: MONTH,
          used: 0,
          reserved: 300,
          limit: 1_000,
          left: 700,
          isSpent: false,
          renewsAt: Date.UTC(2026, 11, 1),
        },
      });
    }));

  test('grants less when less is left, down to atLeast, and refuses below that', () =>
    onLedger(({ ledger }) => {
      ledger.reserve(ask({ tokens: 800 }));
      expect(ledger.reserve(ask({ tokens: 500, atLeast: 200 }))).toMatchObject({ ok: true, tokens: 200 });
      ledger.settle({ leaseId: lease(), month: MONTH, tokens: 0 });
      expect(ledger.reserve(ask({ tokens: 500, atLeast: 1 }))).toMatchObject({
        ok: false,
        figures: { used: 0, reserved: 1_000, left: 0, isSpent: true },
      });
    }));

  test('returns the same reservation when repeated', () =>
    onLedger(({ ledger }) => {
      const input = ask({ tokens: 600 });
      const first = ledger.reserve(input);
      expect(ledger.reserve(input)).toEqual(first);
      expect(ledger.reserve({ ...input, tokens: 900 })).toEqual(first);
    }));

  test('drops a repeated reservation that no longer fits a lowered limit', () =>
    onLedger(({ ledger }) => {
      const input = ask({ tokens: 600 });
      ledger.reserve(input);
      expect(ledger.reserve({ ...input, tokens: 600, atLeast: 600, limit: 500 })).toMatchObject({
        ok: false,
        figures: { reserved: 0, limit: 500, left: 500 },
      });
      const other = ask({ tokens: 400 });
      ledger.reserve(other);
      expect(ledger.reserve({ ...other, limit: 500 })).toMatchObject({ ok: true, tokens: 400 });
    }));

  test('always grants without a limit, and still counts', () =>
    onLedger(({ ledger }) => {
      const input = ask({ tokens: 5_000_000, limit: null });
      expect(ledger.reserve(input)).toMatchObject({ ok: true, figures: { reserved: 5_000_000, left: null } });
      ledger.settle({ leaseId: input.leaseId, month: MONTH, tokens: 4_000_000 });
      expect(ledger.status({ month: MONTH, limit: null })).toMatchObject({
        used: 4_000_000,
        left: null,
        isSpent: false,
      });
    }));

  test('never grants with a limit of zero', () =>
    onLedger(({ ledger }) => {
      expect(ledger.reserve(ask({ limit: 0, tokens: 1, atLeast: 1 }))).toMatchObject({ ok: false });
      expect(ledger.status({ month: MONTH, limit: 0 })).toMatchObject({ left: 0, isSpent: true });
    }));
});

describe('settle', () => {
  test('charges what was used and releases the rest', () =>
    onLedger(({ ledger }) => {
      const input = ask({ tokens: 900 });
      ledger.reserve(input);
      ledger.settle({ leaseId: input.leaseId, month: MONTH, tokens: 250 });
      expect(ledger.status({ month: MONTH, limit: 1_000 })).toMatchObject({ used: 250, reserved: 0, left: 750 });
    }));

  test('counts a repeated settlement once, also after a later reservation with the same id', () =>
    onLedger(({ ledger }) => {
      const input = ask();
      ledger.reserve(input);
      for (const tokens of [80, 80, 90]) ledger.settle({ leaseId: input.leaseId, month: MONTH, tokens });
      expect(ledger.reserve(input)).toMatchObject({ ok: true });
      expect(ledger.status({ month: MONTH, limit: 1_000 })).toMatchObject({ used: 80, reserved: 0 });
    }));

  test('charges a reservation that never arrived', () =>
    onLedger(({ ledger }) => {
      ledger.settle({ leaseId: lease(), month: MONTH, tokens: 70 });
      expect(ledger.status({ month: MONTH, limit: 1_000 })).toMatchObject({ used: 70 });
    }));

  test('charges more than was reserved in full, and refuses what no longer fits', () =>
    onLedger(({ ledger }) => {
      const input = ask({ tokens: 900 });
      ledger.reserve(input);
      ledger.settle({ leaseId: input.leaseId, month: MONTH, tokens: 1_200 });
      expect(ledger.reserve(ask({ tokens: 1, atLeast: 1 }))).toMatchObject({
        ok: false,
        figures: { used: 1_200, left: 0 },
      });
    }));
});

describe('an expired reservation', () => {
  test('is released after LEASE_MS and not before', () =>
    onLedger(({ ledger, clock }) => {
      ledger.reserve(ask({ tokens: 1_000 }));
      clock.now += LEASE_MS - 1;
      expect(ledger.reserve(ask())).toMatchObject({ ok: false });
      clock.now += 1;
      expect(ledger.reserve(ask())).toMatchObject({ ok: true, figures: { reserved: 100 } });
    }));

  test('counts once when settled late', () =>
    onLedger(({ ledger, clock }) => {
      const input = ask({ tokens: 1_000 });
      ledger.reserve(input);
      clock.now += LEASE_MS;
      expect(ledger.status({ month: MONTH, limit: 1_000 })).toMatchObject({ used: 0, reserved: 0 });
      for (const tokens of [400, 400]) ledger.settle({ leaseId: input.leaseId, month: MONTH, tokens });
      expect(ledger.status({ month: MONTH, limit: 1_000 })).toMatchObject({ used: 400, reserved: 0, left: 600 });
    }));

  test('returns when the next one expires', () =>
    onLedger(({ ledger, clock }) => {
      ledger.reserve(ask());
      clock.now += 1_000;
      ledger.reserve(ask());
      expect(ledger.expire()).toBe(START + LEASE_MS);
      clock.now = START + LEASE_MS;
      expect(ledger.expire()).toBe(START + 1_000 + LEASE_MS);
      clock.now += 1_000;
      expect(ledger.expire()).toBeNull();
    }));
});

describe('months', () => {
  test('are separate: a reservation belongs to the month it was made in', () =>
    onLedger(({ ledger, clock }) => {
      clock.now = Date.UTC(2026, 10, 30, 23, 59);
      const input = ask({ tokens: 1_000 });
      ledger.reserve(input);
      clock.now = Date.UTC(2026, 11, 1);
      expect(ledger.reserve(ask({ month: NEXT, tokens: 1_000 }))).toMatchObject({ ok: true });
      ledger.settle({ leaseId: input.leaseId, month: NEXT, tokens: 600 });
      expect(ledger.status({ month: MONTH, limit: 1_000 })).toMatchObject({ used: 600, reserved: 0 });
      expect(ledger.status({ month: NEXT, limit: 1_000 })).toMatchObject({ used: 0, reserved: 1_000 });
    }));

  test('are deleted when old, and late settlements for them change nothing', () =>
    onLedger(({ ledger, sql, clock }) => {
      const settled = lease();
      ledger.settle({ leaseId: settled, month: MONTH, tokens: 10 });
      clock.now = Date.UTC(2027, 1, 1);
      ledger.settle({ leaseId: lease(), month: '2027-02', tokens: 1 });
      expect(sql.exec('select count(*) as n from settled').one()).toEqual({ n: 1 });
      ledger.settle({ leaseId: settled, month: MONTH, tokens: 10 });
      expect(ledger.status({ month: MONTH, limit: null }).used).toBe(10);
      clock.now = Date.UTC(2029, 0, 1);
      ledger.settle({ leaseId: lease(), month: '2029-01', tokens: 1 });
      expect(sql.exec('select month from months order by month').toArray()).toEqual([
        { month: '2027-02' },
        { month: '2029-01' },
      ]);
    }));
});

test('isSpent is true while less is left than was last refused, until a reservation is granted', () =>
  onLedger(({ ledger }) => {
    const status = () => ledger.status({ month: MONTH, limit: 1_000 });
    const input = ask({ tokens: 900 });
    ledger.reserve(input);
    expect(status().isSpent).toBe(false);
    ledger.reserve(ask({ tokens: 500, atLeast: 200 }));
    expect(status()).toMatchObject({ left: 100, isSpent: true });
    ledger.settle({ leaseId: input.leaseId, month: MONTH, tokens: 700 });
    expect(status()).toMatchObject({ left: 300, isSpent: false });
    ledger.settle({ leaseId: lease(), month: MONTH, tokens: 150 });
    expect(status()).toMatchObject({ left: 150, isSpent: true });
    expect(ledger.reserve(ask({ tokens: 100 }))).toMatchObject({ ok: true });
    expect(status()).toMatchObject({ left: 50, isSpent: false });
  }));

describe('extend', () => {
  test('reserves more for a running answer, as far as there is room', () =>
    onLedger(({ ledger }) => {
      const input = ask({ tokens: 300 });
      ledger.reserve(input);
      const { leaseId, month, limit } = input;
      expect(ledger.extend({ leaseId, month, limit, tokens: 600 })).toMatchObject({
        tokens: 600,
        figures: { left: 400 },
      });
      expect(ledger.extend({ leaseId, month, limit, tokens: 5_000 })).toMatchObject({
        tokens: 1_000,
        figures: { left: 0 },
      });
      // A late request for less takes nothing back.
      expect(ledger.extend({ leaseId, month, limit, tokens: 600 })).toMatchObject({ tokens: 1_000 });
      ledger.settle({ leaseId, month, tokens: 700 });
      expect(ledger.status({ month, limit })).toMatchObject({ used: 700, reserved: 0 });
    }));

  test('holds nothing for an answer that is settled', () =>
    onLedger(({ ledger }) => {
      const { leaseId, month, limit } = ask();
      ledger.settle({ leaseId, month, tokens: 70 });
      ledger.extend({ leaseId, month, limit, tokens: 500 });
      expect(ledger.status({ month, limit })).toMatchObject({ used: 70, reserved: 0 });
    }));

  test('keeps a long answer from expiring', () =>
    onLedger(({ ledger, clock }) => {
      const { leaseId, month, limit } = ask();
      ledger.reserve({ leaseId, month, limit, tokens: 100, atLeast: 100 });
      clock.now += LEASE_MS - 1;
      ledger.extend({ leaseId, month, limit, tokens: 200 });
      clock.now += LEASE_MS - 1;
      expect(ledger.status({ month, limit })).toMatchObject({ reserved: 200 });
    }));
});

describe('any order of calls (R35)', () => {
  /** Repeatable random numbers below `most`. */
  function seeded(seed: number) {
    let state = seed >>> 0;
    return (most: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * most);
    };
  }

  test.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'passes the limit only by what answers take beyond their reservations (seed %i)',
    (seed) =>
      onLedger(({ ledger, clock }) => {
        const below = seeded(seed);
        const limit = 1_000 + below(4_000);
        /** What each reservation held when it was last granted, for those that are not settled. */
        const open = new Map<string, { held: number; until: number }>();
        let beyond = 0;
        let settled = 0;
        const pick = () => [...open.keys()][below(open.size)];
        for (let step = 0; step < 400; step += 1) {
          const kind = below(10);
          const leaseId = kind < 4 ? lease() : (pick() ?? lease());
          const known = open.get(leaseId);
          const held = known && known.until > clock.now ? known.held : 0;
          if (kind < 4) {
            const atLeast = 1 + below(100);
            const reply = ledger.reserve({ leaseId, month: MONTH, limit, tokens: atLeast + below(300), atLeast });
            if (reply.ok) open.set(leaseId, { held: reply.tokens, until: clock.now + LEASE_MS });
          } else if (kind < 6 && known) {
            const { tokens } = ledger.extend({ leaseId, month: MONTH, limit, tokens: held + below(400) });
            open.set(leaseId, { held: tokens, until: clock.now + LEASE_MS });
          } else if (kind < 9 && known) {
            // Most answers keep to what they have; some streams end a little later.
            const tokens = below(5) === 0 ? held + below(50) : below(held + 1);
            for (let times = 0; times <= below(3); times += 1) ledger.settle({ leaseId, month: MONTH, tokens });
            beyond += Math.max(0, tokens - held);
            settled += tokens;
            open.delete(leaseId);
          } else clock.now += below(LEASE_MS / 2);
          const { used, reserved } = ledger.status({ month: MONTH, limit });
          expect(used).toBe(settled);
          expect(used + reserved).toBeLessThanOrEqual(limit + beyond);
        }
        clock.now += LEASE_MS;
        expect(ledger.status({ month: MONTH, limit })).toMatchObject({ used: settled, reserved: 0 });
        expect(settled).toBeGreaterThan(0);
      }),
  );
});
