// All current and past prices by version, so that a cost can be derived again from tokens and version. A version is the first day
// of a row in models.json.
import type { Usage } from '../../contracts/usage.ts';
import type { ModelEntry, PriceRow, Rates } from './model-entry.ts';
import { costMicros, MODELS, type Model, type Prices, UNLISTED_PRICE_VERSION } from './models.ts';

/** Sorts after every date. */
const LATEST = '9999';

/** The day of a moment, in UTC, as price rows and lifecycles name days. */
export const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

/** A model with the prices of a moment. One whose price is not listed, or not whole, costs an upper estimate. */
export function modelAt({ prices, ...model }: ModelEntry, now: number, models: readonly ModelEntry[] = MODELS): Model {
  const row = rowAt(prices, dayOf(now));
  const whole = row && wholePrices(row);
  if (row && whole) return { ...model, prices: whole, priceVersion: versionOf(row), isPriced: true };
  return { ...model, ...unlistedPrices(model, now, models), isPriced: false };
}

/** The prices of a model that has none listed, or that is not listed at all. */
export function unlistedPrices(
  model: PricedModel,
  now: number,
  models: readonly ModelEntry[] = MODELS,
): Pick<Model, 'prices' | 'priceVersion'> {
  const priceVersion = unlistedPriceVersion(model.provider, now, models);
  return { prices: pricesAsOf(model, priceVersion, models) ?? ZERO, priceVersion };
}

/** What a charge names. An operator's rows have versions of their own. */
const versionOf = ({ version, from }: PriceRow): string => version ?? from;

/** The newest row of a day; before its first day, the first row. */
const rowAt = (rows: readonly PriceRow[], day: string): PriceRow | null =>
  rows.findLast(({ from }) => from <= day) ?? rows[0] ?? null;

/**
 * The price version of a model without a listed price. It costs as much as the most expensive model of its provider in that
 * version, or of all providers if its own has no listed models.
 */
function unlistedPriceVersion(provider: string, now: number, models: readonly ModelEntry[]): string {
  const day = dayOf(now);
  const days = listOf(provider, pricedRows(models)).map(({ row }) => row.from);
  const [first = 'none', ...others] = days.toSorted();
  return `${UNLISTED_PRICE_VERSION}-${others.findLast((from) => from <= day) ?? first}`;
}

type PricedRow = { readonly id: string; readonly provider: string; readonly row: PriceRow; readonly prices: Prices };

const pricedRows = (models: readonly ModelEntry[]): readonly PricedRow[] =>
  models.flatMap(({ id, provider, prices }) =>
    prices.flatMap((row) => {
      const whole = wholePrices(row);
      return whole ? [{ id, provider, row, prices: whole }] : [];
    }),
  );

function listOf<T extends { readonly provider: string }>(provider: string, models: readonly T[]): readonly T[] {
  const own = models.filter((model) => model.provider === provider);
  return own.length > 0 ? own : models;
}

const ZERO: Prices = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** The newest listed prices of a provider's models, as of a version. */
function listedAsOf(provider: string, version: string, models: readonly ModelEntry[]): readonly Prices[] {
  const rows = listOf(
    provider,
    pricedRows(models).filter(({ row }) => row.from <= version),
  );
  const newest = rows.filter(({ id, row }) => !rows.some((other) => other.id === id && other.row.from > row.from));
  return newest.map(({ prices }) => prices);
}

/** The highest price of each kind among the provider's models, as of a version. */
export function highestPrices(provider: string, version = LATEST, models: readonly ModelEntry[] = MODELS): Prices {
  const listed = listedAsOf(provider, version, models);
  if (listed.length === 0) return ZERO;
  const base = highest(listed);
  const tiers = listed.flatMap(({ above }) => (above ? [above] : []));
  if (tiers.length === 0) return base;
  const above = highest(listed.map((prices) => prices.above ?? prices));
  const promptTokens = Math.min(...tiers.map((tier) => tier.promptTokens));
  return { ...base, above: { promptTokens, ...above } };
}

