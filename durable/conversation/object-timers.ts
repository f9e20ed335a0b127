// One object's timers. A clock of the runtime's own costs more than a small write of the log, and most long ones are set to
// see that nothing stalls and are called off at once; so those of many seconds share one that ticks.
import type { later } from './timers.ts';

/** From here on a second more is no matter. */
const LONG_MS = 10_000;
const TICK_MS = 1_000;

type Waiting = { readonly at: number; readonly callback: () => void };

export type TimerDeps = { later: typeof later; now(): number };

/** For one object alone: a timer of the runtime belongs to the object in which it is set. */
export function createLater(deps: TimerDeps): typeof later {
  const waiting = new Set<Waiting>();
  let isTicking = false;

  function laterInObject(ms: number, callback: () => void): () => void {
    if (ms < LONG_MS) return deps.later(ms, callback);
    const one = { at: deps.now() + ms, callback };
    waiting.add(one);
    keepTicking();
    return () => void waiting.delete(one);
  }

  function keepTicking(): void {
    if (isTicking || waiting.size === 0) return;
    isTicking = true;
    deps.later(TICK_MS, tick);
  }

  function tick(): void {
    isTicking = false;
    const now = deps.now();
    const due = [...waiting].filter(({ at }) => at <= now);
    for (const one of due) waiting.delete(one);
    keepTicking();
    for (const one of due) one.callback();
  }

  return laterInObject;
}
