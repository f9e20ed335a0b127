// Who may take part in a place that several people share. The database says so, under each person's own claim; its last
// word is kept for seconds, so that whoever has the page open never waits for it. Never a list of its own.
import { AppError } from '../errors.ts';
import type { SharedPlace } from '../packs/pack.ts';
import type { Access } from '../principal.ts';

/** A message is taken on a word this old. With the beat of a run's own watch, who left is out within a minute. */
export const MEMBER_FRESH_MS = 25_000;
/** How long the last word stands where Postgres does not answer; the Account's stands as long. */
const STANDS_IN_OUTAGE_MS = 10 * 60_000;
/** People whose word is kept. What falls out is asked again. */
const MAX_KNOWN = 500;

export type MembersDeps = {
  /** The place as `access` sees it, null where they do not. @throws AppError DATABASE_UNAVAILABLE without an answer. */
  find(access: Access): Promise<SharedPlace | null>;
  now(): number;
};

export type Members = ReturnType<typeof createMembers>;

type Word = { readonly place: SharedPlace; readonly at: number };

export function createMembers(deps: MembersDeps) {
  const known = new Map<string, Word>();
  const asked = new Map<string, Promise<SharedPlace | null>>();

  /** The place by the last word; null for who is no member, or of whom nobody has asked. Call `learn` first. */
  const get = (access: Access): SharedPlace | null => known.get(keyOf(access))?.place ?? null;

  /**
   * The place on a word that is at most `maxAgeMs` old, null for who is no member.
   * @throws AppError DATABASE_UNAVAILABLE where nobody can say
   */
  async function learn(access: Access, maxAgeMs = MEMBER_FRESH_MS): Promise<SharedPlace | null> {
    const key = keyOf(access);
    const word = known.get(key);
    if (word && deps.now() - word.at <= maxAgeMs) return word.place;
    try {
      return await askOnce(key, access);
    } catch (error) {
      const stands = word !== undefined && deps.now() - word.at <= STANDS_IN_OUTAGE_MS;
      if (stands && error instanceof AppError && error.code === 'DATABASE_UNAVAILABLE') return word.place;
      known.delete(key);
      throw error;
    }
  }

  /** One question at a time for each person, whoever asks meanwhile shares its answer. */
  function askOnce(key: string, access: Access): Promise<SharedPlace | null> {
    const underway = asked.get(key);
    if (underway !== undefined) return underway;
    const answer = ask(key, access).finally(() => asked.delete(key));
    asked.set(key, answer);
    return answer;
  }

  async function ask(key: string, access: Access): Promise<SharedPlace | null> {
    // From before the question: what changed later may not be in the answer.
    const at = deps.now();
    const place = await deps.find(access);
    // Last in the map is who was asked about last.
    known.delete(key);
    if (place) known.set(key, { place, at });
    const [oldest] = known.keys();
    if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
    return place;
  }

  /** True where the last word is recent enough to act on. */
  function isFresh(access: Access): boolean {
    const word = known.get(keyOf(access));
    return word !== undefined && deps.now() - word.at <= MEMBER_FRESH_MS;
  }

  return { get, learn, isFresh };
}

/** The org stands in it, since the claim that asks is the person's in that org. */
const keyOf = ({ orgId, userId }: Access): string => `${orgId} ${userId}`;
