import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { budgetOf } from './budget-stub.ts';
import { createLedger, LEASE_MS, type Ledger } from './ledger.ts';
import type { ReserveInput } from './requests.ts';

const MONTH = '2026-11';
const NEXT = '2026-12';
const START = Date.UTC(2026, 10, 25);
const lease = () => crypto.randomUUID();

type Bench = { readonly ledger: Ledger; readonly sql: SqlStorage; readonly clock: { now: number } };

/** A ledger over a real object's storage, with a clock that the test moves. */
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

describe('R35: a reservation', () => {
  test('is taken out of what is left, which the answer tells, with the day of renewal', () =>
    onLedger(({ ledger }) => {
      expect(ledger.reserve(ask({ tokens: 300 }))).toEqual({
        ok: true,
        tokens: 300,
        figures: {
          ...{ month: MONTH, used: 0, reserved: 300, limit: 1_000, left: 700, isSpent: false },
          renewsAt: Date.UTC(2026, 11, 1),
        },
      });
    }));

  test('is smaller where less is left, down to what is still of use, and refused below that', () =>
    onLedger(({ ledger }) => {
      ledger.reserve(ask({ tokens: 800 }));
      expect(ledger.reserve(ask({ tokens: 500, atLeast: 200 }))).toMatchObject({ ok: true, tokens: 200 });
      ledger.settle({ leaseId: lease(), month: MONTH, tokens: 0 });
      expect(ledger.reserve(ask({ tokens: 500, atLeast: 1 }))).toMatchObject({
        ok: false,
        figures: { used: 0, reserved: 1_000, left: 0, isSpent: true },
      });
    }));

  test('asked for again is the same one', () =>
    onLedger(({ ledger }) => {
      const input = ask({ tokens: 600 });
      const first = ledger.reserve(input);
      expect(ledger.reserve(input)).toEqual(first);
      expect(ledger.reserve({ ...input, tokens: 900 })).toEqual(first);
    }));

  test('under a limit that was lowered meanwhile is taken back where it no longer fits', () =>
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

  test('of an org without a limit is always granted, and counted all the same', () =>
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

  test('of an org without AI tokens is never granted', () =>
    onLedger(({ ledger }) => {
      expect(ledger.reserve(ask({ limit: 0, tokens: 1, atLeast: 1 }))).toMatchObject({ ok: false });
      expect(ledger.status({ month: MONTH, limit: 0 })).toMatchObject({ left: 0, isSpent: true });
    }));
});

describe('a settlement', () => {
  test('charges what was used and gives the rest back', () =>
    onLedger(({ ledger }) => {
      const input = ask({ tokens: 900 });
      ledger.reserve(input);
      ledger.settle({ leaseId: input.leaseId, month: MONTH, tokens: 250 });
      expect(ledger.status({ month: MONTH, limit: 1_000 })).toMatchObject({ used: 250, reserved: 0, left: 750 });
    }));

  test('told again, or told after a later reservation of the same lease, counts once', () =>
    onLedger(({ ledger }) => {
      const input = ask();
      ledger.reserve(input);
      for (const tokens of [80, 80, 90]) ledger.settle({ leaseId: input.leaseId, month: MONTH, tokens });
      expect(ledger.reserve(input)).toMatchObject({ ok: true });
      expect(ledger.status({ month: MONTH, limit: 1_000 })).toMatchObject({ used: 80, reserved: 0 });
    }));

  test('of a reservation that never arrived counts too', () =>
    onLedger(({ ledger }) => {
      ledger.settle({ leaseId: lease(), month: MONTH, tokens: 70 });
      expect(ledger.status({ month: MONTH, limit: 1_000 })).toMatchObject({ used: 70 });
    }));

  test('of more than was reserved counts in full, and what follows is refused', () =>
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

describe('an abandoned lease', () => {
  test('is let go of after its time, and not a moment before', () =>
    onLedger(({ ledger, clock }) => {
      ledger.reserve(ask({ tokens: 1_000 }));
      clock.now += LEASE_MS - 1;
      expect(ledger.reserve(ask())).toMatchObject({ ok: false });
      clock.now += 1;
      expect(ledger.reserve(ask())).toMatchObject({ ok: true, figures: { reserved: 100 } });
    }));

  test('settled late counts exactly once', () =>
    onLedger(({ ledger, clock }) => {
      const input = ask({ tokens: 1_000 });
      ledger.reserve(input);
      clock.now += LEASE_MS;
      expect(ledger.status({ month: MONTH, limit: 1_000 })).toMatchObject({ used: 0, reserved: 0 });
      for (const tokens of [400, 400]) ledger.settle({ leaseId: input.leaseId, month: MONTH, tokens });
      expect(ledger.status({ month: MONTH, limit: 1_000 })).toMatchObject({ used: 400, reserved: 0, left: 600 });
    }));

  test('tells when the next one runs out', () =>
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
  test('are apart: a lease belongs to the one it was reserved in, whenever it is settled', () =>
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

  test('long past are forgotten with their leases, and what is settled of them then changes nothing', () =>
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

test('a budget counts as spent while less is left than was last refused, until something is granted', () =>
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
