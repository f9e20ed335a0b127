// Provider settings as somebody edits them, and what of that is to be sent. Pure. A stored key never comes here: a draft
// says only whether it stays, goes, or gives way to what was typed.
import type { AiSettingsView } from '../../../worker/settings-contract.ts';
import type { AiSettingsInput, ProviderInput } from '../settings-api.ts';

export type Slot = 'primary' | 'fallback';
export type KeyDraft =
  | { readonly kind: 'keep' }
  | { readonly kind: 'enter'; readonly text: string }
  | { readonly kind: 'remove' };

/** Empty text: as the next scope, or the provider, has it. */
export type SlotDraft = {
  readonly provider: string;
  readonly model: string;
  readonly baseUrl: string;
  readonly key: KeyDraft;
};
export type SettingsDraft = { readonly enabled: boolean } & Readonly<Record<Slot, SlotDraft>>;

type Stored = NonNullable<AiSettingsView['stored']>;
/** What a row says of one provider. */
export type StoredSlot = {
  readonly provider: string | null;
  readonly model: string | null;
  readonly baseUrl: string | null;
  readonly key: Stored['key'];
};

const NOTHING: StoredSlot = { provider: null, model: null, baseUrl: null, key: null };

export const storedSlot = ({ stored }: Pick<AiSettingsView, 'stored'>, slot: Slot): StoredSlot =>
  (slot === 'primary' ? stored : stored?.fallback) ?? NOTHING;

export function draftOf(view: Pick<AiSettingsView, 'stored' | 'enabled'>): SettingsDraft {
  return {
    // A row of its own has the switch: one that is new must not turn on what is off.
    enabled: view.stored?.enabled ?? view.enabled,
    primary: slotDraft(storedSlot(view, 'primary')),
    fallback: slotDraft(storedSlot(view, 'fallback')),
  };
}

const slotDraft = ({ provider, model, baseUrl }: StoredSlot): SlotDraft => ({
  provider: provider ?? '',
  model: model ?? '',
  baseUrl: baseUrl ?? '',
  key: { kind: 'keep' },
});

/** The fields that differ from what is stored; those left out stay. */
export function inputOf(view: Pick<AiSettingsView, 'stored' | 'enabled'>, draft: SettingsDraft): AiSettingsInput {
  const [primary, fallback] = [slotInput(view, draft, 'primary'), slotInput(view, draft, 'fallback')];
  return {
    ...(draft.enabled !== draftOf(view).enabled && { enabled: draft.enabled }),
    ...primary,
    ...(Object.keys(fallback).length > 0 && { fallback: fallback.provider === null ? null : fallback }),
  };
}

export const isChanged = (view: Pick<AiSettingsView, 'stored' | 'enabled'>, draft: SettingsDraft): boolean =>
  Object.keys(inputOf(view, draft)).length > 0;

export function slotInput(
  view: Pick<AiSettingsView, 'stored'>,
  draft: Pick<SettingsDraft, Slot>,
  slot: Slot,
): ProviderInput {
  const [stored, { provider, model, baseUrl, key }] = [storedSlot(view, slot), draft[slot]];
  // What belonged to the provider goes with it.
  if (provider === '') return stored.provider === null ? {} : { provider: null };
  const isOther = provider !== stored.provider;
  return {
    ...(isOther && { provider }),
    ...((isOther || model.trim() !== (stored.model ?? '')) && { model: model.trim() || null }),
    ...((isOther || baseUrl.trim() !== (stored.baseUrl ?? '')) && { baseUrl: baseUrl.trim() || null }),
    ...keyInput(stored, key),
  };
}

function keyInput({ key: stored }: StoredSlot, key: KeyDraft): Pick<ProviderInput, 'apiKey'> {
  if (key.kind === 'remove') return stored === null ? {} : { apiKey: null };
  return key.kind === 'enter' && key.text.trim() !== '' ? { apiKey: key.text.trim() } : {};
}

/** A key belongs to the provider and the address that it was entered for: with another of either it is asked for again. */
export function isKeyForAnother(stored: StoredSlot, { provider, baseUrl }: SlotDraft): boolean {
  return stored.key !== null && (provider !== stored.provider || baseUrl.trim() !== (stored.baseUrl ?? ''));
}
