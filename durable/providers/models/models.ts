// The models that the product knows, and what a request to one costs. The data is in models.json; catalog.ts decides who may use
// which model.
import type { Usage } from '../../contracts/usage.ts';
import { type Ending, type Lifecycle, type ModelEntry, ModelFile } from './model-entry.ts';
import data from './models.json' with { type: 'json' };

type Rates = {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** Writing to the cache for its longer lifetime, if that has a price of its own. */
  readonly cacheWriteLong?: number | undefined;
};

/** Micro-dollars (1e-6 USD) per million tokens, so that every price is an integer. */
export type Prices = Rates & {
  /** The prices of the whole request if its prompt has more tokens than this, cache included. */
  readonly above?: (Rates & { readonly promptTokens: number }) | undefined;
};

type Kept =
  | 'id'
  | 'provider'
  | 'label'
  | 'contextTokens'
  | 'maxOutputTokens'
  | 'capabilities'
  | 'effort'
  | 'lowestPlan';

/** A model with the prices of one moment, listed or not. What its adapter has to know is in `findTraits`. */
export type Model = Pick<ModelEntry, Kept> & {
  /** Null if nothing is known about its end. */
  readonly lifecycle: Lifecycle | null;
  readonly prices: Prices;
  /** Identifies the price list a cost was computed with, so that it can be computed again. */
  readonly priceVersion: string;
  /** False if no price is listed, so that `prices` is an upper estimate. */
  readonly isPriced: boolean;
  /** Where its limits come from, if its server's list of models has said them. */
  readonly limitsFrom?: 'server';
};

/** The start of the price version of a model without a listed price. Its cost is an upper estimate. */
export const UNLISTED_PRICE_VERSION = 'unlisted';

const file = ModelFile.parse(data);

export const MODELS: readonly ModelEntry[] = file.models;

/** Models that are not listed, but whose end is known. */
export const ENDINGS: readonly Ending[] = file.endings;

/** A snapshot's date, as `claude-haiku-4-5-20251001` and `gpt-4.1-2025-04-14` have it. */
const SNAPSHOT = /-(\d{8}|\d{4}-\d{2}-\d{2})$/;

/**
 * What a model can do and refuses, whichever server answers for it; null for a model that is not listed. Routers put a
 * vendor before the id, and snapshots a date after it.
 */
export function findTraits(id: string, models: readonly ModelEntry[] = MODELS): ModelEntry | null {
  const plain = id.slice(id.lastIndexOf('/') + 1).replace(SNAPSHOT, '');
  return models.find((model) => model.id === id) ?? models.find((model) => model.id === plain) ?? null;
}

/** All tokens that a request reads, whether from the cache, into it, or neither. */
const promptTokensOf = ({ inputTokens, cacheReadTokens, cacheWriteTokens }: Usage): number =>
  inputTokens + cacheReadTokens + cacheWriteTokens;

/**
 * The cost of one request in whole micro-dollars, rounded up, so that the sum is never below the provider's bill. With an
 * 'unlisted' price version it is an upper estimate based on the provider's most expensive listed model.
 */
export function costMicros({ prices }: Pick<Model, 'prices'>, usage: Usage): number {
  const { above } = prices;
  const rates = above && promptTokensOf(usage) > above.promptTokens ? above : prices;
  const { longCacheWriteTokens = 0 } = usage;
  const total =
    usage.inputTokens * rates.input +
    usage.outputTokens * rates.output +
    usage.cacheReadTokens * rates.cacheRead +
    (usage.cacheWriteTokens - longCacheWriteTokens) * rates.cacheWrite +
    longCacheWriteTokens * (rates.cacheWriteLong ?? rates.cacheWrite);
  return Math.ceil(total / 1_000_000);
}
