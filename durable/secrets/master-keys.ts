// The versioned master keys that wrap the key of each record. The first one seals; the others still open what was sealed
// with them, until a rotation has wrapped it anew.
const VERSION = /^[A-Za-z0-9_-]{1,32}$/;
const KEY_BYTES = 32;

export type MasterKeys = {
  readonly current: MasterKey;
  readonly find: (version: string) => MasterKey | undefined;
};

export type MasterKey = { readonly version: string; readonly key: Promise<CryptoKey> };

/**
 * @param text `<version>:<base64 of 32 bytes>`, comma-separated, the current one first
 * @throws Error that says what is wrong and shows nothing of it
 */
export function parseMasterKeys(text: string): MasterKeys {
  const keys = text.split(',').map((part) => parseOne(part.trim()));
  const [current] = keys;
  if (!current) throw new Error('names no key');
  if (new Set(keys.map(({ version }) => version)).size < keys.length) throw new Error('names a version twice');
  return { current, find: (version) => keys.find((key) => key.version === version) };
}

function parseOne(text: string): MasterKey {
  const colon = text.indexOf(':');
  const version = text.slice(0, Math.max(colon, 0));
  if (!VERSION.test(version)) throw new Error('needs the form <version>:<base64>, comma-separated');
  return { version, key: importKey(decode(text.slice(colon + 1))) };
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(base64)
    ? Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    : new Uint8Array();
  if (bytes.length !== KEY_BYTES) throw new Error(`needs keys of ${KEY_BYTES} bytes in base64`);
  return bytes;
}

const importKey = (bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
