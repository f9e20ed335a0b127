// Provider settings while they are edited, and the changes to send. Pure. Stored keys never reach the page: a draft only
// says whether to keep, remove or replace the key.
import type { AiSettingsView } from '../../../worker/api/settings/settings-schema.ts';
import type { AiSettingsInput, ProviderInput } from '../settings-api.ts';

export type Slot = 'primary' | 'fallback';
export type KeyDraft =
  | { readonly kind: 'keep' }
  | { readonly kind: 'enter'; readonly text: string }
  | { readonly kind: 'remove' };

/** An empty string means the value is inherited or the provider's default. */
export type SlotDraft = {
  readonly provider: string;
  readonly model: string;
  readonly baseUrl: string;
  readonly wire: string;
  readonly key: KeyDraft;
};
export type SettingsDraft = {
  readonly enabled: boolean;
  readonly effort: string;
  readonly effortCeiling: string;
} & Readonly<Record<Slot, SlotDraft>>;

type StoredSettings = NonNullable<AiSettingsView['stored']>;
/** The stored values of one provider. */
export type StoredSlot = {
  readonly provider: string | null;
  readonly model: string | null;
  readonly baseUrl: string | null;
  readonly wire: string | null;
  readonly key: StoredSettings['key'];
};

const EMPTY_SLOT: StoredSlot = { provider: null, model: null, baseUrl: null, wire: null, key: null };

export const storedSlot = ({ stored }: Pick<AiSettingsView, 'stored'>, slot: Slot): StoredSlot =>
  (slot === 'primary' ? stored : stored?.fallback) ?? EMPTY_SLOT;

export function draftOf(view: Pick<AiSettingsView, 'stored' | 'enabled'>): SettingsDraft {
  return {
    // Start from the inherited switch, so new settings don't turn answers on.
    enabled: view.stored?.enabled ?? view.enabled,
    effort: view.stored?.effort ?? '',
    effortCeiling: view.stored?.effortCeiling ?? '',
    primary: slotDraft(storedSlot(view, 'primary')),
    fallback: slotDraft(storedSlot(view, 'fallback')),
  };
}

const slotDraft = ({ provider, model, baseUrl, wire }: StoredSlot): SlotDraft => ({
  provider: provider ?? '',
  model: model ?? '',
  baseUrl: baseUrl ?? '',
  wire: wire ?? '',
  key: { kind: 'keep' },
});

/** The fields that differ from the stored ones; fields left out don't change. */
export function inputOf(view: Pick<AiSettingsView, 'stored' | 'enabled'>, draft: SettingsDraft): AiSettingsInput {
  const [primary, fallback] = [slotInput(view, draft, 'primary'), slotInput(view, draft, 'fallback')];
  return {
    ...(draft.enabled !== draftOf(view).enabled && { enabled: draft.enabled }),
    ...effortInput(view, draft),
    ...primary,
    ...(Object.keys(fallback).length > 0 && { fallback: fallback.provider === null ? null : fallback }),
  };
}

function effortInput(
  { stored }: Pick<AiSettingsView, 'stored'>,
  { effort, effortCeiling }: SettingsDraft,
): Pick<AiSettingsInput, 'effort' | 'effortCeiling'> {
  return {
    ...(effort !== (stored?.effort ?? '') && { effort: effort || null }),
    ...(effortCeiling !== (stored?.effortCeiling ?? '') && { effortCeiling: effortCeiling || null }),
  };
}

export const isChanged = (view: Pick<AiSettingsView, 'stored' | 'enabled'>, draft: SettingsDraft): boolean =>
  Object.keys(inputOf(view, draft)).length > 0;

export function slotInput(
  view: Pick<AiSettingsView, 'stored'>,
  draft: Pick<SettingsDraft, Slot>,
  slot: Slot,
): ProviderInput {
  const [stored, { provider, model, baseUrl, wire, key }] = [storedSlot(view, slot), draft[slot]];
  // The server clears the other fields along with the provider.
  if (provider === '') return stored.provider === null ? {} : { provider: null };
  const isOther = provider !== stored.provider;
  return {
    ...(isOther && { provider }),
    ...((isOther || model.trim() !== (stored.model ?? '')) && { model: model.trim() || null }),
    ...((isOther || baseUrl.trim() !== (stored.baseUrl ?? '')) && { baseUrl: baseUrl.trim() || null }),
    ...((isOther || wire !== (stored.wire ?? '')) && { wire: wire || null }),
    ...keyInput(stored, key),
  };
}

function keyInput({ key: stored }: StoredSlot, key: KeyDraft): Pick<ProviderInput, 'apiKey'> {
  if (key.kind === 'remove') return stored === null ? {} : { apiKey: null };
  return key.kind === 'enter' && key.text.trim() !== '' ? { apiKey: key.text.trim() } : {};
}

/** A key is valid only for the provider and base URL it was entered for. Changing either requires entering it again. */
export function isKeyForAnother(stored: StoredSlot, { provider, baseUrl }: SlotDraft): boolean {
  return stored.key !== null && (provider !== stored.provider || baseUrl.trim() !== (stored.baseUrl ?? ''));
}
