// Lists the available models, decides which ones a plan includes, and picks the one that answers a request.
import type { ErrorCode } from '../../errors.ts';
import { PLANS, type Plan } from '../../principal.ts';
import type { Provider } from '../provider.ts';
import type { ConfiguredProvider, ProviderConfig, ProviderRow } from '../registry.ts';
import { type ProviderDeps, systemDeps } from '../stream/connection.ts';
import { type EffortRules, effortOf, NO_EFFORT_RULES, type OfferedEffort, offeredEfforts } from './effort.ts';
import { type LifecycleState, labelOf, lifecycleAt, retiredDetail } from './lifecycle.ts';
import type { EffortLevel, ModelEntry } from './model-entry.ts';
import { ENDINGS, MODELS, type Model } from './models.ts';
import { modelAt, unlistedPrices } from './price-lists.ts';
import { withServerLimits } from './server-limits.ts';

/** A model that can be called. `connection` identifies its address and key without containing the key. */
export type AnsweringModel = {
  readonly model: Model;
  readonly provider: Provider;
  readonly connection: string;
  /** What admins set about its effort. */
  readonly effortRules?: EffortRules;
};

export type ModelChoice =
  | ({
      readonly ok: true;
      /** Answers while the chosen model fails; null if no fallback is configured or the plan does not include it. */
      readonly fallback: AnsweringModel | null;
    } & AnsweringModel)
  | {
      readonly ok: false;
      readonly code: Extract<ErrorCode, 'PROVIDER_UNCONFIGURED' | 'MODEL_UNKNOWN'> | ModelRefusal;
      /** More specific than the code's text. */
      readonly detail?: string;
    };

/** Why a model that can be reached may not answer an org. */
type ModelRefusal = Extract<ErrorCode, 'MODEL_NOT_IN_PLAN' | 'MODEL_NEEDS_OWN_KEY' | 'MODEL_RETIRED'>;

/** Returns the requested model or a failure. If none is requested, returns the first default the plan includes. */
export function resolveModel(options: {
  readonly requested?: string | null | undefined;
  readonly plan: Plan;
  /** Models the org can use in addition to its plan’s. */
  readonly extraModels?: readonly string[] | undefined;
  readonly config: ProviderConfig;
  readonly deps?: ProviderDeps;
}): ModelChoice {
  const { requested, config, deps = systemDeps } = options;
  if (config.configured.length === 0) return { ok: false, code: 'PROVIDER_UNCONFIGURED' };
  const candidates = requested ? catalogOf(config, requested) : defaultsOf(config);
  if (candidates.length === 0) return { ok: false, code: 'MODEL_UNKNOWN' };
  const now = config.now();
  const reachable = candidates.flatMap((model) => {
    const configured = findConfigured(config, model);
    return configured ? [{ model, configured, refusal: refusalOf(model, configured, { ...options, now }) }] : [];
  });
  const [first] = reachable;
  if (!first) return { ok: false, code: 'PROVIDER_UNCONFIGURED' };
  // No other model replaces one that an admin chose.
  if (first.refusal === 'MODEL_RETIRED')
    return { ok: false, code: first.refusal, detail: retiredDetail(first.model, now) };
  if (first.refusal === 'MODEL_NEEDS_OWN_KEY') return { ok: false, code: first.refusal };
  const chosen = reachable.find(({ refusal }) => refusal === null);
  if (!chosen) return { ok: false, code: first.refusal ?? 'MODEL_NOT_IN_PLAN' };
  const { effort: effortRules = NO_EFFORT_RULES } = config;
  const fallback = fallbackOf(config, options, deps);
  return {
    ok: true,
    ...answering(chosen.configured, chosen.model, deps),
    effortRules,
    fallback: fallback && { ...fallback, effortRules },
  };
}

/** Why a configured provider's model may not answer; null if it may, or no provider is configured. */
export function configuredRefusal(
  configured: ConfiguredProvider | null,
  options: ModelRights & { readonly now?: number; readonly models?: readonly ModelEntry[] | undefined },
): ModelRefusal | null {
  const { now = Date.now(), models = MODELS, ...rights } = options;
  const id = configured && (configured.model ?? configured.row.defaultModel);
  return configured && id
    ? refusalOf(modelOf(configured.row, id, { now, models }), configured, { ...rights, now })
    : null;
}

