import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../errors.ts';
import { estimateTokens } from '../../providers/models/estimate-tokens.ts';
import { createAllowance } from './allowance.ts';

const REFUSAL = new AppError('QUOTA_EXCEEDED');
/** One token. */
const WORD = 'word ';

/** An answer that has 100 tokens reserved, may have `most`, and shares a budget that has `left`. */
function answerOf({ most = 1_000, left = 10_000, answers = true } = {}) {
  let granted = 100;
  let remaining = left;
  const extend = vi.fn(async (outputTokens: number) => {
    if (!answers) return null;
    const more = Math.min(remaining, Math.max(0, outputTokens - granted));
    remaining -= more;
    granted += more;
    return { reserved: granted, refusal: REFUSAL };
  });
  const allowance = createAllowance({ reserved: 100, most, extend });
  let received = '';
  /** Writes words one by one until the answer is cut off; how many were written. */
  async function write(words: number): Promise<number> {
    for (let count = 0; count < words; count += 1) {
      if (allowance.signal.aborted) return count;
      received += WORD;
      allowance.count(WORD, () => received);
      await Promise.resolve();
      await Promise.resolve();
    }
    return words;
  }
  return { allowance, extend, write, granted: () => granted, received: () => received };
}

describe('createAllowance', () => {
  it('asks for nothing while an answer needs half of what is reserved', async () => {
    const { extend, write } = answerOf();
    await write(15);
    expect(extend).not.toHaveBeenCalled();
  });

  it('reserves more before it is needed, up to what the model was asked for', async () => {
    const { allowance, extend, write } = answerOf({ most: 700 });
    expect(await write(300)).toBe(300);
    expect(extend.mock.calls.flat()).toEqual([200, 400, 700]);
    expect(allowance.signal.aborted).toBe(false);
  });

  it.each([0, 1, 37, 250])('ends the answer within what is reserved when only %i tokens are left', async (left) => {
    const { allowance, write, granted, received } = answerOf({ left });
    expect(await write(2_000)).toBeLessThan(2_000);
    expect(allowance.signal.reason).toBe(REFUSAL);
    expect(granted()).toBe(100 + left);
    // The word that passed the limit is the last one.
    expect(estimateTokens(received().slice(0, -WORD.length))).toBeLessThanOrEqual(granted());
  });

  it('lets the answer continue when the Budget does not answer', async () => {
    const { allowance, extend, write } = answerOf({ answers: false });
    expect(await write(2_000)).toBe(2_000);
    expect(extend).toHaveBeenCalledOnce();
    expect(allowance.signal.aborted).toBe(false);
  });

  it('asks once at a time', async () => {
    const { promise, resolve } = Promise.withResolvers<null>();
    const extend = vi.fn(() => promise);
    const { count } = createAllowance({ reserved: 10, most: 1_000, extend });
    for (let index = 0; index < 50; index += 1) count(WORD, () => WORD.repeat(index + 1));
    expect(extend).toHaveBeenCalledOnce();
    resolve(null);
    await promise;
  });
});
