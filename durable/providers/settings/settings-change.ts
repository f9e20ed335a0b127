// Applies a change to a row of provider settings and validates it. Does not encrypt or store anything. A key belongs to the
// provider and address it was entered for, so changing either requires entering the key again.
import type { KeySlot } from '../../secrets/provider-key.ts';
import { findProvider, findWire, PROVIDERS } from '../registry.ts';
import { acceptBaseUrl, type HostRules } from './provider-hosts.ts';

export type SlotValues = {
  readonly provider: string | null;
  readonly model: string | null;
  readonly baseUrl: string | null;
  readonly wire: string | null;
};

/** Omitted values are kept; null clears a value. */
export type SlotInput = {
  readonly provider?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly baseUrl?: string | null | undefined;
  readonly wire?: string | null | undefined;
  readonly apiKey?: string | null | undefined;
};

export type Issue = { readonly path: readonly string[]; readonly message: string };

export type SlotChange = {
  readonly values: SlotValues;
  /** The key to store; null removes the stored one, undefined leaves it unchanged. */
  readonly key: string | null | undefined;
  readonly issues: readonly Issue[];
};

export const NO_SLOT: SlotValues = { provider: null, model: null, baseUrl: null, wire: null };

/** Characters that a request header allows. */
const IS_KEY = /^[\x21-\x7e]{1,512}$/;
/** How replies show a stored key. */
const IS_MASK = /^\*{3}/;

export function changeSlot(
  before: { readonly values: SlotValues; readonly hasKey: boolean },
  input: SlotInput,
  options: { readonly slot: KeySlot; readonly hosts: HostRules },
): SlotChange {
  const issues: Issue[] = [];
  const refuse = (field: keyof SlotInput, message: string): void => {
    issues.push({ path: options.slot === 'primary' ? [field] : ['fallback', field], message });
  };
  const asked = { ...before.values, ...given(input) };
  const provider = asked.provider === null ? null : findProvider(asked.provider);
  if (provider === undefined) refuse('provider', `must be one of ${PROVIDERS.map(({ id }) => id).join(', ')}`);
  if (!provider) {
    // Without a provider, its other values are removed too.
    for (const field of ['model', 'baseUrl', 'wire', 'apiKey'] as const) {
      if (input[field] != null) refuse(field, 'needs a provider');
    }
    return { values: NO_SLOT, key: before.hasKey ? null : undefined, issues };
  }

  const baseUrl = asked.baseUrl === null ? null : acceptBaseUrl(asked.baseUrl, options.hosts);
  if (asked.baseUrl !== null && baseUrl === null) {
    refuse('baseUrl', 'must be an https address of an allowed host, without user info, query or fragment');
  }
  const ownUrl = baseUrl === provider.baseUrl ? null : baseUrl;
  if (provider.baseUrl === null && ownUrl === null && asked.baseUrl === null) refuse('baseUrl', 'is required');
  // The previous provider's model and API don't apply to the new provider.
  const hasMoved = before.values.provider !== provider.id;
  const model = hasMoved && input.model === undefined ? null : asked.model;
  if (provider.defaultModel === null && model === null) refuse('model', 'is required');

  const wire = hasMoved && input.wire === undefined ? null : asked.wire;
  if (wire !== null && !findWire(provider, wire)) refuse('wire', `must be one of ${provider.wires.join(', ')}`);

  const { apiKey } = input;
  if (typeof apiKey === 'string' && IS_MASK.test(apiKey)) {
    refuse('apiKey', 'is the masked form of the stored key; omit it to keep the key');
  } else if (typeof apiKey === 'string' && !IS_KEY.test(apiKey)) {
    refuse('apiKey', 'must be 1 to 512 characters without spaces');
  }
  const isElsewhere = hasMoved || ownUrl !== before.values.baseUrl;
  if (before.hasKey && isElsewhere && apiKey === undefined) {
    refuse('apiKey', 'enter the key again: the stored one is for another provider or address');
  }
  const willHaveKey = typeof apiKey === 'string' || (before.hasKey && apiKey === undefined);
  if (ownUrl !== null && !provider.isKeyless && !willHaveKey) refuse('apiKey', 'is required for a custom address');
  return { values: { provider: provider.id, model, baseUrl: ownUrl, wire }, key: apiKey, issues };
}

const given = ({ provider, model, baseUrl, wire }: SlotInput): Partial<SlotValues> => ({
  ...(provider !== undefined && { provider }),
  ...(model !== undefined && { model }),
  ...(baseUrl !== undefined && { baseUrl }),
  ...(wire !== undefined && { wire }),
});