function fallbackOf(config: ProviderConfig, rights: ModelRights, deps: ProviderDeps): AnsweringModel | null {
  const { fallback } = config;
  const id = fallback && (fallback.model ?? fallback.row.defaultModel);
  if (!fallback || !id) return null;
  const at = catalogAt(config);
  const model = modelOf(fallback.row, id, at);
  return refusalOf(model, fallback, { ...rights, now: at.now }) === null ? answering(fallback, model, deps) : null;
}

const answering = (configured: ConfiguredProvider, model: Model, deps: ProviderDeps): AnsweringModel => ({
  model: withServerLimits(model, configured),
  provider: providerOf(configured, deps),
  connection: configured.id,
});

export type ListedModel = Model & {
  readonly allowed: boolean;
  readonly reason: 'PROVIDER_UNCONFIGURED' | ModelRefusal | null;
  readonly state: LifecycleState;
  /** What people can choose, and the level that answers if they don't. */
  readonly efforts: readonly OfferedEffort[];
  readonly defaultEffort: EffortLevel | null;
};

/** The catalog for `GET /models`. `defaultModel` is null if no model can answer. */
export function listModels(
  plan: Plan,
  config: ProviderConfig,
  extraModels: readonly string[] = [],
): { readonly models: readonly ListedModel[]; readonly defaultModel: string | null } {
  const rights = { plan, extraModels };
  const now = config.now();
  const models = catalogOf(config).map((listed): ListedModel => {
    const configured = findConfigured(config, listed);
    const model = configured ? withServerLimits(listed, configured) : listed;
    const state = lifecycleAt(model.lifecycle, now);
    const refusal = configured ? refusalOf(model, configured, { ...rights, now }) : 'PROVIDER_UNCONFIGURED';
    const reason = !configured && state.stage === 'retired' ? 'MODEL_RETIRED' : refusal;
    const { effort: rules = NO_EFFORT_RULES } = config;
    const efforts = offeredEfforts(model, rules);
    return { ...model, allowed: reason === null, reason, state, efforts, defaultEffort: effortOf(model, null, rules) };
  });
  const choice = resolveModel({ ...rights, config });
  return { models, defaultModel: choice.ok ? choice.model.id : null };
}

export type ModelNotice = LifecycleState & {
  readonly slot: 'primary' | 'fallback';
  readonly model: string;
  readonly label: string;
  readonly successorLabel: string | null;
};

/** The configured models that an admin should replace, or may soon have to. */
export function noticesOf(config: ProviderConfig): readonly ModelNotice[] {
  const { configured, fallback } = config;
  const at = catalogAt(config);
  const slots = [
    ...configured.map((one) => ({ slot: 'primary' as const, one })),
    ...(fallback ? [{ slot: 'fallback' as const, one: fallback }] : []),
  ];
  return slots.flatMap(({ slot, one }) => {
    const id = one.model ?? one.row.defaultModel;
    if (id === null || !isOwnServer(one)) return [];
    const { label, lifecycle } = modelOf(one.row, id, at);
    const state = lifecycleAt(lifecycle, at.now);
    if (state.stage === 'served') return [];
    const successorLabel = state.successor && labelOf(state.successor);
    return [{ ...state, slot, model: id, label, successorLabel }];
  });
}

/** The model that a connection's settings name, with its limits; null if none is named and the provider has no default. */
export function modelInEffect(config: ProviderConfig, configured: ConfiguredProvider): Model | null {
  const id = configured.model ?? configured.row.defaultModel;
  return id === null ? null : withServerLimits(modelOf(configured.row, id, catalogAt(config)), configured);
}

/** The models of a connection that anyone can choose: the one that its settings name, and those of the catalog. */
export function choicesOf(config: ProviderConfig, { row, model }: ConfiguredProvider): readonly string[] {
  const listed = catalogAt(config).models.flatMap(({ id, provider }) => (provider === row.id ? [id] : []));
  const own = model ?? row.defaultModel;
  return own === null || listed.includes(own) ? listed : [own, ...listed];
}

/** Providers' dates apply to their own servers. */
const isOwnServer = ({ connection, row }: ConfiguredProvider): boolean => connection.baseUrl === row.baseUrl;

/** The catalog of an org at one moment. */
type CatalogAt = { readonly now: number; readonly models: readonly ModelEntry[] };

const catalogAt = ({ now, models = MODELS }: ProviderConfig): CatalogAt => ({ now: now(), models });

