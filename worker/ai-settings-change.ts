// A change of provider settings as it was sent → the row and the sealed keys that are to be stored.
import { z } from 'zod';
import { AppError } from '../durable/errors.ts';
import type { AiSettingsValues, SealedKeys, StoredAiSettings } from '../durable/postgres/ai-settings.ts';
import { providerDepsOf } from '../durable/providers/config.ts';
import {
  changeSlot,
  type Issue,
  NO_SLOT,
  type SlotChange,
  type SlotValues,
} from '../durable/providers/settings-change.ts';
import { masterKeysOf } from '../durable/secrets/config.ts';
import { KEY_SLOTS, type KeySlot, lastFourOf, sealProviderKey } from '../durable/secrets/provider-key.ts';
import type { AiSettingsChange, AiSettingsTest } from './settings-contract.ts';

type Input = Omit<z.output<typeof AiSettingsChange>, 'version'>;

export type SettingsChange = {
  readonly values: AiSettingsValues;
  readonly slots: Readonly<Record<KeySlot, SlotChange>>;
};

/** @throws AppError BAD_REQUEST with an issue for each field at fault */
export function planChange(env: object, stored: StoredAiSettings | null, input: Input): SettingsChange {
  const { fallback, enabled } = input;
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
    },
  };
}

/** What is to be tried out: one provider, by what was sent over what is stored. @throws AppError BAD_REQUEST */
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
  const { provider, model, baseUrl, fallbackProvider, fallbackModel, fallbackBaseUrl } = stored;
  return slot === 'primary'
    ? { provider, model, baseUrl }
    : { provider: fallbackProvider, model: fallbackModel, baseUrl: fallbackBaseUrl };
}

const hasKey = (stored: StoredAiSettings | null, slot: KeySlot): boolean =>
  stored?.keys.some((key) => key.slot === slot) ?? false;

function refuse(issues: readonly Issue[]): void {
  if (issues.length === 0) return;
  const named = issues.map(({ path, message }) => ({ code: 'custom' as const, path: [...path], message, input: null }));
  throw new AppError('BAD_REQUEST', { cause: new z.ZodError(named) });
}

/** From here on a key is ciphertext, for the row that it is sealed for. */
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