function highest(prices: readonly Omit<Prices, 'above'>[]): Omit<Prices, 'above'> {
  const highestOf = (kind: 'input' | 'output' | 'cacheRead' | 'cacheWrite') =>
    Math.max(...prices.map((price) => price[kind]));
  return {
    input: highestOf('input'),
    output: highestOf('output'),
    cacheRead: highestOf('cacheRead'),
    cacheWrite: highestOf('cacheWrite'),
    cacheWriteLong: Math.max(...prices.map((price) => price.cacheWriteLong ?? price.cacheWrite)),
  };
}

type PricedModel = { readonly id: string; readonly provider: string };

/** The prices of a version; null if it is unknown for this model. */
function pricesAsOf(
  { id, provider }: PricedModel,
  version: string,
  models: readonly ModelEntry[] = MODELS,
): Prices | null {
  const unlisted = `${UNLISTED_PRICE_VERSION}-`;
  if (!version.startsWith(unlisted)) {
    const row = models.find((model) => model.id === id)?.prices.find((one) => versionOf(one) === version);
    return row ? wholePrices(row) : null;
  }
  const day = version.slice(unlisted.length);
  const entry = entryOf(id, provider, models);
  const row = entry?.prices.findLast(({ from }) => from <= day);
  if (!entry || !row || wholePrices(row)) return highestPrices(provider, day, models);
  return completed(row, listedAsOf(entry.provider, day, models));
}

/** Charges of the demo model name the provider `demo`, which lists no models. */
function entryOf(id: string, provider: string, models: readonly ModelEntry[]): ModelEntry | undefined {
  const isListing = models.some((model) => model.provider === provider);
  return models.find((model) => model.id === id && (model.provider === provider || !isListing));
}

/**
 * The known prices of a row. An unknown one is the highest that it can be: reading the cache costs as much as input, writing it
 * as much as the provider's highest in relation to input.
 */
function completed(row: PriceRow, listed: readonly Prices[]): Prices {
  const relations = listed.map(({ input, cacheWrite }) => (input > 0 ? cacheWrite / input : 1));
  const mostPerInput = Math.max(1, ...relations);
  const rates = (given: Rates) => ({
    ...given,
    cacheRead: given.cacheRead ?? given.input,
    cacheWrite: given.cacheWrite ?? given.input * mostPerInput,
  });
  return inMicros({ ...rates(row), above: row.above && { promptTokens: row.above.promptTokens, ...rates(row.above) } });
}

/** Null if a price is unknown. */
function wholePrices(row: PriceRow): Prices | null {
  const { above } = row;
  if (!isWhole(row) || (above && !isWhole(above))) return null;
  return inMicros({ ...row, above: above && isWhole(above) ? above : undefined });
}

type WholeRates = Rates & { readonly cacheRead: number; readonly cacheWrite: number };
const isWhole = <T extends Rates>(rates: T): rates is T & WholeRates =>
  rates.cacheRead !== null && rates.cacheWrite !== null;

type Dollars = WholeRates & { readonly above?: (WholeRates & { readonly promptTokens: number }) | undefined };

function inMicros({ above, ...rates }: Dollars): Prices {
  const base = microRates(rates);
  return above ? { ...base, above: { promptTokens: above.promptTokens, ...microRates(above) } } : base;
}

function microRates({ input, output, cacheRead, cacheWrite, cacheWriteLong }: WholeRates): Omit<Prices, 'above'> {
  const micros = (dollars: number) => Math.round(dollars * 1_000_000);
  const rates = {
    input: micros(input),
    output: micros(output),
    cacheRead: micros(cacheRead),
    cacheWrite: micros(cacheWrite),
  };
  return cacheWriteLong === undefined ? rates : { ...rates, cacheWriteLong: micros(cacheWriteLong) };
}

/** The cost that the audit log must have for a charge; null if its version is unknown. */
export function deriveCostMicros(
  charge: { readonly provider: string; readonly model: string; readonly priceVersion: string },
  usage: Usage,
  models: readonly ModelEntry[] = MODELS,
): number | null {
  const { provider, model, priceVersion } = charge;
  const prices = pricesAsOf({ id: model, provider }, priceVersion, models);
  return prices && costMicros({ prices }, usage);
}
