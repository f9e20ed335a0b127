// The versioned master keys that encrypt the key of each stored secret. The first one encrypts; the others still decrypt
// until a rotation re-encrypts with the first.
import { settingsOf } from '../env.ts';
import { parseVersionedKeys, type VersionedKey, type VersionedKeys } from './versioned-keys.ts';

export type MasterKeys = VersionedKeys;
export type MasterKey = VersionedKey;

/**
 * @param text as in versioned-keys.ts
 * @throws Error that names the fault without showing the key
 */
export const parseMasterKeys = (text: string): MasterKeys =>
  parseVersionedKeys(text, (bytes) => crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']));

const imported = new WeakMap<object, MasterKeys>();

/** The Worker's master keys, imported once per environment. */
export function masterKeysOf(env: object): MasterKeys {
  const known = imported.get(env);
  if (known) return known;
  const keys = parseMasterKeys(settingsOf(env).MASTER_KEYS);
  imported.set(env, keys);
  return keys;
}
