// How long a run collects events before it stores and shows them together. Each batch is a commit, the most expensive part
// of a streamed answer. Content that arrives alone is never delayed, whatever the window.

/** Default of FLUSH_WINDOW_MS: the window of a young answer in an isolate that keeps up. */
export const WINDOW_MS = 60;
/** A long answer is read more slowly than it is written, so its window widens by this much over its first seconds. */
const WIDENS_BY_MS = 40;
const WIDENS_OVER_MS = 10_000;
/** Window and lateness together stay below a quarter of a second. */
const LONGEST_MS = 160;
/** Timers are never exact. */
const IN_TIME_MS = 5;
/** Of each new measurement in the average. */
const WEIGHT = 0.1;

/** @param leastMs the configured window, which is also the result if it is longer than what this would choose */
export function flushWindow(measured: {
  readonly leastMs: number;
  readonly ageMs: number;
  readonly latenessMs: number;
}): number {
  const { leastMs, ageMs, latenessMs } = measured;
  const widening = WIDENS_BY_MS * Math.min(Math.max(ageMs / WIDENS_OVER_MS, 0), 1);
  // An isolate that is behind catches up with fewer commits.
  const behind = latenessMs < IN_TIME_MS ? 0 : 2 * latenessMs;
  return Math.max(leastMs, Math.min(Math.round(leastMs + widening + behind), LONGEST_MS));
}

/** How much later than asked the timers of an isolate fire, on average. */
export function createLateness() {
  let average = 0;
  return {
    note(lateMs: number): void {
      average += WEIGHT * (Math.max(lateMs, 0) - average);
    },
    ms: (): number => average,
  };
}
