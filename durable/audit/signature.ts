// Signs stretches of an org's audit log with a key that Postgres never sees, so that not even the tables' owner can change
// rows and their hashes together. The first key of AUDIT_KEYS signs; the others still verify what they signed.
import { canonicalJson } from '../canonical-json.ts';
import { settingsOf } from '../env.ts';
import { parseVersionedKeys, type VersionedKeys } from '../secrets/versioned-keys.ts';

/** The rows `from` to `seq` of one org's log. */
export type Segment = {
  readonly from: number;
  readonly seq: number;
  /** Of the row `seq`, in hex. It covers all rows before it. */
  readonly hash: string;
  /** SHA-256 over the hashes of all its rows, in hex. */
  readonly digest: string;
};

export type SignedSegment = Segment & {
  readonly keyId: string;
  /** HMAC-SHA-256, in hex. */
  readonly signature: string;
};

export type AuditKeys = VersionedKeys;

/** @throws Error that names the fault without showing the key */
export const parseAuditKeys = (text: string): AuditKeys =>
  parseVersionedKeys(text, (bytes) =>
    crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']),
  );

const imported = new WeakMap<object, AuditKeys>();

/** Null if the deployment has none; then nothing is signed. Production refuses to start without (see env.ts). */
export function auditKeysOf(env: object): AuditKeys | null {
  const text = settingsOf(env).AUDIT_KEYS;
  if (text === undefined) return null;
  const known = imported.get(env);
  if (known) return known;
  const keys = parseAuditKeys(text);
  imported.set(env, keys);
  return keys;
}

export async function signSegment(keys: AuditKeys, orgId: string, segment: Segment): Promise<SignedSegment> {
  const { version, key } = keys.current;
  const mac = await crypto.subtle.sign('HMAC', await key, statementOf(orgId, segment, version));
  return { ...segment, keyId: version, signature: toHex(new Uint8Array(mac)) };
}

export async function verifySegment(
  keys: AuditKeys,
  orgId: string,
  segment: SignedSegment,
): Promise<'valid' | 'forged' | 'unknown-key'> {
  const known = keys.find(segment.keyId);
  if (!known) return 'unknown-key';
  const { signature, ...signed } = segment;
  const mac = fromHex(signature);
  const isValid = await crypto.subtle.verify('HMAC', await known.key, mac, statementOf(orgId, signed, segment.keyId));
  return isValid ? 'valid' : 'forged';
}

/** The key id is part of it, so that a signature can't be passed off as another key's. */
const statementOf = (orgId: string, { from, seq, hash, digest }: Segment, keyId: string) =>
  new TextEncoder().encode(canonicalJson({ purpose: 'audit-segment', orgId, from, seq, hash, digest, keyId }));

const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const fromHex = (hex: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array((hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));
