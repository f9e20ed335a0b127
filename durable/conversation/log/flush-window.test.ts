import { describe, expect, it } from 'vitest';
import { createLateness, flushWindow, WINDOW_MS } from './flush-window.ts';

const windowAt = (ageMs: number, latenessMs = 0, leastMs = WINDOW_MS): number =>
  flushWindow({ leastMs, ageMs, latenessMs });

describe('flushWindow', () => {
  it('widens with the age of the answer, and then stays', () => {
    expect([0, 2_500, 5_000, 10_000, 600_000].map((age) => windowAt(age))).toEqual([60, 70, 80, 100, 100]);
  });

  it('widens with lateness, but not for a few milliseconds', () => {
    expect([0, 4, 5, 20, 40].map((late) => windowAt(0, late))).toEqual([60, 60, 70, 100, 140]);
  });

  it('is never longer than 160 ms, unless the configured window is', () => {
    expect(windowAt(60_000, 5_000)).toBe(160);
    expect(windowAt(60_000, 5_000, 400)).toBe(400);
  });

  it('is never shorter than the configured window, also after the clock was set back', () => {
    expect(windowAt(-5_000)).toBe(60);
  });
});

describe('createLateness', () => {
  it('follows the timers slowly in both directions', () => {
    const lateness = createLateness();
    lateness.note(100);
    expect(lateness.ms()).toBe(10);
    for (let times = 0; times < 100; times += 1) lateness.note(100);
    expect(lateness.ms()).toBeGreaterThan(99);
    for (let times = 0; times < 100; times += 1) lateness.note(-3);
    expect(lateness.ms()).toBeLessThan(1);
  });
});
