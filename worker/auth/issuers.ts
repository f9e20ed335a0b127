// The issuers whose tokens this isolate accepts: the rows that operators manage, and the one of the environment. Public facts, the
// same for every org, so they may be cached. An issuer that was removed stops working within a minute; while Postgres is down,
// known ones work for a limited time.
import type { TrustedIssuer } from '../../durable/contracts/issuers.ts';
import { isSafeAddress, settingsOf } from '../../durable/env.ts';
import { AppError } from '../../durable/errors.ts';
import { logFailure } from '../../durable/log.ts';
import { fetchTrustedIssuers } from '../../durable/postgres/queries/issuers.ts';
import { postgresDepsOf } from '../../durable/postgres/with-tenant.ts';
import { type Issuer, MAX_TOKEN_AGE_SECONDS, TOLERANCE_SECONDS } from './issuer-token.ts';
import { createKeySet, fetchKeySet } from './key-set.ts';

export type IssuerDirectoryDeps = {
  /** @throws AppError DATABASE_UNAVAILABLE */
  fetchIssuers(): Promise<readonly TrustedIssuer[]>;
  /** The environment's issuer. It takes the place of a row for the same issuer. */
  readonly fixed: Issuer | null;
  keysOf(jwksUrl: string): Issuer['keys'];
  now(): number;
  /** Keeps a fetch alive after the request that started it, because others may wait for it. It never rejects. */
  background(work: Promise<void>): void;
};

/** The list is fetched again after this, and an unknown issuer causes one fetch in this time. */
const REFRESH_MS = 30_000;
/** An older list is not used without an attempt to fetch it. */
const MAX_STALE_MS = 50_000;
/** While Postgres is unavailable, known issuers work this long. */
const MAX_AGE_MS = 10 * 60_000;
/** After a failure, requests don't wait for another attempt this long. */
const PAUSE_MS = 5_000;

type Loaded = { readonly issuers: ReadonlyMap<string, Issuer>; readonly loadedAt: number };

export type IssuerDirectory = {
  /** The issuer with this exact name; null if none is trusted. @throws AppError DATABASE_UNAVAILABLE if that isn't known */
  find(name: string): Promise<Issuer | null>;
};

export function createIssuerDirectory(deps: IssuerDirectoryDeps): IssuerDirectory {
  let loaded: Loaded | null = null;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | null = null;
  /** By address, so that a new list doesn't fetch the keys again. */
  let keySets = new Map<string, Issuer['keys']>();

  return {
    find: async function findIssuer(name) {
      // Needs no database.
      if (deps.fixed?.issuer === name) return deps.fixed;
      // While Postgres is down, only the background asks again.
      if (age() > MAX_STALE_MS && !(isUsable() && hasJustFailed())) await load(PAUSE_MS);
      else if (age() > REFRESH_MS) void load(PAUSE_MS);
      const known = inList(name);
      if (known) return known;
      await load(REFRESH_MS);
      const added = inList(name);
      if (added) return added;
      // Whether it is trusted is not known.
      if (!isUsable()) throw new AppError('DATABASE_UNAVAILABLE', { retryAfterSeconds: PAUSE_MS / 1000 });
      return null;
    },
  };

  function inList(name: string): Issuer | null {
    return (isUsable() && loaded?.issuers.get(name)) || null;
  }

  function age(): number {
    return loaded === null ? Number.POSITIVE_INFINITY : deps.now() - loaded.loadedAt;
  }

  function isUsable(): boolean {
    return age() <= MAX_AGE_MS;
  }

  function hasJustFailed(): boolean {
    return deps.now() - failedAt <= REFRESH_MS;
  }

  /** One fetch at a time, and none within `pauseMs` of the last attempt. If it fails, the known list is kept. */
  async function load(pauseMs: number): Promise<void> {
    if (loading !== null) return loading;
    if (deps.now() - attemptedAt < pauseMs) return;
    attemptedAt = deps.now();
    loading = fetchAndKeep().finally(() => {
      loading = null;
    });
    deps.background(loading);
    return loading;
  }

  async function fetchAndKeep(): Promise<void> {
    // A change that comes during the query may be missing from its result.
    const loadedAt = deps.now();
    try {
      const rows = await deps.fetchIssuers();
      const kept = new Map<string, Issuer['keys']>();
      for (const { jwksUrl } of rows) kept.set(jwksUrl, keySets.get(jwksUrl) ?? deps.keysOf(jwksUrl));
      keySets = kept;
      loaded = { issuers: new Map(rows.map((row) => [row.issuer, toIssuer(row, kept)])), loadedAt };
    } catch (error) {
      failedAt = deps.now();
      logFailure('issuers.refresh_failed', error);
    }
  }

  function toIssuer(row: TrustedIssuer, keys: ReadonlyMap<string, Issuer['keys']>): Issuer {
    const { issuer, audiences, tokenType, clockToleranceSeconds, maxAgeSeconds, claims, roleNames, jwksUrl } = row;
    return {
      ...{ issuer, audiences, clockToleranceSeconds, maxAgeSeconds, type: tokenType, grants: { claims, roleNames } },
      keys: keys.get(jwksUrl) ?? deps.keysOf(jwksUrl),
    };
  }
}

/** One per database and environment. */
const directories = new Map<string, IssuerDirectory>();

export function issuersOf(env: Env, background: (work: Promise<void>) => void): IssuerDirectory {
  const settings = settingsOf(env);
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_JWKS_URL: url, JWT_TYPE: type, ENVIRONMENT } = settings;
  const name = JSON.stringify([settings.DATABASE_URL, issuer, audience, url, type]);
  const known = directories.get(name);
  if (known) return known;
  const keysOf = (jwksUrl: string) =>
    createKeySet({
      fetchKeys: async () => {
        if (!isSafeAddress(jwksUrl, ENVIRONMENT)) throw new Error('the address of the keys is not https');
        return fetchKeySet(jwksUrl);
      },
      now: () => Date.now(),
      background,
    });
  const created = createIssuerDirectory({
    fetchIssuers: () => fetchTrustedIssuers(postgresDepsOf(env)),
    fixed:
      issuer && audience && url
        ? {
            ...{ issuer, audiences: [audience], type, keys: keysOf(url), grants: null },
            ...{ clockToleranceSeconds: TOLERANCE_SECONDS, maxAgeSeconds: MAX_TOKEN_AGE_SECONDS },
          }
        : null,
    keysOf,
    now: () => Date.now(),
    background,
  });
  directories.set(name, created);
  return created;
}
