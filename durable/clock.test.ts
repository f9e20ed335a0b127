import { expect, it } from 'vitest';
import { createObjectClock } from './clock.ts';

/** The runtime's clock, advanced by hand. */
function createTrial() {
  let now = 0;
  let timers: { readonly at: number; readonly callback: () => void }[] = [];
  const { later } = createObjectClock({
    now: () => now,
    every: () => () => undefined,
    later: (ms, callback) => {
      const timer = { at: now + ms, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  });
  const pass = (ms: number) => {
    for (const end = now + ms; now < end; now += 100) {
      const due = timers.filter(({ at }) => at <= now + 100);
      timers = timers.filter((timer) => !due.includes(timer));
      for (const { callback } of due) callback();
    }
  };
  return { later, pass, running: () => timers.length };
}

it('keeps a short timer exact', () => {
  const { later, pass } = createTrial();
  let calls = 0;
  later(300, () => {
    calls += 1;
  });
  later(300, () => {
    calls += 10;
  })();
  pass(200);
  expect(calls).toBe(0);
  pass(100);
  expect(calls).toBe(1);
});

it('serves long timers from one shared timer, within a second and never early', () => {
  const { later, pass, running } = createTrial();
  const called: string[] = [];
  for (const name of ['a', 'b']) later(60_000, () => called.push(name));
  later(30_500, () => called.push('sooner'));
  later(60_000, () => called.push('called off'))();
  expect(running()).toBe(1);
  pass(30_400);
  expect(called).toEqual([]);
  pass(1_100);
  expect(called).toEqual(['sooner']);
  pass(28_400);
  expect(called).toEqual(['sooner']);
  pass(1_100);
  expect(called).toEqual(['sooner', 'a', 'b']);
});

it('stops the shared timer when nothing waits, and serves what is set while it calls back', () => {
  const { later, pass, running } = createTrial();
  const called: string[] = [];
  later(10_000, () => {
    called.push('first');
    later(10_000, () => called.push('second'));
  });
  pass(22_000);
  expect(called).toEqual(['first', 'second']);
  pass(1_000);
  expect(running()).toBe(0);
});

it('calls the other timers when one of them throws', () => {
  const { later, pass } = createTrial();
  let calls = 0;
  later(10_000, () => {
    throw new Error('a fault of ours');
  });
  later(12_000, () => {
    calls += 1;
  });
  expect(() => pass(11_000)).toThrow('a fault of ours');
  pass(3_000);
  expect(calls).toBe(1);
});
