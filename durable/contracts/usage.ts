// Tokens that one provider request used, and what they count against a plan.
import * as z from 'zod';

/** The four counts add up to what the provider bills; none contains another. */
export const Usage = z.strictObject({
  /** Input read at full price. */
  inputTokens: z.int().nonnegative(),
  /** Output, reasoning included. */
  outputTokens: z.int().nonnegative(),
  cacheReadTokens: z.int().nonnegative(),
  cacheWriteTokens: z.int().nonnegative(),
  /** The part of `cacheWriteTokens` that was written for the longer lifetime, if any: an hour at Anthropic, 12 at OpenAI. */
  longCacheWriteTokens: z.int().nonnegative().optional(),
  /** The part of `outputTokens` that was reasoning, if the provider reports it. */
  reasoningTokens: z.int().nonnegative(),
  /** True if a number is our own upper estimate, because the stream ended before the provider counted. */
  estimated: z.boolean(),
});
export type Usage = z.infer<typeof Usage>;

export const NO_USAGE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};

/**
 * Hundredths of a plan token for each kind of token, after what they cost: with most providers, reading costs a fifth of
 * writing, and reading from the prompt cache a tenth of that. They are the same for every model, so that a plan is easy to
 * understand. `migrations/functions/usage.sql` has the same numbers.
 */
const PLAN_WEIGHTS = { outputTokens: 100, inputTokens: 20, cacheWriteTokens: 25, cacheReadTokens: 2 } as const;

/** What a request takes from the month’s allowance, in plan tokens: one is a token that the model writes. Rounded up. */
export const planTokensOf = (usage: Pick<Usage, keyof typeof PLAN_WEIGHTS>): number =>
  Math.ceil(
    (usage.outputTokens * PLAN_WEIGHTS.outputTokens +
      usage.inputTokens * PLAN_WEIGHTS.inputTokens +
      usage.cacheWriteTokens * PLAN_WEIGHTS.cacheWriteTokens +
      usage.cacheReadTokens * PLAN_WEIGHTS.cacheReadTokens) /
      100,
  );
