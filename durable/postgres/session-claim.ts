// The signed claim that identifies a transaction's user to Postgres: `<kid>.<payload>.<mac>`, verified by private.claim().
// Claims last a minute and are reused while valid, so most transactions need no new signature.
export type Claim =
  /**
   * A member acting in an org. Valid only while the membership exists. With the id of a shared place, it sees only what all
   * members of the place may see.
   */
  | { readonly kind: 'user'; readonly org: string; readonly user: string; readonly place?: string }
  /**
   * Internal writes: for `user`, member or not, and to the audit log of `org`. Can't read messages. `grant`: what a token of the
   * user's issuer says, which admits the rows that it grants.
   */
  | { readonly kind: 'system'; readonly org: string; readonly user?: string; readonly grant?: object }
  /** A signed-in user before an org is chosen: valid for account_access() only. `grant`: what their issuer's token says. */
  | { readonly kind: 'subject'; readonly sub: string; readonly grant?: object }
  /** Maintenance tasks of the installation: valid for their functions only. */
  | { readonly kind: 'installation' };

const LIFETIME_SECONDS = 60;
/** A claim with less time left is not reused: the transaction must end before the claim expires. */
const RESERVE_SECONDS = 25;
const MAX_CACHED_CLAIMS = 1_000;
const MAX_CACHED_KEYS = 8;

type CachedClaim = { readonly text: string; readonly expiresAt: number };
type SigningKey = { readonly kid: string; readonly key: CryptoKey };

/** Keyed by everything that goes into a claim, including the signing key. */
const claims = new Map<string, CachedClaim>();
const keys = new Map<string, Promise<SigningKey>>();

/**
 * @param claimKey `<kid>:<base64 of 32 to 64 bytes>`
 * @param now Unix milliseconds
 */
export async function signClaim(claimKey: string, claim: Claim, now: number): Promise<string> {
  const seconds = Math.floor(now / 1000);
  const payload = payloadOf(claim);
  const cacheKey = JSON.stringify([claimKey, payload]);
  const cached = claims.get(cacheKey);
  // A clock that was set back must not extend a claim.
  const left = cached ? cached.expiresAt - seconds : 0;
  if (cached && left > RESERVE_SECONDS && left <= LIFETIME_SECONDS) return cached.text;

  const expiresAt = seconds + LIFETIME_SECONDS;
  const { kid, key } = await importKey(claimKey);
  const signed = `${kid}.${toBase64Url(encoder.encode(JSON.stringify({ ...payload, exp: expiresAt })))}`;
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(signed));
  const text = `${signed}.${toBase64Url(new Uint8Array(mac))}`;
  remember(claims, cacheKey, { text, expiresAt }, MAX_CACHED_CLAIMS);
  return text;
}

const encoder = new TextEncoder();

/** Copies field by field, so that extra fields of the caller's object are not signed. */
function payloadOf(claim: Claim): Record<string, string | object> {
  switch (claim.kind) {
    case 'user':
      return { kind: 'user', org: claim.org, user: claim.user, ...(claim.place && { place: claim.place }) };
    case 'system':
      return {
        ...{ kind: 'system', org: claim.org, ...(claim.user === undefined ? {} : { user: claim.user }) },
        ...(claim.grant && { grant: claim.grant }),
      };
    case 'subject':
      return { kind: 'subject', sub: claim.sub, ...(claim.grant && { grant: claim.grant }) };
    case 'installation':
      return { kind: 'installation' };
  }
}

function importKey(claimKey: string): Promise<SigningKey> {
  const known = keys.get(claimKey);
  if (known !== undefined) return known;
  const imported = importFresh(claimKey);
  remember(keys, claimKey, imported, MAX_CACHED_KEYS);
  return imported;
}

async function importFresh(claimKey: string): Promise<SigningKey> {
  const colon = claimKey.indexOf(':');
  const bytes = Uint8Array.from(atob(claimKey.slice(colon + 1)), (character) => character.charCodeAt(0));
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return { kid: claimKey.slice(0, colon), key };
}

function remember<V>(cache: Map<string, V>, key: string, value: V, limit: number): void {
  cache.delete(key);
  cache.set(key, value);
  for (const oldest of cache.keys()) {
    if (cache.size <= limit) return;
    cache.delete(oldest);
  }
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
