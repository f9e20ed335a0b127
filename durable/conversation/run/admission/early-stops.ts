// Stops that arrived before their runs. In memory only: they count for seconds, and a run that an eviction delays that long
// can be stopped again.

/** A request that is slower than this has failed at the client. */
const KEPT_MS = 30_000;
const MAX_KEPT = 100;

export type EarlyStops = ReturnType<typeof createEarlyStops>;

export function createEarlyStops(now: () => number) {
  const stops = new Map<string, number>();
  // Another user's run with the same id is another run.
  const keyOf = (runId: string, userId: string): string => `${userId} ${runId}`;

  function add(runId: string, userId: string): void {
    const key = keyOf(runId, userId);
    stops.delete(key);
    stops.set(key, now());
    const [oldest] = stops.keys();
    if (stops.size > MAX_KEPT && oldest !== undefined) stops.delete(oldest);
  }

  /** Whether the user stopped this run just before it came. Only once. */
  function take(runId: string, userId: string): boolean {
    const key = keyOf(runId, userId);
    const at = stops.get(key);
    stops.delete(key);
    return at !== undefined && Math.abs(now() - at) <= KEPT_MS;
  }

  return { add, take };
}
