// Ends a provider request that has gone silent or takes too long, and passes the caller's own abort on.
// It watches one request from before it is sent; it never decides what the silence costs.
import { AppError } from '../errors.ts';
import type { Clock } from './clock.ts';

/** Providers send a ping or a comment well inside this, so silence this long means a dead connection. */
export const IDLE_LIMIT_MS = 30_000;
/** One answer, retries included. */
export const TOTAL_LIMIT_MS = 120_000;

export type StallLimits = { readonly idleMs: number; readonly totalMs: number };

export interface StallWatchdog {
  /** Aborts with PROVIDER_STALLED, or with the caller's own reason. */
  readonly signal: AbortSignal;
  /** Something came from the provider. */
  touch(): void;
  /** Ends the watch. Must be called, or the timers outlive the request. */
  stop(): void;
}

export function watchForStall(options: {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly limits?: StallLimits;
}): StallWatchdog {
  const { signal: caller, clock } = options;
  const { idleMs, totalMs } = options.limits ?? { idleMs: IDLE_LIMIT_MS, totalMs: TOTAL_LIMIT_MS };
  const controller = new AbortController();
  let touchedAt = clock.now();

  const stall = (limit: 'idle' | 'total') => {
    stop();
    controller.abort(new AppError('PROVIDER_STALLED', { cause: new Error(`${limit} limit passed`) }));
  };
  const passOn = () => {
    stop();
    controller.abort(caller.reason);
  };
  // One timer per idle period, not one per event: `touch` runs on every read and must cost next to nothing.
  const checkIdle = () => {
    const rest = touchedAt + idleMs - clock.now();
    if (rest <= 0) stall('idle');
    else cancelIdle = clock.after(rest, checkIdle);
  };
  let cancelIdle = clock.after(idleMs, checkIdle);
  const cancelTotal = clock.after(totalMs, () => stall('total'));

  function stop() {
    cancelIdle();
    cancelTotal();
    caller.removeEventListener('abort', passOn);
  }

  if (caller.aborted) passOn();
  else caller.addEventListener('abort', passOn);

  return {
    signal: controller.signal,
    touch() {
      touchedAt = clock.now();
    },
    stop,
  };
}
