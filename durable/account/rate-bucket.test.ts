import { describe, expect, test } from 'vitest';
import { takeToken } from './rate-bucket.ts';

const NOW = 1_795_000_000_000;
const RULE = { perMinute: 30, burst: 10 };

/** A bucket with a clock that the test moves. */
function createBucket() {
  let fullAt = 0;
  let now = NOW;
  const take = () => {
    const taken = takeToken(RULE, fullAt, now);
    fullAt = taken.fullAt;
    return taken.verdict;
  };
  const wait = (ms: number): void => {
    now += ms;
  };
  return { take, wait };
}

describe('takeToken (R37)', () => {
  test('takes as many tokens as a request costs, and says when they are there again', () => {
    const size = 20_000;
    const first = takeToken(RULE, 0, NOW, 7);
    expect(first).toEqual({ fullAt: NOW + 14_000, verdict: { ok: true, remaining: 3, seconds: 2 } });
    const second = takeToken(RULE, first.fullAt, NOW, 7);
    expect(second).toEqual({ fullAt: first.fullAt, verdict: { ok: false, remaining: 3, seconds: 8 } });
    expect(takeToken(RULE, first.fullAt, NOW + 7_999, 7).verdict.ok).toBe(false);
    expect(takeToken(RULE, first.fullAt, NOW + 8_000, 7).verdict.ok).toBe(true);
    // A request that costs more than a full bucket takes all of it.
    expect(takeToken(RULE, 0, NOW, 50)).toMatchObject({ fullAt: NOW + size, verdict: { ok: true, remaining: 0 } });
  });

  test('grants a burst, counts down, then refuses', () => {
    const { take } = createBucket();
    expect(Array.from({ length: 10 }, take).map(({ ok, remaining }) => [ok, remaining])).toEqual(
      Array.from({ length: 10 }, (_, taken) => [true, 9 - taken]),
    );
    expect(take()).toEqual({ ok: false, remaining: 0, seconds: 2 });
  });

  test('grants thirty a minute under constant load, plus the burst once', () => {
    const { take, wait } = createBucket();
    let granted = 0;
    for (let ms = 0; ms < 10 * 60_000; ms += 100) {
      if (take().ok) granted += 1;
      wait(100);
    }
    expect(granted).toBe(10 * 30 + 10 - 1);
  });

  test('takes nothing on a refusal', () => {
    const { take, wait } = createBucket();
    for (let asked = 0; asked < 1_000; asked += 1) take();
    wait(2_000);
    expect(take().ok).toBe(true);
    expect(take().ok).toBe(false);
  });

  test('refills in twenty seconds and never beyond the burst', () => {
    const { take, wait } = createBucket();
    for (let taken = 0; taken < 10; taken += 1) take();
    wait(20_000);
    expect(take()).toMatchObject({ ok: true, remaining: 9 });
    wait(24 * 60 * 60_000);
    expect(Array.from({ length: 11 }, take).filter(({ ok }) => ok)).toHaveLength(10);
  });
});

describe('the wait a refusal returns (R38)', () => {
  test.each([0, 1, 300, 999, 1_000, 1_001, 1_500, 1_999])(
    'is enough %i ms after the last token, and one second less is not',
    (ms) => {
      const bucket = createBucket();
      for (let taken = 0; taken < 10; taken += 1) bucket.take();
      bucket.wait(ms);
      const { ok, seconds } = bucket.take();
      expect(ok).toBe(false);
      bucket.wait((seconds - 1) * 1_000);
      expect(bucket.take().ok).toBe(false);
      bucket.wait(1_000);
      expect(bucket.take().ok).toBe(true);
    },
  );
});

test('does not lock a user out when the clock is set back', () => {
  const taken = takeToken(RULE, NOW + 365 * 24 * 60 * 60_000, NOW);
  expect(taken.verdict).toMatchObject({ ok: false, seconds: 2 });
  expect(takeToken(RULE, taken.fullAt, NOW + 2_000).verdict.ok).toBe(true);
});

test('grants the whole burst for a rate that does not divide a minute', () => {
  let fullAt = 0;
  const verdicts = Array.from({ length: 8 }, () => {
    const taken = takeToken({ perMinute: 7, burst: 7 }, fullAt, NOW);
    fullAt = taken.fullAt;
    return taken.verdict;
  });
  expect(verdicts.map(({ ok }) => ok)).toEqual([...Array.from({ length: 7 }, () => true), false]);
  expect(verdicts.map(({ remaining }) => remaining)).toEqual([6, 5, 4, 3, 2, 1, 0, 0]);
});
