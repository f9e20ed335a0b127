// Which organization allows which other origins, kept per isolate. The whole list is read at most once in a while, so that a
// flood of unknown origins costs no query each. Without Postgres, the last list works for a limited time, then none.
import type { ListedOrigin } from '../../durable/postgres/queries/allowed-origins.ts';

/** The list is read again after this, while requests still use it. */
const FRESH_MS = 30_000;
/** An older list isn't used without an attempt to read it, so that a removed origin stops working within a minute. */
const MAX_STALE_MS = 50_000;
/** If the database is unreachable, it is asked again after this, and the last list works this long. */
const COOLDOWN_MS = 5_000;
const MAX_AGE_MS = 10 * 60_000;
/** Beyond it the list is cut, which refuses the rest. A megabyte or two of memory. */
const MAX_ROWS = 20_000;

const NONE: ReadonlySet<string> = new Set();

/** A request from a page of another origin that some organization allows. */
export type ForeignPage = {
  readonly origin: string;
  /** The slugs of the organizations that allow the origin. */
  readonly orgs: ReadonlySet<string>;
};

export type OriginListDeps = {
  /** @throws if the database can't be reached */
  fetchRows(limit: number): Promise<readonly ListedOrigin[]>;
  now(): number;
  /** Keeps a query alive after the request that started it, because others may wait for it. It never rejects. */
  background(work: Promise<void>): void;
  noteFailure(event: string, error?: unknown): void;
};

export type OriginList = ReturnType<typeof createOriginList>;

type Loaded = {
  readonly slugsByOrigin: ReadonlyMap<string, ReadonlySet<string>>;
  readonly originsBySlug: ReadonlyMap<string, ReadonlySet<string>>;
  readonly askedAt: number;
};

export function createOriginList(deps: OriginListDeps) {
  let loaded: Loaded | null = null;
  let failedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | null = null;

  /** The slugs of the orgs that allow the origin. */
  const orgsAllowing = async (origin: string): Promise<ReadonlySet<string>> =>
    (await current())?.slugsByOrigin.get(origin) ?? NONE;

  /** The origins that the org allows; empty for an unknown org. */
  const originsOf = async (slug: string): Promise<ReadonlySet<string>> =>
    (await current())?.originsBySlug.get(slug) ?? NONE;

  /** After a change that this isolate made itself. */
  const forget = (): void => {
    if (loaded) loaded = { ...loaded, askedAt: Math.min(loaded.askedAt, deps.now() - MAX_STALE_MS) };
  };

  async function current(): Promise<Loaded | null> {
    // A first token must not wait for Postgres: not for a list that is good enough, and not while Postgres is down.
    if (age() >= MAX_STALE_MS && !(isUsable() && deps.now() - failedAt < FRESH_MS)) await load();
    else if (age() >= FRESH_MS) void load();
    return isUsable() ? loaded : null;
  }

  function age(): number {
    return loaded === null ? Number.POSITIVE_INFINITY : deps.now() - loaded.askedAt;
  }

  function isUsable(): boolean {
    return age() <= MAX_AGE_MS;
  }

  /** One query at a time, which concurrent callers share. */
  async function load(): Promise<void> {
    if (loading !== null) return loading;
    if (deps.now() - failedAt < COOLDOWN_MS) return;
    loading = fetchAndKeep().finally(() => {
      loading = null;
    });
    deps.background(loading);
    return loading;
  }

  async function fetchAndKeep(): Promise<void> {
    const askedAt = deps.now();
    try {
      const rows = await deps.fetchRows(MAX_ROWS + 1);
      if (rows.length > MAX_ROWS) deps.noteFailure('origin_list.cut');
      const kept = rows.slice(0, MAX_ROWS);
      loaded = {
        slugsByOrigin: grouped(kept, ({ origin, slug }) => [origin, slug]),
        originsBySlug: grouped(kept, ({ origin, slug }) => [slug, origin]),
        askedAt,
      };
    } catch (error) {
      failedAt = deps.now();
      deps.noteFailure('origin_list.unavailable', error);
    }
  }

  return { orgsAllowing, originsOf, forget };
}

function grouped(
  rows: readonly ListedOrigin[],
  entry: (row: ListedOrigin) => readonly [key: string, member: string],
): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = new Map<string, Set<string>>();
  for (const row of rows) {
    const [key, member] = entry(row);
    const group = groups.get(key);
    if (group) group.add(member);
    else groups.set(key, new Set([member]));
  }
  return groups;
}
