// Provider settings as the API shows them: the effective values, where each comes from, and what is stored at this level.
import type {
  ScopeRow,
  SettingsProgram,
  StoredAiSettings,
  StoredKey,
} from '../../../durable/postgres/queries/ai-settings.ts';
import type { Access } from '../../../durable/principal.ts';
import { listModels, modelInEffect, noticesOf } from '../../../durable/providers/models/catalog.ts';
import { MODELS } from '../../../durable/providers/models/models.ts';
import {
  type ConfiguredProvider,
  NO_KEY,
  PROVIDERS,
  type ProviderConfig,
  WIRE_LABELS,
} from '../../../durable/providers/registry.ts';
import { SERVER_PRESETS } from '../../../durable/providers/server-presets.ts';
import type {
  Effective,
  PickedProvider,
  SettingOrigin,
} from '../../../durable/providers/settings/effective-settings.ts';
import type { KeySlot } from '../../../durable/secrets/provider-key.ts';
import type { AiSettingsView } from './settings-schema.ts';

export const MAY_CREATE = 'ai_settings:create';
export const MAY_UPDATE = 'ai_settings:update';

const MASK = '***';

export function toAiSettingsView(options: {
  readonly access: Access;
  readonly scope: ScopeRow;
  readonly effective: Effective;
  readonly programs: readonly SettingsProgram[];
}): AiSettingsView {
  const { access, scope, effective, programs } = options;
  const { stored, programId } = scope;
  const here: SettingOrigin = programId === null ? 'organisation' : 'program';
  const mayUpdate = access.permissions.includes(MAY_UPDATE);
  const shown = (picked: PickedProvider, slot: KeySlot) => {
    const own = picked.connectionFrom === here ? findKey(stored, slot) : null;
    return toValues(effective, picked, mayUpdate ? (own?.lastFour ?? '') : '');
  };
  const { primary, fallback } = effective;
  return {
    programId,
    enabled: effective.enabled,
    ...(primary ? shown(primary, 'primary') : ofEnvironment(effective, access)),
    effort: effective.config.effort?.choice ?? null,
    effortCeiling: effective.config.effort?.ceiling ?? null,
    fallback: fallback && shown(fallback, 'fallback'),
    origins: {
      enabled: effective.enabledFrom,
      ...(primary ? originsOf(primary) : ENVIRONMENT),
      fallback: fallback?.providerFrom ?? null,
    },
    modelNotices: [...noticesOf(effective.config)],
    exists: stored !== null,
    stored: stored && toStored(stored),
    version: stored?.version ?? null,
    updatedAt: stored?.updatedAt.toISOString() ?? null,
    updatedBy: stored?.updatedBy ?? null,
    mayCreate: access.permissions.includes(MAY_CREATE),
    mayUpdate,
    providers: PROVIDERS.map(({ id, label, defaultModel, baseUrl, isKeyless, wires, ownWire }) => ({
      ...{ id, label, defaultModel, baseUrl, needsKey: isKeyless !== true },
      wires: wires.map((wire) => ({ id: wire, label: WIRE_LABELS[wire] })),
      ownWire: ownWire ?? wires[0],
      models: MODELS.filter(({ provider }) => provider === id).map((model) => model.id),
    })),
    presets: SERVER_PRESETS.map((preset) => ({ ...preset })),
    programs: [...programs],
  };
}

type Values = Pick<AiSettingsView, 'provider' | 'model' | 'baseUrl' | 'wire' | 'apiKey' | 'limits'>;

function toValues({ config }: Effective, { provider, model, configured }: PickedProvider, lastFour: string): Values {
  // The environment's key is the operator's, so not even its last characters are shown.
  const apiKey = configured && configured.apiKey !== NO_KEY ? MASK + lastFour : null;
  const wire = configured?.connection.wire ?? null;
  return { provider, model, baseUrl: otherAddressOf(configured), wire, apiKey, limits: limitsOf(config, configured) };
}

function limitsOf(config: ProviderConfig, configured: ConfiguredProvider | null | undefined): Values['limits'] {
  const model = configured && modelInEffect(config, configured);
  if (!model) return null;
  const { contextTokens, maxOutputTokens, limitsFrom } = model;
  const isListed = (config.models ?? MODELS).some(({ id, provider }) => id === model.id && provider === model.provider);
  const from = configured.row.readsContext ? 'asked' : (limitsFrom ?? (isListed ? 'catalog' : 'assumed'));
  return { contextTokens, maxOutputTokens, from };
}

/** The address that is asked, wherever it was set; null if it is the provider's own. */
const otherAddressOf = (configured: PickedProvider['configured'] | undefined): string | null =>
  configured == null || configured.connection.baseUrl === configured.row.baseUrl ? null : configured.connection.baseUrl;

/** Without settings, the environment's order of preference applies. */
function ofEnvironment({ config }: Effective, { plan }: Access): Values {
  const { models, defaultModel } = listModels(plan, config);
  const provider = models.find(({ id, allowed }) => allowed && id === defaultModel)?.provider ?? null;
  const configured = config.configured.find(({ row }) => row.id === provider);
  const wire = configured?.connection.wire ?? null;
  return {
    ...{ provider, model: defaultModel, baseUrl: otherAddressOf(configured), wire, apiKey: configured ? MASK : null },
    limits: limitsOf(config, configured && { ...configured, model: defaultModel }),
  };
}

const ENVIRONMENT = {
  provider: 'environment',
  model: 'environment',
  baseUrl: 'environment',
  apiKey: 'environment',
} as const;

const originsOf = ({ providerFrom, modelFrom, connectionFrom, configured }: PickedProvider) => ({
  provider: providerFrom,
  model: modelFrom,
  baseUrl: connectionFrom,
  apiKey: configured ? connectionFrom : null,
});

export function toStored(stored: StoredAiSettings): NonNullable<AiSettingsView['stored']> {
  const { enabled, provider, model, baseUrl, wire, effort, effortCeiling } = stored;
  const { fallbackProvider, fallbackModel, fallbackBaseUrl, fallbackWire } = stored;
  return {
    ...{ enabled, provider, model, baseUrl, wire, effort, effortCeiling, key: toKey(findKey(stored, 'primary')) },
    fallback:
      fallbackProvider === null
        ? null
        : {
            ...{ provider: fallbackProvider, model: fallbackModel, baseUrl: fallbackBaseUrl, wire: fallbackWire },
            key: toKey(findKey(stored, 'fallback')),
          },
  };
}

const findKey = (stored: StoredAiSettings | null, slot: KeySlot): StoredKey | null =>
  stored?.keys.find((key) => key.slot === slot) ?? null;

const toKey = (key: StoredKey | null) =>
  key && { replacedAt: key.replacedAt.toISOString(), replacedBy: key.replacedBy };
