// Seals a provider key together with the provider and the address it was entered for. If someone changes the address in the
// database, the key does not open and is not sent there.
import * as z from 'zod';
import type { MasterKeys } from './master-keys.ts';
import { type SecretLocation, seal, UnsealError, unseal } from './sealed-secret.ts';

export const KEY_SLOTS = ['primary', 'fallback'] as const;
export type KeySlot = (typeof KEY_SLOTS)[number];

/** Which record: a settings row has a key for its provider and one for its fallback. */
export type KeyRecord = { readonly orgId: string; readonly settingId: string; readonly slot: KeySlot };

const Secret = z.strictObject({ key: z.string(), provider: z.string(), baseUrl: z.string().nullable() });
/** `baseUrl` is null if the key is for the provider's own address. */
export type ProviderKey = z.infer<typeof Secret>;

/** @param row `<setting id>/<slot>` */
export const placeOfKey = ({ orgId, settingId, slot }: KeyRecord): SecretLocation => ({
  orgId,
  table: 'ai_keys',
  column: 'sealed',
  row: `${settingId}/${slot}`,
});

export const sealProviderKey = (keys: MasterKeys, record: KeyRecord, secret: ProviderKey): Promise<string> =>
  seal(keys, placeOfKey(record), JSON.stringify(Secret.parse(secret)));

/** The key, for `target` only. @throws UnsealError */
export async function openProviderKey(
  keys: MasterKeys,
  record: KeyRecord,
  target: Omit<ProviderKey, 'key'>,
  sealed: string,
): Promise<string> {
  const { key, provider, baseUrl } = Secret.parse(JSON.parse(await unseal(keys, placeOfKey(record), sealed)));
  if (provider !== target.provider || baseUrl !== target.baseUrl) {
    throw new UnsealError('sealed for another provider or address');
  }
  return key;
}

const SHOWN = 4;
/** The last four characters of a shorter key would reveal too much of it. */
const SHORTEST_SHOWN = 16;

/** The last characters of a key, for admins; empty if the key is too short to show any. */
export const lastFourOf = (key: string): string => (key.length < SHORTEST_SHOWN ? '' : key.slice(-SHOWN));
