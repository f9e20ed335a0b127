// Provider settings as the API shows them: what holds in a scope, where each value comes from, and what its own row says.
import type { ScopeRow, SettingsProgram, StoredAiSettings, StoredKey } from '../durable/postgres/ai-settings.ts';
import type { Access } from '../durable/principal.ts';
import { listModels } from '../durable/providers/catalog.ts';
import type { Effective, Origin, Picked } from '../durable/providers/effective-settings.ts';
import { MODELS } from '../durable/providers/models.ts';
import { NO_KEY, PROVIDERS } from '../durable/providers/registry.ts';
import type { KeySlot } from '../durable/secrets/provider-key.ts';
import type { AiSettingsView } from './settings-contract.ts';

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
  const here: Origin = programId === null ? 'organisation' : 'program';
  const mayUpdate = access.permissions.includes(MAY_UPDATE);
  const shown = (picked: Picked, slot: KeySlot) => {
    const own = picked.connectionFrom === here ? findKey(stored, slot) : null;
    return toValues(picked, mayUpdate ? (own?.lastFour ?? '') : '');
  };
  const { primary, fallback } = effective;
  return {
    programId,
    enabled: effective.enabled,
    ...(primary ? shown(primary, 'primary') : ofEnvironment(effective, access)),
    fallback: fallback && shown(fallback, 'fallback'),
    origins: {
      enabled: effective.enabledFrom,
      ...(primary ? originsOf(primary) : ENVIRONMENT),
      fallback: fallback?.providerFrom ?? null,
    },
    exists: stored !== null,
    stored: stored && toStored(stored),
    version: stored?.version ?? null,
    updatedAt: stored?.updatedAt.toISOString() ?? null,
    updatedBy: stored?.updatedBy ?? null,
    mayCreate: access.permissions.includes(MAY_CREATE),
    mayUpdate,
    providers: PROVIDERS.map(({ id, label, defaultModel, baseUrl, isKeyless }) => ({
      ...{ id, label, defaultModel, baseUrl, needsKey: isKeyless !== true },
      models: MODELS.filter(({ provider }) => provider === id).map((model) => model.id),
    })),
    programs: [...programs],
  };
}

type Values = Pick<AiSettingsView, 'provider' | 'model' | 'baseUrl' | 'apiKey'>;

function toValues({ provider, model, configured }: Picked, lastFour: string): Values {
  // The environment's key is the operator's, and shows nothing of itself.
  const apiKey = configured && configured.apiKey !== NO_KEY ? MASK + lastFour : null;
  const address = configured?.connection.baseUrl ?? null;
  return { provider, model, baseUrl: address === configured?.row.baseUrl ? null : address, apiKey };
}

/** Without a word of the settings the environment's own order of preference holds. */
function ofEnvironment({ config }: Effective, { plan }: Access): Values {
  const { models, defaultModel } = listModels(plan, config);
  const provider = models.find(({ id, allowed }) => allowed && id === defaultModel)?.provider ?? null;
  const configured = config.configured.find(({ row }) => row.id === provider);
  return { provider, model: defaultModel, baseUrl: null, apiKey: configured ? MASK : null };
}

const ENVIRONMENT = {
  provider: 'environment',
  model: 'environment',
  baseUrl: 'environment',
  apiKey: 'environment',
} as const;

const originsOf = ({ providerFrom, modelFrom, connectionFrom, configured }: Picked) => ({
  provider: providerFrom,
  model: modelFrom,
  baseUrl: connectionFrom,
  apiKey: configured ? connectionFrom : null,
});

export function toStored(stored: StoredAiSettings): NonNullable<AiSettingsView['stored']> {
  const { enabled, provider, model, baseUrl, fallbackProvider, fallbackModel, fallbackBaseUrl } = stored;
  return {
    ...{ enabled, provider, model, baseUrl, key: toKey(findKey(stored, 'primary')) },
    fallback:
      fallbackProvider === null
        ? null
        : {
            ...{ provider: fallbackProvider, model: fallbackModel, baseUrl: fallbackBaseUrl },
            key: toKey(findKey(stored, 'fallback')),
          },
  };
}

const findKey = (stored: StoredAiSettings | null, slot: KeySlot): StoredKey | null =>
  stored?.keys.find((key) => key.slot === slot) ?? null;

const toKey = (key: StoredKey | null) =>
  key && { replacedAt: key.replacedAt.toISOString(), replacedBy: key.replacedBy };
