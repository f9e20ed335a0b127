import { expect, it } from 'vitest';
import { createTurnQueue } from './turn-queue.ts';

/** Turns that end when told to, and the order in which they started. */
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

/** All that follows from settled promises has run. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

it('the first turn starts in the tick in which it is admitted', () => {
  const queue = createTurnQueue();
  const turns = createTurns();
  expect(queue.idle()).toBe(true);
  queue.admit('a', turns.start('a'));
  expect(turns.started).toEqual(['a']);
  expect(queue.running()).toBe('a');
  expect(queue.idle()).toBe(false);
});

it('turns run one at a time, in the order of admission', async () => {
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

it('a turn that fails, or throws at once, does not stop the queue', async () => {
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

it('a turn that throws at once does not throw at the one who admits it', async () => {
  const queue = createTurnQueue();
  queue.admit('a', () => {
    throw new Error('thrown at once');
  });
  await settled();
  expect(queue.idle()).toBe(true);
});

it('R37: exactly as many wait as there are places, and a withdrawn turn frees one', async () => {
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

it('neither the running turn nor an unknown one can be withdrawn', () => {
  const queue = createTurnQueue();
  const turns = createTurns();
  queue.admit('a', turns.start('a'));
  expect(queue.withdraw('a')).toBe(false);
  expect(queue.withdraw('x')).toBe(false);
});

it('tells of each change of who runs and who waits, once it is made', async () => {
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
