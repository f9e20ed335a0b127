import { expect, it } from 'vitest';
import { createTurnQueue } from './turn-queue.ts';

/** Turns that the test ends, and the order in which they started. */
function createTurns() {
  const started: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  return {
    started,
    start: (runId: string) => () => {
      started.push(runId);
      const gate = Promise.withResolvers<void>();
      gates.set(runId, gate);
      return gate.promise;
    },
    end: async (runId: string) => {
      gates.get(runId)?.resolve();
      await settled();
    },
    fail: async (runId: string) => {
      gates.get(runId)?.reject(new Error('turn failed'));
      await settled();
    },
  };
}

/** Resolves when all follow-ups of settled promises have run. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

it('starts the first turn in the tick that admits it', () => {
  const queue = createTurnQueue();
  const turns = createTurns();
  expect(queue.idle()).toBe(true);
  queue.admit('a', turns.start('a'));
  expect(turns.started).toEqual(['a']);
  expect(queue.running()).toBe('a');
  expect(queue.idle()).toBe(false);
});

it('runs turns one at a time, in the order of admission', async () => {
  const queue = createTurnQueue();
  const turns = createTurns();
  for (const runId of ['a', 'b', 'c']) queue.admit(runId, turns.start(runId));
  expect(turns.started).toEqual(['a']);
  await turns.end('a');
  expect(turns.started).toEqual(['a', 'b']);
  await turns.end('b');
  await turns.end('c');
  expect(turns.started).toEqual(['a', 'b', 'c']);
  expect(queue.running()).toBeNull();
});

it('continues when a turn fails or throws synchronously', async () => {
  const queue = createTurnQueue();
  const turns = createTurns();
  queue.admit('a', turns.start('a'));
  queue.admit('b', () => {
    throw new Error('thrown at once');
  });
  queue.admit('c', turns.start('c'));
  await turns.fail('a');
  expect(turns.started).toEqual(['a', 'c']);
  await turns.end('c');
  expect(queue.idle()).toBe(true);
});

it('does not throw into the caller of admit', async () => {
  const queue = createTurnQueue();
  queue.admit('a', () => {
    throw new Error('thrown at once');
  });
  await settled();
  expect(queue.idle()).toBe(true);
});

it('queues exactly as many turns as there are places, and a withdrawn one frees its place (R37)', async () => {
  const queue = createTurnQueue({ maxWaiting: 2 });
  const turns = createTurns();
  let admitted = 0;
  for (let asked = 0; asked < 100; asked += 1) {
    if (queue.isFull()) continue;
    queue.admit(`${asked}`, turns.start(`${asked}`));
    admitted += 1;
  }
  expect(admitted).toBe(3);
  expect(queue.withdraw('1')).toBe(true);
  expect(queue.isFull()).toBe(false);
  await turns.end('0');
  expect(turns.started).toEqual(['0', '2']);
});

it("can't withdraw the running turn or an unknown one", () => {
  const queue = createTurnQueue();
  const turns = createTurns();
  queue.admit('a', turns.start('a'));
  expect(queue.withdraw('a')).toBe(false);
  expect(queue.withdraw('x')).toBe(false);
});

it('reports each change of the running and waiting turns', async () => {
  const seen: unknown[] = [];
  const queue = createTurnQueue({
    changed: () => seen.push([queue.running(), queue.waiting(), queue.last()]),
  });
  const gates = ['a', 'b', 'c'].map((runId) => {
    const gate = Promise.withResolvers<void>();
    queue.admit(runId, () => gate.promise);
    return gate;
  });
  queue.withdraw('c');
  gates[0]?.resolve();
  await settled();
  gates[1]?.resolve();
  await settled();
  expect(seen).toEqual([
    ['a', [], null],
    ['a', ['b'], null],
    ['a', ['b', 'c'], null],
    ['a', ['b'], null],
    ['b', [], 'a'],
    [null, [], 'b'],
  ]);
});
