// Turns a change of provider settings into the row and the sealed keys to store.
import type { Context } from 'hono';
import * as z from 'zod';
import type { AiSettings, AiSettingsRow, ServerLimits } from '../../../durable/contracts/ai-settings.ts';
import { AppError } from '../../../durable/errors.ts';
import type {
  AiSettingsValues,
  ScopeRow,
  SealedKeys,
  StoredAiSettings,
} from '../../../durable/postgres/queries/ai-settings.ts';
import { configuredRefusal } from '../../../durable/providers/models/catalog.ts';
import { providerDepsOf } from '../../../durable/providers/settings/config.ts';
import {
  type Effective,
  effectiveSettings,
  type OpenKey,
  type PickedProvider,
} from '../../../durable/providers/settings/effective-settings.ts';
import { readServerLimits } from '../../../durable/providers/settings/read-limits.ts';
import {
  changeSlot,
  type Issue,
  NO_SLOT,
  type SlotChange,
  type SlotValues,
} from '../../../durable/providers/settings/settings-change.ts';
import { masterKeysOf } from '../../../durable/secrets/master-keys.ts';
import { KEY_SLOTS, type KeySlot, lastFourOf, sealProviderKey } from '../../../durable/secrets/provider-key.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import type { AiSettingsChange, AiSettingsTest } from './settings-schema.ts';

type Input = Omit<z.output<typeof AiSettingsChange>, 'version'>;

export type SettingsChange = {
  readonly values: AiSettingsValues;
  readonly slots: Readonly<Record<KeySlot, SlotChange>>;
};

/** @throws AppError BAD_REQUEST with an issue for each invalid field */
export function planChange(env: object, stored: StoredAiSettings | null, input: Input): SettingsChange {
  const { fallback, enabled, effort, effortCeiling } = input;
  const slots = {
    primary: planSlot(env, stored, 'primary', input),
    fallback: planSlot(env, stored, 'fallback', fallback === null ? { provider: null } : (fallback ?? {})),
  };
  refuse([...slots.primary.issues, ...slots.fallback.issues]);
  return {
    slots,
    values: {
      enabled: enabled ?? stored?.enabled ?? true,
      ...slots.primary.values,
      fallbackProvider: slots.fallback.values.provider,
      fallbackModel: slots.fallback.values.model,
      fallbackBaseUrl: slots.fallback.values.baseUrl,
      fallbackWire: slots.fallback.values.wire,
      effort: effort === undefined ? (stored?.effort ?? null) : effort,
      effortCeiling: effortCeiling === undefined ? (stored?.effortCeiling ?? null) : effortCeiling,
    },
  };
}

/** One provider to test: what was sent, on top of the saved settings. @throws AppError BAD_REQUEST */
export function planTest(
  env: object,
  stored: StoredAiSettings | null,
  input: z.output<typeof AiSettingsTest>,
): SlotChange {
  const change = planSlot(env, stored, input.slot, input);
  refuse(change.issues.map(({ path, message }) => ({ path: path.slice(-1), message })));
  return change;
}

function planSlot(env: object, stored: StoredAiSettings | null, slot: KeySlot, input: Input): SlotChange {
  const before = { values: slotOf(stored, slot), hasKey: hasKey(stored, slot) };
  return changeSlot(before, input, { slot, hosts: providerDepsOf(env).hosts });
}

function slotOf(stored: StoredAiSettings | null, slot: KeySlot): SlotValues {
  if (!stored) return NO_SLOT;
  const { provider, model, baseUrl, wire, fallbackProvider, fallbackModel, fallbackBaseUrl, fallbackWire } = stored;
  return slot === 'primary'
    ? { provider, model, baseUrl, wire }
    : { provider: fallbackProvider, model: fallbackModel, baseUrl: fallbackBaseUrl, wire: fallbackWire };
}

const hasKey = (stored: StoredAiSettings | null, slot: KeySlot): boolean =>
  stored?.keys.some((key) => key.slot === slot) ?? false;

function refuse(issues: readonly Issue[]): void {
  if (issues.length === 0) return;
  const named = issues.map(({ path, message }) => ({ code: 'custom' as const, path: [...path], message, input: null }));
  throw new AppError('BAD_REQUEST', { cause: new z.ZodError(named) });
}

/** The settings that would apply if the changes were saved. */
export function effectiveAfter(
  c: Context<EdgeEnv>,
  scope: Pick<ScopeRow, 'programId'>,
  changes: Partial<Readonly<Record<KeySlot, SlotChange>>>,
): Effective {
  const { orgId, modelOverrides } = c.get('access');
  const deps = providerDepsOf(c.env);
  const openKey: OpenKey = async (record, target, sealed) => {
    const sent = changes[record.slot]?.key;
    return typeof sent === 'string' ? sent : deps.openKey(record, target, sealed);
  };
  const programs = scope.programId === null ? [] : [scope.programId];
  const settings = withCandidate(c.get('settings'), scope, changes);
  return effectiveSettings({ orgId, settings, programs, modelOverrides }, { ...deps, openKey });
}

