// Reserves more tokens for an answer before it needs them, and ends the answer when none are left.

import type { AppError } from '../../errors.ts';
import { estimateTokens } from '../../providers/models/estimate-tokens.ts';

export type AllowanceDeps = {
  /** Output tokens that are reserved at first. */
  readonly reserved: number;
  /** The most that the model was asked for. */
  readonly most: number;
  /** Null if the Budget doesn't answer. `refusal` is the error for an answer that needs more than is reserved now. */
  extend(outputTokens: number): Promise<{ readonly reserved: number; readonly refusal: AppError } | null>;
};

export type Allowance = ReturnType<typeof createAllowance>;

export function createAllowance({ reserved: first, most, extend }: AllowanceDeps) {
  const controller = new AbortController();
  let reserved = first;
  let written = 0;
  let isAsking = false;
  /** Set once less than asked for was granted. */
  let refusal: AppError | null = null;
  let isMetered = true;
  let readReceived = (): string => '';

  async function reserveMore(): Promise<void> {
    isAsking = true;
    const wanted = Math.min(most, reserved * 2);
    const extension = await extend(wanted);
    isAsking = false;
    if (!extension) {
      isMetered = false;
      return;
    }
    reserved = extension.reserved;
    if (reserved >= wanted) return;
    refusal = extension.refusal;
    // More may have arrived in the meantime, and nothing after it.
    endIfSpent(readReceived);
  }

  function endIfSpent(received: () => string): void {
    if (!refusal || written <= reserved) return;
    // Single pieces are each rounded up.
    written = estimateTokens(received());
    if (written > reserved) controller.abort(refusal);
  }

  /** @param received everything before `delta`; read only near the limit, because it is long */
  function count(delta: string, received: () => string): void {
    readReceived = received;
    if (!isMetered || reserved >= most) return;
    written += estimateTokens(delta);
    if (written <= reserved / 2) return;
    if (refusal) endIfSpent(() => received() + delta);
    else if (!isAsking) void reserveMore();
  }

  return { count, /** Aborted with the refusal when nothing is left to write with. */ signal: controller.signal };
}
