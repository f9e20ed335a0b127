// Counts one person's requests that make a model work. A run costs one token however often it is asked for: whoever
// repeats it after a drop gets the stored answer, and no model is called again.
import { type BucketRule, type RateVerdict, takeToken } from './rate-bucket.ts';

/** Names a run beyond doubt; the same run id in another conversation is another run. */
export type RunName = { readonly orgId: string; readonly sessionId: string; readonly runId: string };

/** More than one can ask for while news of a run is on its way to the list of recent runs. */
const KEPT = 200;

export type ModelCallDeps = {
  readonly rule: BucketRule;
  /** What was stored last, whether or not it is on a disk. */
  load(): number;
  /** May reach the disk a moment later: what dies in between forgets at most what it just counted. */
  store(fullAt: number): void;
  /** Whether it is one of the person's recent runs. */
  isKnown(run: RunName): boolean;
  now(): number;
};

export function createModelCalls(deps: ModelCallDeps) {
  const counted = new Set<string>();

  /** One step without an await, so that however many ask at once get exactly what there is. */
  return function count(run: RunName | null): RateVerdict {
    const taken = takeToken(deps.rule, deps.load(), deps.now());
    const name = run && `${run.orgId} ${run.sessionId} ${run.runId}`;
    if (run && name !== null && (counted.has(name) || deps.isKnown(run))) {
      // As if it had not asked: what is left is told, nothing is taken.
      return { ...taken.verdict, ok: true, remaining: taken.verdict.remaining + (taken.verdict.ok ? 1 : 0) };
    }
    if (!taken.verdict.ok) return taken.verdict;
    deps.store(taken.fullAt);
    if (name !== null) remember(counted, name);
    return taken.verdict;
  };
}

function remember(names: Set<string>, name: string): void {
  names.add(name);
  const [oldest] = names;
  if (names.size > KEPT && oldest !== undefined) names.delete(oldest);
}
