// What a change makes of a row of provider settings, and what is wrong with it. Pure: it seals nothing and stores nothing.
// A key belongs to the provider and the address that it was entered for; who changes either enters it again.
import type { KeySlot } from '../secrets/provider-key.ts';
import { acceptBaseUrl, type HostRules } from './provider-hosts.ts';
import { findProvider, PROVIDERS } from './registry.ts';

export type SlotValues = {
  readonly provider: string | null;
  readonly model: string | null;
  readonly baseUrl: string | null;
};

/** What is left out stays as it is; null clears it. */
export type SlotInput = {
  readonly provider?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly baseUrl?: string | null | undefined;
  readonly apiKey?: string | null | undefined;
};

export type Issue = { readonly path: readonly string[]; readonly message: string };

export type SlotChange = {
  readonly values: SlotValues;
  /** A key to store; null to remove the stored one; undefined to keep it, or to have none. */
  readonly key: string | null | undefined;
  readonly issues: readonly Issue[];
};

export const NO_SLOT: SlotValues = { provider: null, model: null, baseUrl: null };

/** What the header of a request can carry. */
const IS_KEY = /^[\x21-\x7e]{1,512}$/;
/** As replies show a stored key. */
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
  if (provider === undefined) refuse('provider', `is none of ${PROVIDERS.map(({ id }) => id).join(', ')}`);
  if (!provider) {
    // What belonged to a provider goes with it, unless the change itself names some of it.
    for (const field of ['model', 'baseUrl', 'apiKey'] as const) {
      if (input[field] != null) refuse(field, 'belongs to a provider; name one');
    }
    return { values: NO_SLOT, key: before.hasKey ? null : undefined, issues };
  }

  const baseUrl = asked.baseUrl === null ? null : acceptBaseUrl(asked.baseUrl, options.hosts);
  if (asked.baseUrl !== null && baseUrl === null) {
    refuse('baseUrl', 'must be https, without user info, query or fragment, to a host that this installation lists');
  }
  const ownUrl = baseUrl === provider.baseUrl ? null : baseUrl;
  if (provider.baseUrl === null && ownUrl === null && asked.baseUrl === null) refuse('baseUrl', 'is needed here');
  // A model of the provider before says nothing about this one.
  const hasMoved = before.values.provider !== provider.id;
  const model = hasMoved && input.model === undefined ? null : asked.model;
  if (provider.defaultModel === null && model === null) refuse('model', 'is needed here');

  const { apiKey } = input;
  if (typeof apiKey === 'string' && IS_MASK.test(apiKey)) {
    refuse('apiKey', 'is the mask of the stored key; leave it out to keep that one');
  } else if (typeof apiKey === 'string' && !IS_KEY.test(apiKey)) {
    refuse('apiKey', 'must be 1 to 512 characters without spaces');
  }
  const isElsewhere = hasMoved || ownUrl !== before.values.baseUrl;
  if (before.hasKey && isElsewhere && apiKey === undefined) {
    refuse('apiKey', 'enter the key again: the stored one is for another provider or address; null removes it');
  }
  const willHaveKey = typeof apiKey === 'string' || (before.hasKey && apiKey === undefined);
  if (ownUrl !== null && !provider.isKeyless && !willHaveKey) refuse('apiKey', 'an address of its own needs its key');
  return { values: { provider: provider.id, model, baseUrl: ownUrl }, key: apiKey, issues };
}

const given = ({ provider, model, baseUrl }: SlotInput): Partial<SlotValues> => ({
  ...(provider !== undefined && { provider }),
  ...(model !== undefined && { model }),
  ...(baseUrl !== undefined && { baseUrl }),
});
