import { beforeEach, expect, it, type MockInstance, vi } from 'vitest';
import { type Delivery, drain } from './drain.ts';
import type { OutboxItem, OutboxRow } from './outbox.ts';

let logged: MockInstance;
beforeEach(() => {
  logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

const itemOf = (name: string): OutboxItem => ({ kind: 'index-removed', subject: name, orgId: 'o', sessionId: 's' });
const nameOf = (item: OutboxItem): string => ('subject' in item ? item.subject : '');

/** An outbox in memory with the rows `1` … `count`, and what was delivered of it. */
function createTrial(count: number, deliver: (names: readonly string[]) => Delivery['outcome'] | 'lost') {
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
        if (outcome === 'lost') throw new Error('the answer was lost');
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

it('rows go out in order, in batches, until none is left', async () => {
  const trial = createTrial(120, () => 'delivered');
  expect(await trial.run()).toBe(true);
  expect(trial.delivered()).toEqual(Array.from({ length: 120 }, (_, index) => `${index + 1}`));
  expect(trial.deliveries.map((names) => names.length)).toEqual([50, 50, 20]);
  expect(trial.waiting()).toEqual([]);
});

it('R42: a receiver that is away stops the drain, says so, and loses nothing', async () => {
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

it('R42: after a lost acknowledgement the same rows go out again, in order', async () => {
  let lost = true;
  const trial = createTrial(3, () => (lost ? 'lost' : 'delivered'));
  await expect(trial.run()).rejects.toThrow();
  expect(trial.waiting()).toEqual([1, 2, 3]);
  lost = false;
  await trial.run();
  expect(trial.delivered()).toEqual(['1', '2', '3', '1', '2', '3']);
});

it('a poison row is tried again a few times, then parked, and what follows it arrives', async () => {
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

it('rows behind a refusal that may yet pass do not overtake it', async () => {
  let refusing = true;
  const trial = createTrial(3, (names) => (refusing && names.includes('1') ? 'rejected' : 'delivered'));
  expect(await trial.run()).toBe(false);
  expect(trial.waiting()).toEqual([1, 2, 3]);
  refusing = false;
  expect(await trial.run()).toBe(true);
  expect(trial.deliveries.at(-1)).toEqual(['1', '2', '3']);
});

it('a receiver that goes away while the bad row is looked for stops the drain', async () => {
  let calls = 0;
  const trial = createTrial(3, () => {
    calls += 1;
    return calls === 1 ? 'rejected' : calls === 2 ? 'delivered' : 'unavailable';
  });
  expect(await trial.run()).toBe(false);
  expect(trial.waiting()).toEqual([2, 3]);
});

it('of a row with several items only the bad one stays behind', async () => {
  const trial = createTrial(3, (names) => (names.includes('2b') ? 'rejected' : 'delivered'));
  trial.fill(2, ['2a', '2b', '2c']);
  for (let attempt = 1; attempt <= 5; attempt += 1) await trial.run();
  expect(trial.parked()).toEqual([2]);
  expect(trial.waiting()).toEqual([]);
  const accepted = trial.deliveries.filter((names) => !names.includes('2b')).flat();
  expect(new Set(accepted)).toEqual(new Set(['1', '2a', '2c', '3']));
});

it('a row that this release cannot read is parked in the end, and never delivered as something else', async () => {
  const trial = createTrial(3, () => 'delivered');
  trial.spoil(2);
  for (let attempt = 1; attempt <= 5; attempt += 1) await trial.run();
  expect(trial.parked()).toEqual([2]);
  expect(trial.delivered()).toEqual(['1', '3']);
});
