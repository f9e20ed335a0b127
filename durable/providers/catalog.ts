// Which models there are here, which of them a plan includes, and which one answers.
// It knows providers only as rows of the registry.
import type { ErrorCode } from '../errors.ts';
import { PLANS, type Plan } from '../principal.ts';
import { type ProviderDeps, systemDeps } from './connection.ts';
import { MODELS, type Model } from './models.ts';
import { dearestPrices, unlistedPriceVersion } from './price-lists.ts';
import type { Provider } from './provider.ts';
import type { Configured, ProviderConfig, ProviderRow } from './registry.ts';

/** A model that can be asked. `connection` tells the address and key behind it from others, and holds no key. */
export type Answering = { readonly model: Model; readonly provider: Provider; readonly connection: string };

export type ModelChoice =
  | ({
      readonly ok: true;
      /** Who answers while that one does not; null where nobody is configured, or the plan does not have it. */
      readonly fallback: Answering | null;
    } & Answering)
  | {
      readonly ok: false;
      readonly code: Extract<ErrorCode, 'PROVIDER_UNCONFIGURED' | 'MODEL_UNKNOWN' | 'MODEL_NOT_IN_PLAN'>;
    };

/** The model that answers: the requested one or nothing, without a request the first default that the plan includes. */
export function resolveModel(options: {
  readonly requested?: string | null | undefined;
  readonly plan: Plan;
  /** What the org may use besides. */
  readonly extraModels?: readonly string[] | undefined;
  readonly config: ProviderConfig;
  readonly deps?: ProviderDeps;
}): ModelChoice {
  const { requested, config, deps = systemDeps } = options;
  if (config.configured.length === 0) return { ok: false, code: 'PROVIDER_UNCONFIGURED' };
  const candidates = requested ? catalogOf(config).filter(({ id }) => id === requested) : defaultsOf(config);
  if (candidates.length === 0) return { ok: false, code: 'MODEL_UNKNOWN' };
  const reachable = candidates.filter((model) => findConfigured(config, model));
  if (reachable.length === 0) return { ok: false, code: 'PROVIDER_UNCONFIGURED' };
  const model = reachable.find((candidate) => isIncluded(candidate, options));
  const configured = model && findConfigured(config, model);
  if (!configured) return { ok: false, code: 'MODEL_NOT_IN_PLAN' };
  return { ok: true, ...answering(configured, model, deps), fallback: fallbackOf(config, options, deps) };
}

function fallbackOf({ fallback }: ProviderConfig, rights: ModelRights, deps: ProviderDeps): Answering | null {
  const id = fallback && (fallback.model ?? fallback.row.defaultModel);
  if (!fallback || !id) return null;
  const model = modelOf(fallback.row, id);
  return isIncluded(model, rights) ? answering(fallback, model, deps) : null;
}

const answering = (configured: Configured, model: Model, deps: ProviderDeps): Answering => ({
  model,
  provider: providerOf(configured, deps),
  connection: configured.id,
});

export type ListedModel = Model & {
  readonly allowed: boolean;
  readonly reason: Extract<ErrorCode, 'PROVIDER_UNCONFIGURED' | 'MODEL_NOT_IN_PLAN'> | null;
};

/** The catalog for `GET /models`. `defaultModel` is null where nothing can answer. */
export function listModels(
  plan: Plan,
  config: ProviderConfig,
  extraModels: readonly string[] = [],
): { readonly models: readonly ListedModel[]; readonly defaultModel: string | null } {
  const rights = { plan, extraModels };
  const models = catalogOf(config).map((model): ListedModel => {
    const reason = !findConfigured(config, model)
      ? 'PROVIDER_UNCONFIGURED'
      : isIncluded(model, rights)
        ? null
        : 'MODEL_NOT_IN_PLAN';
    return { ...model, allowed: reason === null, reason };
  });
  return { models, defaultModel: defaultsOf(config).find((model) => isIncluded(model, rights))?.id ?? null };
}

/** Listed models, and those that the configuration names and no row lists. */
function catalogOf(config: ProviderConfig): readonly Model[] {
  const named = config.configured.flatMap(({ row, model }) => (model ? [modelOf(row, model)] : []));
  return [...named.filter((model) => !MODELS.includes(model)), ...MODELS];
}

/** What the configuration names comes before what providers have as their default, then whatever else is configured. */
function defaultsOf(config: ProviderConfig): readonly Model[] {
  const { configured } = config;
  return [
    ...configured.flatMap(({ row, model }) => (model ? [modelOf(row, model)] : [])),
    ...configured.flatMap(({ row }) => (row.defaultModel ? [modelOf(row, row.defaultModel)] : [])),
    ...MODELS.filter((model) => findConfigured(config, model)),
  ];
}

function modelOf(row: ProviderRow, id: string): Model {
  return MODELS.find((model) => model.id === id && model.provider === row.id) ?? unlistedModel(row, id);
}

/**
 * A model that works and whose price nobody told us. Charging nothing would let it run past every budget, so it is
 * charged like the dearest listed model of its provider, or of all where it has none; the price version says that this
 * is not a price.
 */
function unlistedModel(row: ProviderRow, id: string): Model {
  return {
    id,
    provider: row.id,
    label: id,
    ...row.unlisted,
    prices: dearestPrices(row.id),
    priceVersion: unlistedPriceVersion(row.id),
    capabilities: ['tools'],
    // The same model by another way keeps its plan.
    lowestPlan: MODELS.find((model) => model.id === id)?.lowestPlan ?? 'free',
  };
}

function findConfigured(config: ProviderConfig, model: Model): Configured | undefined {
  return config.configured.find(({ row }) => row.id === model.provider);
}

/** By the model's own lowest plan, or by what the plan's data or the org's opens besides. */
function isIncluded(model: Model, { plan, extraModels = [] }: ModelRights): boolean {
  return PLANS.indexOf(plan) >= PLANS.indexOf(model.lowestPlan) || extraModels.includes(model.id);
}

type ModelRights = { readonly plan: Plan; readonly extraModels?: readonly string[] | undefined };

/** Clients of the environment's own connections live as long as those, and hold nothing of a tenant. */
const providers = new WeakMap<object, { readonly deps: ProviderDeps; readonly provider: Provider }>();

function providerOf({ row, connection, apiKey }: Configured, deps: ProviderDeps): Provider {
  if (typeof apiKey !== 'string') return withStoredKey(row, connection, apiKey, deps);
  const kept = providers.get(connection);
  if (kept?.deps === deps) return kept.provider;
  const provider = row.connect({ ...connection, apiKey }, deps);
  providers.set(connection, { deps, provider });
  return provider;
}

/** The key is opened when a request is made and held by that request's client alone. */
function withStoredKey(
  row: ProviderRow,
  connection: Configured['connection'],
  openKey: () => Promise<string>,
  deps: ProviderDeps,
): Provider {
  return {
    name: connection.name,
    async *stream(request, signal, tries) {
      const apiKey = await openKey();
      signal.throwIfAborted();
      yield* row.connect({ ...connection, apiKey }, deps).stream(request, signal, tries);
    },
  };
}
