// Who may take part in a shared conversation. Postgres decides, with each user's own claim. Its result is cached for a short
// time, so that users with an open page don't wait for it. There is no member list here.
import { AppError } from '../errors.ts';
import type { SharedPlace } from '../packs/pack.ts';
import type { Access } from '../principal.ts';

/**
 * A message is admitted on a result of this age. Together with the checks during a run, lost access takes effect within a
 * minute.
 */
export const MEMBER_FRESH_MS = 25_000;
/** How long the last result is used while Postgres is unavailable; the same as in the Account. */
const OUTAGE_LIMIT_MS = 10 * 60_000;
/** The number of cached results. Other users are looked up again. */
const MAX_KNOWN = 500;

export type MembersDeps = {
  /** The place as `access` sees it; null if they have no access. @throws AppError DATABASE_UNAVAILABLE */
  find(access: Access): Promise<SharedPlace | null>;
  now(): number;
};

export type Members = ReturnType<typeof createMembers>;

type CachedPlace = { readonly place: SharedPlace; readonly at: number };

export function createMembers(deps: MembersDeps) {
  const known = new Map<string, CachedPlace>();
  const pending = new Map<string, Promise<SharedPlace | null>>();

  /** The place in the last result; null for anyone else. Call `learn` first. */
  const get = (access: Access): SharedPlace | null => known.get(keyOf(access))?.place ?? null;

  /**
   * The place, from a result that is at most `maxAgeMs` old; null for a user without access.
   * @throws AppError DATABASE_UNAVAILABLE if Postgres is unavailable and the last result is too old
   */
  async function learn(access: Access, maxAgeMs = MEMBER_FRESH_MS): Promise<SharedPlace | null> {
    const key = keyOf(access);
    const last = known.get(key);
    if (last && deps.now() - last.at <= maxAgeMs) return last.place;
    try {
      return await askOnce(key, access);
    } catch (error) {
      const isUsable = last !== undefined && deps.now() - last.at <= OUTAGE_LIMIT_MS;
      if (isUsable && error instanceof AppError && error.code === 'DATABASE_UNAVAILABLE') return last.place;
      known.delete(key);
      throw error;
    }
  }

  /** One query at a time for each user; concurrent calls share its result. */
  function askOnce(key: string, access: Access): Promise<SharedPlace | null> {
    const underway = pending.get(key);
    if (underway !== undefined) return underway;
    const answer = ask(key, access).finally(() => pending.delete(key));
    pending.set(key, answer);
    return answer;
  }

  async function ask(key: string, access: Access): Promise<SharedPlace | null> {
    // The time before the query: later changes may be missing from the result.
    const at = deps.now();
    const place = await deps.find(access);
    // Moves to the end of the map, so that the oldest result is the first.
    known.delete(key);
    if (place) known.set(key, { place, at });
    const [oldest] = known.keys();
    if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
    return place;
  }

  /** True if the last result is recent enough. */
  function isFresh(access: Access): boolean {
    const last = known.get(keyOf(access));
    return last !== undefined && deps.now() - last.at <= MEMBER_FRESH_MS;
  }

  return { get, learn, isFresh };
}

/** Includes the org, because the query uses the user's claim in that org. */
const keyOf = ({ orgId, userId }: Access): string => `${orgId} ${userId}`;
