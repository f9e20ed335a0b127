// Secrets that can be rotated: `<version>:<base64 of 32 bytes>`, comma-separated, the current one first.
const VERSION = /^[A-Za-z0-9_-]{1,32}$/;
const KEY_BYTES = 32;

export type VersionedKey = { readonly version: string; readonly key: Promise<CryptoKey> };

export type VersionedKeys = {
  readonly current: VersionedKey;
  readonly find: (version: string) => VersionedKey | undefined;
};

/** @throws Error that names the fault without showing the key */
export function parseVersionedKeys(
  text: string,
  importKey: (bytes: Uint8Array<ArrayBuffer>) => Promise<CryptoKey>,
): VersionedKeys {
  const keys = text.split(',').map((part) => {
    const { version, bytes } = parseOne(part.trim());
    return { version, key: importKey(bytes) };
  });
  const [current] = keys;
  if (!current) throw new Error('contains no key');
  if (new Set(keys.map(({ version }) => version)).size < keys.length) throw new Error('contains a version twice');
  return { current, find: (version) => keys.find((key) => key.version === version) };
}

function parseOne(text: string): { readonly version: string; readonly bytes: Uint8Array<ArrayBuffer> } {
  const colon = text.indexOf(':');
  const version = text.slice(0, Math.max(colon, 0));
  if (!VERSION.test(version)) throw new Error('must have the form <version>:<base64>, comma-separated');
  return { version, bytes: decode(text.slice(colon + 1)) };
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(base64)
    ? Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    : new Uint8Array();
  if (bytes.length !== KEY_BYTES) throw new Error(`keys must be ${KEY_BYTES} bytes in base64`);
  return bytes;
}