/** Replaces the ciphertext when the key itself was sent. */
const KEY_AT_HAND = 'at hand';

function withCandidate(
  settings: AiSettings,
  { programId }: Pick<ScopeRow, 'programId'>,
  changes: Partial<Readonly<Record<KeySlot, SlotChange>>>,
): AiSettings {
  const known = settings.find((row) => row.programId === programId);
  const row: AiSettingsRow = known ?? {
    id: crypto.randomUUID(),
    programId,
    programCode: null,
    enabled: true,
    primary: NOTHING,
    fallback: NOTHING,
  };
  const changed = (slot: KeySlot) => {
    const change = changes[slot];
    if (!change) return row[slot];
    const { values, key } = change;
    const before = row[slot];
    // A key is sealed for one provider and address. The known settings can be older than the stored ones.
    const keepsKey = key !== null && before.provider === values.provider && before.baseUrl === values.baseUrl;
    const sealedKey = typeof key === 'string' ? KEY_AT_HAND : keepsKey ? before.sealedKey : null;
    return { ...before, ...values, sealedKey };
  };
  const candidate = { ...row, primary: changed('primary'), fallback: changed('fallback') };
  return [...settings.filter((other) => other !== known), candidate];
}

const NOTHING = { provider: null, model: null, baseUrl: null, wire: null, sealedKey: null, keyReplacedAt: null };

/** A model that would not answer is refused here too. @throws AppError BAD_REQUEST */
export function refuseUnusableModels(
  c: Context<EdgeEnv>,
  scope: Pick<ScopeRow, 'programId'>,
  { slots }: SettingsChange,
  input: Pick<Input, 'provider' | 'model' | 'apiKey' | 'baseUrl' | 'fallback'>,
): void {
  const { primary, fallback, config } = effectiveAfter(c, scope, slots);
  const problemOf = (picked: PickedProvider | null): string | undefined => {
    const refusal = configuredRefusal(picked?.configured ?? null, {
      ...c.get('access'),
      now: config.now(),
      models: config.models,
    });
    return refusal === null || refusal === 'MODEL_NOT_IN_PLAN' ? undefined : UNUSABLE[refusal];
  };
  const issues: Issue[] = [];
  const ofPrimary = touches(input) && slots.primary.values.provider !== null ? problemOf(primary) : undefined;
  if (ofPrimary !== undefined) issues.push({ path: ['model'], message: ofPrimary });
  const ofFallback = input.fallback && slots.fallback.values.provider !== null ? problemOf(fallback) : undefined;
  if (ofFallback !== undefined) issues.push({ path: ['fallback', 'model'], message: ofFallback });
  refuse(issues);
}

/** What the servers of the changed slots say about their models. A server that doesn't reply soon delays no save. */
export async function limitsAfter(
  c: Context<EdgeEnv>,
  scope: Pick<ScopeRow, 'programId'>,
  { slots }: SettingsChange,
  input: Pick<Input, 'provider' | 'model' | 'apiKey' | 'baseUrl' | 'fallback'>,
): Promise<Partial<Record<KeySlot, ServerLimits>>> {
  const { primary, fallback, config } = effectiveAfter(c, scope, slots);
  const read = async (picked: PickedProvider | null) =>
    picked?.configured ? readServerLimits(config, picked.configured) : null;
  const [ofPrimary, ofFallback] = await Promise.all([
    touches(input) ? read(primary) : null,
    input.fallback && touches(input.fallback) ? read(fallback) : null,
  ]);
  return { ...(ofPrimary && { primary: ofPrimary }), ...(ofFallback && { fallback: ofFallback }) };
}

const touches = (sent: object): boolean => SLOT_FIELDS.some((field) => field in sent);

const SLOT_FIELDS = ['provider', 'model', 'baseUrl', 'apiKey'] as const;
const UNUSABLE = {
  MODEL_NEEDS_OWN_KEY: 'isn’t listed for this installation: enter your own API key, or choose a listed model',
  MODEL_RETIRED: 'was retired by its provider: choose another model',
};

/** From here on keys are ciphertext, each sealed for its row. */
export async function sealKeys(
  env: object,
  row: { readonly orgId: string; readonly settingId: string },
  { slots }: SettingsChange,
): Promise<SealedKeys> {
  const sealed: SealedKeys = {};
  for (const slot of KEY_SLOTS) {
    const { key, values } = slots[slot];
    if (key === null) sealed[slot] = null;
    if (typeof key !== 'string' || values.provider === null) continue;
    const secret = { key, provider: values.provider, baseUrl: values.baseUrl };
    sealed[slot] = {
      sealed: await sealProviderKey(masterKeysOf(env), { ...row, slot }, secret),
      lastFour: lastFourOf(key),
    };
  }
  return sealed;
}
