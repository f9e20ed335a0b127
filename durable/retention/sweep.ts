// Deletes an org's expired conversations. Postgres lists the candidates; each conversation's object checks whether it is
// still expired and deletes itself. Time and storage come from the deps.
import type { Expiry } from '../contracts/conversation.ts';
import type { BeyondRules } from '../postgres/queries/session-rules.ts';

export type SweepDeps = {
  now(): number;
  /** Oldest first, after the last one. @throws AppError */
  find(question: { asOf: number; after: BeyondRules | null; limit: number }): Promise<readonly BeyondRules[]>;
  /** @throws if the object is unavailable */
  expire(session: BeyondRules): Promise<Expiry>;
  /** Deletes rows without an object. @throws AppError */
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
/** Keeps a sweep within the time limit of an alarm; the next one continues. */
const MAX_BATCHES = 40;

export async function sweep(deps: SweepDeps): Promise<SweepResult> {
  const asOf = deps.now();
  const counts = { removed: 0, kept: 0, failed: 0 };
  let after: BeyondRules | null = null;
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const found: readonly BeyondRules[] = await deps.find({ asOf, after, limit: BATCH });
    for (const outcome of await Promise.all(found.map((session) => removeOne(deps, session)))) counts[outcome] += 1;
    // Removed ones leave Postgres a moment later, and kept ones stay: the cursor skips both.
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
