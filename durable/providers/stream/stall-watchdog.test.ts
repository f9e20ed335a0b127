import { expect, test } from 'vitest';
import { createManualClock } from '../scripted-upstream.fixture.ts';
import { stallLimits, watchForStall } from './stall-watchdog.ts';

const LIMITS = stallLimits(30_000, 1_000);

function watch() {
  const clock = createManualClock();
  const caller = new AbortController();
  return { clock, caller, watchdog: watchForStall({ signal: caller.signal, clock, limits: LIMITS }) };
}

test('aborts after the silence that the server may need (R47)', () => {
  const { clock, watchdog } = watch();
  clock.advance(LIMITS.idleMs - 1);
  expect(watchdog.signal.aborted).toBe(false);
  clock.advance(1);
  expect(watchdog.signal.reason).toMatchObject({ code: 'PROVIDER_STALLED' });
});

test('counts silence from the last touch (R47)', () => {
  const { clock, watchdog } = watch();
  clock.advance(20_000);
  watchdog.touch();
  clock.advance(LIMITS.idleMs - 1);
  expect(watchdog.signal.aborted).toBe(false);
  clock.advance(1);
  expect(watchdog.signal.reason).toMatchObject({ code: 'PROVIDER_STALLED' });
});

test('aborts after the time for all its tokens, even if touched (R47)', () => {
  const { clock, watchdog } = watch();
  for (let passed = 0; passed < LIMITS.totalMs - 10_000; passed += 10_000) {
    clock.advance(10_000);
    watchdog.touch();
  }
  expect(watchdog.signal.aborted).toBe(false);
  clock.advance(10_000);
  expect(watchdog.signal.reason).toMatchObject({ code: 'PROVIDER_STALLED' });
});

test('gives a long answer the time that its tokens take (R47)', () => {
  expect(stallLimits(60_000, 32_768).totalMs).toBeGreaterThan(60 * 60_000);
  expect(stallLimits(60_000, 1e12).totalMs).toBeLessThan(2 ** 31);
});

test("aborts with the caller's reason", () => {
  const { caller, watchdog } = watch();
  const reason = new Error('stopped');
  caller.abort(reason);
  expect(watchdog.signal.reason).toBe(reason);
});

test('is aborted from the start if the caller is', () => {
  const reason = new Error('stopped');
  const watchdog = watchForStall({ signal: AbortSignal.abort(reason), clock: createManualClock(), limits: LIMITS });
  expect(watchdog.signal.reason).toBe(reason);
});

test('does nothing after stop', () => {
  const { clock, caller, watchdog } = watch();
  watchdog.stop();
  clock.advance(LIMITS.totalMs * 2);
  caller.abort();
  expect(watchdog.signal.aborted).toBe(false);
});
