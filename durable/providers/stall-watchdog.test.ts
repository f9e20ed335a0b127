import { expect, test } from 'vitest';
import { createManualClock } from './scripted-upstream.ts';
import { IDLE_LIMIT_MS, TOTAL_LIMIT_MS, watchForStall } from './stall-watchdog.ts';

function watch() {
  const clock = createManualClock();
  const caller = new AbortController();
  return { clock, caller, watchdog: watchForStall({ signal: caller.signal, clock }) };
}

test('R47: thirty seconds of silence are a stall', () => {
  const { clock, watchdog } = watch();
  clock.advance(IDLE_LIMIT_MS - 1);
  expect(watchdog.signal.aborted).toBe(false);
  clock.advance(1);
  expect(watchdog.signal.reason).toMatchObject({ code: 'PROVIDER_STALLED' });
});

test('R47: silence counts from the last sign of life', () => {
  const { clock, watchdog } = watch();
  clock.advance(20_000);
  watchdog.touch();
  clock.advance(IDLE_LIMIT_MS - 1);
  expect(watchdog.signal.aborted).toBe(false);
  clock.advance(1);
  expect(watchdog.signal.reason).toMatchObject({ code: 'PROVIDER_STALLED' });
});

test('R47: an answer that only keeps alive ends after two minutes', () => {
  const { clock, watchdog } = watch();
  for (let passed = 0; passed < TOTAL_LIMIT_MS - 10_000; passed += 10_000) {
    clock.advance(10_000);
    watchdog.touch();
  }
  expect(watchdog.signal.aborted).toBe(false);
  clock.advance(10_000);
  expect(watchdog.signal.reason).toMatchObject({ code: 'PROVIDER_STALLED' });
});

test("passes the caller's own reason on", () => {
  const { caller, watchdog } = watch();
  const reason = new Error('stopped');
  caller.abort(reason);
  expect(watchdog.signal.reason).toBe(reason);
});

test('is aborted from the start where the caller already is', () => {
  const reason = new Error('stopped');
  const watchdog = watchForStall({ signal: AbortSignal.abort(reason), clock: createManualClock() });
  expect(watchdog.signal.reason).toBe(reason);
});

test('does nothing more once it is stopped', () => {
  const { clock, caller, watchdog } = watch();
  watchdog.stop();
  clock.advance(TOTAL_LIMIT_MS * 2);
  caller.abort();
  expect(watchdog.signal.aborted).toBe(false);
});
