// Models and prices as data. To add a model: one row here.
// Figures stand as the providers publish them; a changed price gets a new version, and the old one moves to price-lists.ts.
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

export const NO_USAGE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};

/** All that a request takes of a budget. */
export const tokensOf = (usage: Usage): number =>
  usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;

/** Micro-dollars (1e-6 USD) per million tokens, so that every price is an integer. */
export type Prices = {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
};

type Capability = 'tools' | 'reasoning';

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
  readonly capabilities: readonly Capability[];
  readonly lowestPlan: Plan;
};

/** Begins the price version of a model that no row lists: its cost is our upper estimate, not the provider's price. */
export const UNLISTED_PRICE_VERSION = 'unlisted';

export const MODELS: readonly Model[] = [
  {
    // platform.claude.com/docs/en/models/sonnet-4-6/overview and .../about-claude/pricing (5-minute cache writes).
    id: 'claude-sonnet-4-6',
    provider: 'anthropic',
    label: 'Sonnet 4.6',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    prices: { input: 3_000_000, output: 15_000_000, cacheRead: 300_000, cacheWrite: 3_750_000 },
    priceVersion: '2026-11-21',
    capabilities: ['tools', 'reasoning'],
    lowestPlan: 'free',
  },
  {
    // To be checked at platform.claude.com/docs/en/models/opus-4-7/overview; cache prices are the published 0.1x and 1.25x of input.
    id: 'claude-opus-4-7',
    provider: 'anthropic',
    label: 'Opus 4.7',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    prices: { input: 5_000_000, output: 25_000_000, cacheRead: 500_000, cacheWrite: 6_250_000 },
    priceVersion: '2026-11-21',
    capabilities: ['tools', 'reasoning'],
    lowestPlan: 'enterprise',
  },
  {
    // To be checked at developers.openai.com/api/docs/models/gpt-4.1; cache writes cost what input costs.
    id: 'gpt-4.1',
    provider: 'openai',
    label: 'GPT-4.1',
    contextTokens: 1_047_576,
    maxOutputTokens: 32_768,
    prices: { input: 2_000_000, output: 8_000_000, cacheRead: 500_000, cacheWrite: 2_000_000 },
    priceVersion: '2026-11-21',
    capabilities: ['tools'],
    lowestPlan: 'free',
  },
  {
    // To be checked at developers.openai.com/api/docs/models/gpt-4.1-mini
    id: 'gpt-4.1-mini',
    provider: 'openai',
    label: 'GPT-4.1 mini',
    contextTokens: 1_047_576,
    maxOutputTokens: 32_768,
    prices: { input: 400_000, output: 1_600_000, cacheRead: 100_000, cacheWrite: 400_000 },
    priceVersion: '2026-11-21',
    capabilities: ['tools'],
    lowestPlan: 'free',
  },
  {
    // To be checked at ai.google.dev/gemini-api/docs/pricing. Shut down in June 2026, say Firebase docs; GEMINI_MODEL names another one.
    id: 'gemini-2.0-flash',
    provider: 'gemini',
    label: 'Gemini 2.0 Flash',
    contextTokens: 1_048_576,
    maxOutputTokens: 8_192,
    prices: { input: 100_000, output: 400_000, cacheRead: 25_000, cacheWrite: 100_000 },
    priceVersion: '2026-11-21',
    capabilities: ['tools'],
    lowestPlan: 'free',
  },
  {
    // To be checked at ollama.com/library/llama3.2 takes 128k, but Ollama serves OLLAMA_CONTEXT_LENGTH and drops older text silently.
    id: 'llama3.2',
    provider: 'ollama',
    label: 'Llama 3.2',
    contextTokens: 32_768,
    maxOutputTokens: 4_096,
    prices: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    priceVersion: '2026-11-21',
    capabilities: ['tools'],
    lowestPlan: 'free',
  },
];

/**
 * The cost of one request in whole micro-dollars, rounded up once, so that a sum of requests is never below the bill.
 * With an 'unlisted' price version it is an upper estimate by the provider's dearest listed model.
 */
export function costMicros(model: Pick<Model, 'prices'>, usage: Usage): number {
  const { prices } = model;
  const total =
    usage.inputTokens * prices.input +
    usage.outputTokens * prices.output +
    usage.cacheReadTokens * prices.cacheRead +
    usage.cacheWriteTokens * prices.cacheWrite;
  return Math.ceil(total / 1_000_000);
}
