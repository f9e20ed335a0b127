// Time as a dependency: code that waits takes a Clock, so that tests advance it instead of sleeping.
import { AppError, type ErrorCode } from './errors.ts';

export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Calls back once after `ms`, unless the returned function is called first. */
  later(ms: number, callback: () => void): () => void;
  /** Calls back every `ms` until the returned function is called. */
  every(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  later(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  every(ms, callback) {
    const timer = setInterval(callback, ms);
    return () => clearInterval(timer);
  },
};

/** @throws AppError `code` if `answer` takes longer */
export async function within<T>(ms: number, code: ErrorCode, answer: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const stopWaiting = systemClock.later(ms, () => reject(new AppError(code)));
  try {
    return await Promise.race([answer, late]);
  } finally {
    stopWaiting();
  }
}

/** Later calls don't need the timer to be more exact than a second. */
const LONG_MS = 10_000;
const TICK_MS = 1_000;

type Waiting = { readonly at: number; readonly callback: () => void };

/**
 * The clock of one Durable Object. Setting a runtime timer costs more than a small write to the log, and most long timers
 * only guard against a stall and are canceled soon. So long timers share one ticking timer. Each object has its own, because
 * a runtime timer belongs to the object that sets it.
 */
export function createObjectClock(clock: Clock): Clock {
  const waiting = new Set<Waiting>();
  let isTicking = false;

  function later(ms: number, callback: () => void): () => void {
    if (ms < LONG_MS) return clock.later(ms, callback);
    const one = { at: clock.now() + ms, callback };
    waiting.add(one);
    keepTicking();
    return () => void waiting.delete(one);
  }

  function keepTicking(): void {
    if (isTicking || waiting.size === 0) return;
    isTicking = true;
    clock.later(TICK_MS, tick);
  }

  function tick(): void {
    isTicking = false;
    const now = clock.now();
    const due = [...waiting].filter(({ at }) => at <= now);
    for (const one of due) waiting.delete(one);
    keepTicking();
    for (const one of due) one.callback();
  }

  return { now: clock.now, later, every: clock.every };
}
