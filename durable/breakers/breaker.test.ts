import { describe, expect, test } from 'vitest';
import {
  afterAnswers,
  afterFailure,
  type BreakerState,
  MAX_CREDIT,
  newBreaker,
  OPENING_FAILURES,
  takeRetry,
} from './breaker.ts';

const NOW = 1_800_000_000_000;
const DOWN = { code: 'PROVIDER_OVERLOADED', retryAfterMs: 0 } as const;

const fail = (state: BreakerState, times: number, now = NOW, failure = DOWN): BreakerState =>
  Array.from({ length: times }).reduce<BreakerState>((before) => afterFailure(before, failure, now, 0.5), state);
const opened = fail(newBreaker(NOW), OPENING_FAILURES);
const isOpen = (state: BreakerState, now = NOW): boolean => now < state.openUntil;

describe('breaker', () => {
  test('opens after OPENING_FAILURES failures', () => {
    expect(isOpen(fail(newBreaker(NOW), OPENING_FAILURES - 1))).toBe(false);
    expect(opened).toMatchObject({ openUntil: NOW + 5_000, openings: 1, lastCode: 'PROVIDER_OVERLOADED' });
  });

  test('stays closed while most requests are answered', () => {
    const busy = afterAnswers(newBreaker(NOW), OPENING_FAILURES, NOW);
    expect(isOpen(fail(busy, OPENING_FAILURES * 2))).toBe(false);
    expect(isOpen(fail(busy, OPENING_FAILURES * 4))).toBe(true);
  });

  test('forgets failures outside the window', () => {
    const early = fail(newBreaker(NOW), OPENING_FAILURES - 1);
    expect(isOpen(fail(early, 1, NOW + 60_000), NOW + 60_000)).toBe(false);
  });

  test('doubles its open time with each failed probe, up to 15 seconds', () => {
    let state = opened;
    const rests: number[] = [];
    for (let probe = 0; probe < 6; probe += 1) {
      const now = state.openUntil;
      state = fail(state, 1, now);
      rests.push(state.openUntil - now);
    }
    expect(rests).toEqual([10_000, 15_000, 15_000, 15_000, 15_000, 15_000]);
  });

  test('ignores failures of requests sent before it opened', () => {
    expect(fail(opened, 20, NOW + 2_500).openUntil).toBe(opened.openUntil);
  });

  test('closes after one answer', () => {
    const closed = afterAnswers(opened, 1, NOW + 1);
    expect(closed).toMatchObject({ openUntil: 0, openings: 0 });
    expect(takeRetry(closed, NOW + 1).granted).toBe(true);
  });

  test('stays open for the provider’s retry time, up to two minutes', () => {
    const last = fail(newBreaker(NOW), OPENING_FAILURES - 1);
    const rest = (retryAfterMs: number) => afterFailure(last, { ...DOWN, retryAfterMs }, NOW, 0.5).openUntil - NOW;
    expect([rest(0), rest(45_000), rest(9_000_000)]).toEqual([5_000, 45_000, 120_000]);
  });

  test('spreads the end of the open time randomly', () => {
    const last = fail(newBreaker(NOW), OPENING_FAILURES - 1);
    const rests = [0, 0.5, 0.999].map((random) => afterFailure(last, DOWN, NOW, random).openUntil - NOW);
    expect(rests[0]).toBe(3_750);
    expect(rests[2]).toBeGreaterThan(6_000);
  });
});

describe('takeRetry', () => {
  test('grants retries from a credit that time and requests refill', () => {
    let state = newBreaker(NOW);
    const take = (now: number) => {
      const taken = takeRetry(state, now);
      state = taken.state;
      return taken.granted;
    };
    for (let retry = 0; retry < MAX_CREDIT; retry += 1) expect(take(NOW)).toBe(true);
    expect(take(NOW)).toBe(false);
    expect(take(NOW + 5_999)).toBe(false);
    expect(take(NOW + 6_000)).toBe(true);
    state = afterAnswers(state, 10, NOW + 6_000);
    expect(take(NOW + 6_000)).toBe(true);
    expect(take(NOW + 6_000)).toBe(false);
  });

  test('never exceeds the credit, however long it was quiet', () => {
    expect(takeRetry(newBreaker(NOW), NOW + 86_400_000).state.credit).toBe(MAX_CREDIT - 1);
  });

  test('grants no retry while the breaker is open or probing', () => {
    expect(takeRetry(opened, NOW + 1).granted).toBe(false);
    expect(takeRetry(opened, opened.openUntil + 1).granted).toBe(false);
  });
});
