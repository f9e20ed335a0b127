// Models and prices as data. To add a model: one row here.
import { z } from 'zod';
import type { Plan } from '../principal.ts';

/** Tokens of one provider request. The four counts add up to what the provider bills; none contains another. */
export const Usage = z.strictObject({
  /** Input read at full price. */
  inputTokens: z.int().nonnegative(),
  /** Output, reasoning included. */
  outputTokens: z.int().nonnegative(),
  cacheReadTokens: z.int().nonnegative(),
  cacheWriteTokens: z.int().nonnegative(),
  /** The part of `outputTokens` that was reasoning, where the provider says. */
  reasoningTokens: z.int().nonnegative(),
  /** True where a number is our own upper estimate, because the stream ended before the provider counted. */
  estimated: z.boolean(),
});
export type Usage = z.infer<typeof Usage>;

/** Micro-dollars (1e-6 USD) per million tokens, so that every price is an integer. */
export type Prices = { readonly input: number; readonly output: number; readonly cacheRead: number; readonly cacheWrite: number };

export type Model = {
  readonly id: string;
  /** The provider's id in the registry. */
  readonly provider: string;
  readonly label: string;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly prices: Prices;
  /** Names the price list a cost was computed with, so that a bill can be derived again. */
  readonly priceVersion: string;
  readonly capabilities: readonly ('tools' | 'reasoning')[];
  readonly lowestPlan: Plan;
};
