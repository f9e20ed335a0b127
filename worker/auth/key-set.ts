// Caches the identity provider's public keys: a known key needs no network, an unknown one at most one fetch per cooldown
// for any number of requests, and known keys outlive an outage for a limited time.
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod';

export type KeySetDeps = {
  fetchKeys(): Promise<unknown>;
  now(): number;
  /** Keeps a fetch alive after the request that started it, because others may wait for it. It never rejects. */
  background(work: Promise<void>): void;
};

/** Unknown key ids cause one fetch in this time, so a new key works within it. */
const COOLDOWN_MS = 30_000;
/** Known keys are fetched again after this, so that a withdrawn key stops working. */
const REFRESH_MS = 5 * 60_000;
/** If the provider is unreachable, known keys work this long. */
const MAX_AGE_MS = 10 * 60_000;

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

type LoadedKeys = { readonly find: JWTVerifyGetKey; readonly loadedAt: number };

export function createKeySet(deps: KeySetDeps): JWTVerifyGetKey {
  let loaded: LoadedKeys | null = null;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | null = null;

  return async function findKey(header, token) {
    // A token without a key id could match any key of the set.
    if (!header?.kid) throw new errors.JWKSNoMatchingKey();
    if (!isUsable(loaded)) await load();
    // Usable keys are used at once and refreshed in the background.
    else if (deps.now() - loaded.loadedAt >= REFRESH_MS) void load();
    if (!isUsable(loaded)) throw new errors.JWKSNoMatchingKey();
    try {
      return await loaded.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const before = loaded;
      await load();
      if (loaded === before || !isUsable(loaded)) throw error;
      return loaded.find(header, token);
    }
  };

  function isUsable(keys: LoadedKeys | null): keys is LoadedKeys {
    return keys !== null && deps.now() - keys.loadedAt <= MAX_AGE_MS;
  }

  /** Fetches at most once per cooldown. If it fails, the known keys are kept. */
  async function load(): Promise<void> {
    if (loading !== null) return loading;
    if (deps.now() - attemptedAt < COOLDOWN_MS) return;
    attemptedAt = deps.now();
    loading = fetchAndKeep().finally(() => {
      loading = null;
    });
    deps.background(loading);
    return loading;
  }

  async function fetchAndKeep(): Promise<void> {
    try {
      const keys = KeySet.parse(await deps.fetchKeys());
      loaded = { find: createLocalJWKSet(keys), loadedAt: deps.now() };
    } catch {
      // The provider is down or its reply is invalid: known keys are used until they are too old.
    }
  }
}

const FETCH_TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;

/** Reads a JWKS document. @throws if it is missing, redirects or is too large. */
export async function fetchKeySet(url: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (response.status !== 200) throw new Error('key set not served');
  const text = await response.text();
  if (text.length > MAX_BYTES) throw new Error('key set too large');
  return JSON.parse(text);
}
