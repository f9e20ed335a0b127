// Envelope encryption of one short secret: AES-256-GCM with a separate data key, which a master key wraps. Its place (org,
// table, column, row) is authenticated with it, so a ciphertext moved to another place does not open.
//
//   s1.<version of the master key>.<iv and wrapped data key>.<iv and ciphertext>      (base64url)
import type { MasterKey, MasterKeys } from './master-keys.ts';

const FORMAT = 's1';
const IV_BYTES = 12;
const DATA_KEY_BYTES = 32;

/** Where a sealed secret belongs. None of these contains a `|`. */
export type SecretLocation = {
  readonly orgId: string;
  readonly table: string;
  readonly column: string;
  readonly row: string;
};

/** The secret does not open: wrong place, wrong key, or tampered with. Contains no part of the secret. */
export class UnsealError extends Error {
  constructor(why: string, options?: ErrorOptions) {
    super(why, options);
    this.name = 'UnsealError';
  }
}

export async function seal(keys: MasterKeys, place: SecretLocation, secret: string): Promise<string> {
  const dataKey = crypto.getRandomValues(new Uint8Array(DATA_KEY_BYTES));
  const ciphertext = await encrypt(await importDataKey(dataKey), FORMAT, place, encode(secret));
  const wrapped = await encrypt(await keys.current.key, keys.current.version, place, dataKey);
  return [FORMAT, keys.current.version, toBase64Url(wrapped), toBase64Url(ciphertext)].join('.');
}

/** @throws UnsealError */
export async function unseal(keys: MasterKeys, place: SecretLocation, sealed: string): Promise<string> {
  const { master, wrapped, ciphertext } = parse(keys, sealed);
  const dataKey = await decrypt(await master.key, master.version, place, wrapped);
  return decoder.decode(await decrypt(await importDataKey(dataKey), FORMAT, place, ciphertext));
}

/**
 * Rewraps the data key with the current master key; the ciphertext stays the same. Null if the secret is already under
 * the current key. @throws UnsealError
 */
export async function rewrap(keys: MasterKeys, place: SecretLocation, sealed: string): Promise<string | null> {
  const { master, wrapped, ciphertext } = parse(keys, sealed);
  const { current } = keys;
  if (master.version === current.version) return null;
  const dataKey = await decrypt(await master.key, master.version, place, wrapped);
  const rewrapped = await encrypt(await current.key, current.version, place, dataKey);
  return [FORMAT, current.version, toBase64Url(rewrapped), toBase64Url(ciphertext)].join('.');
}

/** The version of the master key that wraps the secret's data key; not confidential. */
export const versionOf = (sealed: string): string => sealed.split('.', 2)[1] ?? '';

type Parts = { readonly master: MasterKey; readonly wrapped: Bytes; readonly ciphertext: Bytes };
type Bytes = Uint8Array<ArrayBuffer>;

function parse(keys: MasterKeys, sealed: string): Parts {
  const [format, version = '', wrapped, ciphertext, ...rest] = sealed.split('.');
  if (format !== FORMAT || wrapped === undefined || ciphertext === undefined || rest.length > 0) {
    throw new UnsealError('not a sealed secret');
  }
  const master = keys.find(version);
  if (!master) throw new UnsealError('sealed under a master key that is not configured');
  return { master, wrapped: fromBase64Url(wrapped), ciphertext: fromBase64Url(ciphertext) };
}

/** The additional authenticated data: version|org|table|column|row. */
const aadOf = (version: string, { orgId, table, column, row }: SecretLocation): Bytes =>
  encode([version, orgId, table, column, row].join('|'));

async function encrypt(key: CryptoKey, version: string, place: SecretLocation, plain: Bytes): Promise<Bytes> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const additionalData = aadOf(version, place);
  const ciphertext = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, plain);
  const whole = new Uint8Array(IV_BYTES + ciphertext.byteLength);
  whole.set(iv);
  whole.set(new Uint8Array(ciphertext), IV_BYTES);
  return whole;
}

async function decrypt(key: CryptoKey, version: string, place: SecretLocation, whole: Bytes): Promise<Bytes> {
  const iv = whole.subarray(0, IV_BYTES);
  const additionalData = aadOf(version, place);
  try {
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, whole.subarray(IV_BYTES));
    return new Uint8Array(plain);
  } catch (cause) {
    // WebCrypto gives no reason for a failure.
    throw new UnsealError('does not open here', { cause });
  }
}

const importDataKey = (bytes: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);

const encode = (text: string): Bytes => new Uint8Array(new TextEncoder().encode(text));
const decoder = new TextDecoder();

const toBase64Url = (bytes: Bytes): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

function fromBase64Url(text: string): Bytes {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw new UnsealError('not a sealed secret');
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
}
