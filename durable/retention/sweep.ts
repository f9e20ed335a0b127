// Removes the conversations of one org that its rules keep no longer. Postgres says which; the object of each says whether
// that still holds, and is the one that deletes. Pure of clocks and storage: both come with the deps.
import type { BeyondRules } from '../postgres/session-rules.ts';

/** `kept`: it was changed since Postgres heard of it. `missing`: nothing of it is left but rows. */
export type Expiry = 'removed' | 'kept' | 'missing';

export type SweepDeps = {
  now(): number;
  /** Oldest first, behind the last one. @throws AppError */
  find(question: { asOf: number; after: BeyondRules | null; limit: number }): Promise<readonly BeyondRules[]>;
  /** @throws where the object does not answer */
  expire(session: BeyondRules): Promise<Expiry>;
  /** Deletes rows that no object is behind. @throws AppError */
  forget(session: BeyondRules): Promise<void>;
  noteFailure(error: unknown): void;
};

export type SweepResult = {
  readonly removed: number;
  readonly kept: number;
  readonly failed: number;
  readonly isDone: boolean;
};

const BATCH = 50;
/** One sweep ends well within the time that an alarm may take; the next one goes on. */
const MAX_BATCHES = 40;

export async function sweep(deps: SweepDeps): Promise<SweepResult> {
  const asOf = deps.now();
  const counts = { removed: 0, kept: 0, failed: 0 };
  let after: BeyondRules | null = null;
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const found: readonly BeyondRules[] = await deps.find({ asOf, after, limit: BATCH });
    for (const outcome of await Promise.all(found.map((session) => removeOne(deps, session)))) counts[outcome] += 1;
    // What was removed leaves Postgres a moment later, and what was kept stays there: neither is asked for again.
    after = found.at(-1) ?? null;
    if (found.length < BATCH) return { ...counts, isDone: counts.failed === 0 };
  }
  return { ...counts, isDone: false };
}

async function removeOne(deps: SweepDeps, session: BeyondRules): Promise<'removed' | 'kept' | 'failed'> {
  try {
    const expiry = await deps.expire(session);
    if (expiry !== 'missing') return expiry;
    await deps.forget(session);
    return 'removed';
  } catch (error) {
    deps.noteFailure(error);
    return 'failed';
  }
}