/** The models of models.json and those that only the configuration names: all, or those with this id. */
function catalogOf(config: ProviderConfig, only?: string): readonly Model[] {
  const at = catalogAt(config);
  const named = config.configured.flatMap(({ row, model }) =>
    model && !findEntry(row, model, at.models) && (only ?? model) === model ? [unlistedModel(row, model, at)] : [],
  );
  const entries = only === undefined ? at.models : at.models.filter(({ id }) => id === only);
  return [...named, ...entries.map((entry) => modelAt(entry, at.now))];
}

/** First the configured models, then the providers' defaults, then all other models of the configured providers. */
function defaultsOf(config: ProviderConfig): readonly Model[] {
  const { configured } = config;
  const at = catalogAt(config);
  return [
    ...configured.flatMap(({ row, model }) => (model ? [modelOf(row, model, at)] : [])),
    ...configured.flatMap(({ row }) => (row.defaultModel ? [modelOf(row, row.defaultModel, at)] : [])),
    ...at.models.filter((entry) => findConfigured(config, entry)).map((entry) => modelAt(entry, at.now)),
  ];
}

const findEntry = (row: ProviderRow, id: string, models: readonly ModelEntry[]): ModelEntry | undefined =>
  models.find((model) => model.id === id && model.provider === row.id);

function modelOf(row: ProviderRow, id: string, at: CatalogAt): Model {
  const entry = findEntry(row, id, at.models);
  return entry ? modelAt(entry, at.now) : unlistedModel(row, id, at);
}

/**
 * A model that is not listed. Charging nothing would let it exceed every budget, so it costs as much as the most expensive listed
 * model of its provider, or of all providers if none of that provider’s is listed. The price version marks this as a substitute.
 */
function unlistedModel(row: ProviderRow, id: string, { now, models }: CatalogAt): Model {
  const ending = ENDINGS.find((one) => one.id === id && one.provider === row.id);
  return {
    id,
    provider: row.id,
    label: id,
    ...row.unlisted,
    ...unlistedPrices({ id, provider: row.id }, now),
    isPriced: false,
    capabilities: ['tools'],
    effort: null,
    // A model needs the same plan whichever provider serves it.
    lowestPlan: models.find((model) => model.id === id)?.lowestPlan ?? 'free',
    lifecycle: ending ?? null,
  };
}

function findConfigured(config: ProviderConfig, model: Pick<Model, 'provider'>): ConfiguredProvider | undefined {
  return config.configured.find(({ row }) => row.id === model.provider);
}

/**
 * The one place that decides whether a model may answer an org. A plan includes models by rank. A model without a listed price
 * runs on the org's own key, or where the operator named it: as the provider's model in the environment, or as an extra model.
 */
function refusalOf(
  model: Model,
  configured: ConfiguredProvider,
  { plan, extraModels = [], now }: ModelRights & { readonly now: number },
): ModelRefusal | null {
  const { row, payer } = configured;
  if (isOwnServer(configured) && lifecycleAt(model.lifecycle, now).stage === 'retired') return 'MODEL_RETIRED';
  if (extraModels.includes(model.id)) return null;
  if (PLANS.indexOf(plan) < PLANS.indexOf(model.lowestPlan)) return 'MODEL_NOT_IN_PLAN';
  const isListed = model.isPriced || payer.is === 'org';
  return isListed || model.id === payer.model || model.id === row.defaultModel ? null : 'MODEL_NEEDS_OWN_KEY';
}

export type ModelRights = { readonly plan: Plan; readonly extraModels?: readonly string[] | undefined };

/** One client per connection of the environment. These contain no org's data. */
const providers = new WeakMap<object, { readonly deps: ProviderDeps; readonly provider: Provider }>();

export function providerOf({ row, connection, apiKey }: ConfiguredProvider, deps: ProviderDeps): Provider {
  if (typeof apiKey !== 'string') return withStoredKey(row, connection, apiKey, deps);
  const kept = providers.get(connection);
  if (kept?.deps === deps) return kept.provider;
  const provider = row.connect({ ...connection, apiKey }, deps);
  providers.set(connection, { deps, provider });
  return provider;
}

/** Decrypts the key for each request. Only that request's client has it. */
function withStoredKey(
  row: ProviderRow,
  connection: ConfiguredProvider['connection'],
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
    ...(row.readsContext && {
      async readContext(model, signal) {
        const apiKey = await openKey();
        return (await row.connect({ ...connection, apiKey }, deps).readContext?.(model, signal)) ?? null;
      },
    }),
    async readLimits(ids, signal) {
      const apiKey = await openKey();
      return (await row.connect({ ...connection, apiKey }, deps).readLimits?.(ids, signal)) ?? [];
    },
  };
}
