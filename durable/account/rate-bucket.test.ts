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

describe('R37: the bucket', () => {
  test('gives a burst, counts down, and then refuses', () => {
    const { take } = createBucket();
    expect(Array.from({ length: 10 }, take).map(({ ok, remaining }) => [ok, remaining])).toEqual(
      Array.from({ length: 10 }, (_, taken) => [true, 9 - taken]),
    );
    expect(take()).toEqual({ ok: false, remaining: 0, seconds: 2 });
  });

  test('gives thirty a minute to who keeps asking, and the burst on top once', () => {
    const { take, wait } = createBucket();
    let granted = 0;
    for (let ms = 0; ms < 10 * 60_000; ms += 100) {
      if (take().ok) granted += 1;
      wait(100);
    }
    expect(granted).toBe(10 * 30 + 10 - 1);
  });

  test('a refusal takes nothing: who asks in vain waits no longer', () => {
    const { take, wait } = createBucket();
    for (let asked = 0; asked < 1_000; asked += 1) take();
    wait(2_000);
    expect(take().ok).toBe(true);
    expect(take().ok).toBe(false);
  });

  test('is full again after a third of a minute, and never more than full', () => {
    const { take, wait } = createBucket();
    for (let taken = 0; taken < 10; taken += 1) take();
    wait(20_000);
    expect(take()).toMatchObject({ ok: true, remaining: 9 });
    wait(24 * 60 * 60_000);
    expect(Array.from({ length: 11 }, take).filter(({ ok }) => ok)).toHaveLength(10);
  });
});

describe('R38: the seconds that a refusal names', () => {
  test.each([0, 1, 300, 999, 1_000, 1_001, 1_500, 1_999])(
    'at %i ms after the last token are enough, and one second less is not',
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

test('a clock that is set back locks nobody out', () => {
  const taken = takeToken(RULE, NOW + 365 * 24 * 60 * 60_000, NOW);
  expect(taken.verdict).toMatchObject({ ok: false, seconds: 2 });
  expect(takeToken(RULE, taken.fullAt, NOW + 2_000).verdict.ok).toBe(true);
});

test('a rule that does not divide a minute gives its burst to the last token', () => {
  let fullAt = 0;
  const verdicts = Array.from({ length: 8 }, () => {
    const taken = takeToken({ perMinute: 7, burst: 7 }, fullAt, NOW);
    fullAt = taken.fullAt;
    return taken.verdict;
  });
  expect(verdicts.map(({ ok }) => ok)).toEqual([...Array.from({ length: 7 }, () => true), false]);
  expect(verdicts.map(({ remaining }) => remaining)).toEqual([6, 5, 4, 3, 2, 1, 0, 0]);
});
