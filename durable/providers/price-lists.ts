// Every price that was ever charged, by version, so that a bill can be derived again from tokens and versions alone.
// The current ones stand with their models; when one changes, its old row moves here and stays.
import { costMicros, MODELS, type Prices, UNLISTED_PRICE_VERSION, type Usage } from './models.ts';

type PricedModel = {
  readonly id: string;
  readonly provider: string;
  readonly prices: Prices;
  readonly priceVersion: string;
};

const PAST_PRICES: readonly PricedModel[] = [];

/** After every date. */
const LATEST = '9999';

const ALL: readonly PricedModel[] = [...MODELS, ...PAST_PRICES];

/**
 * The price version of a model that no row lists: charged like the dearest of its provider's list of that version, or of
 * all lists where its provider has none.
 */
export function unlistedPriceVersion(provider: string): string {
  const versions = listOf(provider, MODELS).map(({ priceVersion }) => priceVersion);
  return `${UNLISTED_PRICE_VERSION}-${versions.sort().at(-1) ?? 'none'}`;
}

function listOf<T extends PricedModel>(provider: string, models: readonly T[]): readonly T[] {
  const own = models.filter((model) => model.provider === provider);
  return own.length > 0 ? own : models;
}

/** The dearest price of each kind in that list, as it was at a version; as it is where none is named. */
export function dearestPrices(provider: string, version = LATEST): Prices {
  const rows = listOf(
    provider,
    ALL.filter((model) => model.priceVersion <= version),
  );
  const newest = rows.filter(
    (row) => !rows.some((other) => other.id === row.id && other.priceVersion > row.priceVersion),
  );
  const prices = newest.map((model) => model.prices);
  const dearest = (kind: keyof Prices) => Math.max(0, ...prices.map((price) => price[kind]));
  return {
    input: dearest('input'),
    output: dearest('output'),
    cacheRead: dearest('cacheRead'),
    cacheWrite: dearest('cacheWrite'),
  };
}

/** What a charge of the audit log must say; null where its version is not known. */
export function deriveCostMicros(
  charge: { readonly provider: string; readonly model: string; readonly priceVersion: string },
  usage: Usage,
): number | null {
  const prices = pricesOf(charge);
  return prices && costMicros({ prices }, usage);
}

function pricesOf({ provider, model, priceVersion }: { provider: string; model: string; priceVersion: string }) {
  const unlisted = `${UNLISTED_PRICE_VERSION}-`;
  if (priceVersion.startsWith(unlisted)) return dearestPrices(provider, priceVersion.slice(unlisted.length));
  return ALL.find(({ id, priceVersion: version }) => id === model && version === priceVersion)?.prices ?? null;
}
