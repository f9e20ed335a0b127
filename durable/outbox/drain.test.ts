import { beforeEach, expect, it, type MockInstance, vi } from 'vitest';
import { type DeliveryResult, drain } from './drain.ts';
import type { OutboxItem, OutboxRow } from './outbox.ts';

let logged: MockInstance;
beforeEach(() => {
  logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

const itemOf = (name: string): OutboxItem => ({ kind: 'index-removed', subject: name, orgId: 'o', sessionId: 's' });
const nameOf = (item: OutboxItem): string => ('subject' in item ? item.subject : '');

/** An in-memory outbox with the rows 1 to `count`, and a log of its deliveries. */
function createTrial(count: number, deliver: (names: readonly string[]) => DeliveryResult['outcome'] | 'lost') {
  let rows: (OutboxRow & { parked: boolean })[] = Array.from({ length: count }, (_, index) => ({
    seq: index + 1,
    items: [itemOf(`${index + 1}`)],
    attempts: 0,
    parked: false,
  }));
  const deliveries: string[][] = [];
  const run = () =>
    drain({
      take: (limit) => rows.filter((row) => !row.parked).slice(0, limit),
      settle: (done) => {
        rows = rows.filter((row) => !done.some(({ seq }) => seq === row.seq));
      },
      recordFailure: (row) => {
        rows = rows.map((other) => (other.seq === row.seq ? { ...other, attempts: other.attempts + 1 } : other));
      },
      park: (row) => {
        rows = rows.map((other) => (other.seq === row.seq ? { ...other, parked: true } : other));
      },
      deliver: async (items) => {
        const names = items.map(nameOf);
        deliveries.push(names);
        const outcome = deliver(names);
        if (outcome === 'lost') throw new Error('the acknowledgement was lost');
        return outcome === 'delivered' ? { outcome } : { outcome, reason: 'test' };
      },
    });
  return {
    run,
    deliveries,
    delivered: () => deliveries.flat(),
    waiting: () => rows.filter((row) => !row.parked).map((row) => row.seq),
    parked: () => rows.filter((row) => row.parked).map((row) => row.seq),
    fill: (seq: number, names: readonly string[]) => {
      rows = rows.map((row) => (row.seq === seq ? { ...row, items: names.map(itemOf) } : row));
    },
    spoil: (seq: number) => {
      rows = rows.map((row) => (row.seq === seq ? { ...row, items: null } : row));
    },
  };
}

it('delivers rows in order, in batches, until none is left', async () => {
  const trial = createTrial(120, () => 'delivered');
  expect(await trial.run()).toBe(true);
  expect(trial.delivered()).toEqual(Array.from({ length: 120 }, (_, index) => `${index + 1}`));
  expect(trial.deliveries.map((names) => names.length)).toEqual([50, 50, 20]);
  expect(trial.waiting()).toEqual([]);
});

it('stops and keeps all rows when the receiver is unavailable (R42)', async () => {
  let away = true;
  const trial = createTrial(3, () => (away ? 'unavailable' : 'delivered'));
  expect(await trial.run()).toBe(false);
  expect(trial.deliveries).toHaveLength(1);
  expect(trial.waiting()).toEqual([1, 2, 3]);
  expect(logged).toHaveBeenCalledOnce();
  away = false;
  expect(await trial.run()).toBe(true);
  expect(trial.waiting()).toEqual([]);
});

it('resends the same rows in order after a lost acknowledgement (R42)', async () => {
  let lost = true;
  const trial = createTrial(3, () => (lost ? 'lost' : 'delivered'));
  await expect(trial.run()).rejects.toThrow();
  expect(trial.waiting()).toEqual([1, 2, 3]);
  lost = false;
  await trial.run();
  expect(trial.delivered()).toEqual(['1', '2', '3', '1', '2', '3']);
});

it('parks a rejected row after a few attempts and delivers the rest', async () => {
  const trial = createTrial(5, (names) => (names.includes('3') ? 'rejected' : 'delivered'));
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    expect(await trial.run()).toBe(false);
    expect(trial.waiting()).toEqual([3, 4, 5]);
  }
  expect(await trial.run()).toBe(true);
  expect(trial.parked()).toEqual([3]);
  expect(trial.waiting()).toEqual([]);
  expect(trial.delivered().at(-1)).toBe('5');
  expect(logged).toHaveBeenCalledOnce();
});

it('does not let later rows overtake a rejected row that can still pass', async () => {
  let refusing = true;
  const trial = createTrial(3, (names) => (refusing && names.includes('1') ? 'rejected' : 'delivered'));
  expect(await trial.run()).toBe(false);
  expect(trial.waiting()).toEqual([1, 2, 3]);
  refusing = false;
  expect(await trial.run()).toBe(true);
  expect(trial.deliveries.at(-1)).toEqual(['1', '2', '3']);
});

it('stops when the receiver becomes unavailable during the search for the bad row', async () => {
  let calls = 0;
  const trial = createTrial(3, () => {
    calls += 1;
    return calls === 1 ? 'rejected' : calls === 2 ? 'delivered' : 'unavailable';
  });
  expect(await trial.run()).toBe(false);
  expect(trial.waiting()).toEqual([2, 3]);
});

it('delivers the good items of a row with one bad item', async () => {
  const trial = createTrial(3, (names) => (names.includes('2b') ? 'rejected' : 'delivered'));
  trial.fill(2, ['2a', '2b', '2c']);
  for (let attempt = 1; attempt <= 5; attempt += 1) await trial.run();
  expect(trial.parked()).toEqual([2]);
  expect(trial.waiting()).toEqual([]);
  const accepted = trial.deliveries.filter((names) => !names.includes('2b')).flat();
  expect(new Set(accepted)).toEqual(new Set(['1', '2a', '2c', '3']));
});

it('parks an unreadable row without delivering it', async () => {
  const trial = createTrial(3, () => 'delivered');
  trial.spoil(2);
  for (let attempt = 1; attempt <= 5; attempt += 1) await trial.run();
  expect(trial.parked()).toEqual([2]);
  expect(trial.delivered()).toEqual(['1', '3']);
});
