// Counts a user's requests that call a model. A run takes one token however often it is requested: a repeat replays the
// stored answer without calling the model.
import type { RateVerdict } from '../contracts/account.ts';
import { type BucketRule, takeToken } from './rate-bucket.ts';

/** Identifies a run. The same run id in another conversation is another run. */
export type RunName = { readonly orgId: string; readonly sessionId: string; readonly runId: string };

/** Covers the time until a run is in the list of recent runs. */
const KEPT = 200;

export type ModelCallDeps = {
  readonly rule: BucketRule;
  /** The last stored value, even if it is not on disk yet. */
  load(): number;
  /** May reach the disk later; a crash in between forgets at most this one request. */
  store(fullAt: number): void;
  /** Whether it is one of the user's recent runs. */
  isKnown(run: RunName): boolean;
  now(): number;
};

export function createModelCalls(deps: ModelCallDeps) {
  const counted = new Map<string, RunName>();

  /** Synchronous, so that concurrent requests can't take more tokens than are left. */
  function count(run: RunName | null): RateVerdict {
    const taken = takeToken(deps.rule, deps.load(), deps.now());
    const name = run && `${run.orgId} ${run.sessionId} ${run.runId}`;
    if (run && name !== null && (counted.has(name) || deps.isKnown(run))) {
      // Reports what is left and takes nothing.
      return { ...taken.verdict, ok: true, remaining: taken.verdict.remaining + (taken.verdict.ok ? 1 : 0) };
    }
    if (!taken.verdict.ok) return taken.verdict;
    deps.store(taken.fullAt);
    if (run && name !== null) remember(counted, name, run);
    return taken.verdict;
  }

  /** The session of a run that was counted lately; null if there is none. Its conversation reports it later. */
  function sessionOf(orgId: string, runId: string): string | null {
    const found = [...counted.values()].findLast((run) => run.orgId === orgId && run.runId === runId);
    return found?.sessionId ?? null;
  }

  return { count, sessionOf };
}

function remember(runs: Map<string, RunName>, name: string, run: RunName): void {
  runs.set(name, run);
  const [oldest] = runs.keys();
  if (runs.size > KEPT && oldest !== undefined) runs.delete(oldest);
}
