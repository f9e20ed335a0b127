// Aborts a provider request that is silent or takes too long, or when the caller aborts. One watchdog covers one request,
// including its retries.

import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';

/** A model that writes slower than this is as good as stuck. */
const MS_PER_TOKEN = 200;
/** Longer timers fire at once. */
export const LONGEST_TIMER_MS = 2_147_483_647;

/** `idleMs` limits silence, `totalMs` one answer including retries. */
export type StallLimits = { readonly idleMs: number; readonly totalMs: number };

/**
 * The limits of one answer: as much silence as the server needs, and time for all the tokens that were asked for. Keep-alives
 * end a silence, so the total also ends a stream that sends nothing else.
 */
export const stallLimits = (silenceMs: number, maxOutputTokens: number): StallLimits => ({
  idleMs: silenceMs,
  totalMs: Math.min(2 * silenceMs + maxOutputTokens * MS_PER_TOKEN, LONGEST_TIMER_MS),
});

export interface StallWatchdog {
  /** Aborts with PROVIDER_STALLED, or with the caller's own reason. */
  readonly signal: AbortSignal;
  /** Call when data arrives from the provider. */
  touch(): void;
  /** Must be called, or the timers outlive the request. */
  stop(): void;
}

export function watchForStall(options: {
  readonly signal: AbortSignal;
  readonly clock: Pick<Clock, 'now' | 'later'>;
  readonly limits: StallLimits;
}): StallWatchdog {
  const { signal: caller, clock } = options;
  const { idleMs, totalMs } = options.limits;
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
  // One timer per idle period, not one per event, because `touch` runs on every read.
  const checkIdle = () => {
    const rest = touchedAt + idleMs - clock.now();
    if (rest <= 0) stall('idle');
    else cancelIdle = clock.later(rest, checkIdle);
  };
  let cancelIdle = clock.later(idleMs, checkIdle);
  const cancelTotal = clock.later(totalMs, () => stall('total'));

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
