// An exact token bucket, as the time at which it will be full again (GCRA): one number, so that taking is reading and
// writing it in one step. The caller keeps it; nothing here waits.
import { settingsOf } from '../env.ts';

export type BucketRule = { readonly perMinute: number; readonly burst: number };

/** For requests of one person that make a model work, whatever the wire. */
export function aiRuleOf(env: object): BucketRule {
  const { AI_REQUESTS_PER_MINUTE: perMinute, AI_BURST: burst } = settingsOf(env);
  return { perMinute, burst };
}

/** What came of asking for a token. `seconds` is when there will be one more: after a refusal, when asking again succeeds. */
export type RateVerdict = { readonly ok: boolean; readonly remaining: number; readonly seconds: number };

/** @param fullAt Unix milliseconds; anything in the past is a full bucket */
export function takeToken(
  rule: BucketRule,
  fullAt: number,
  now: number,
): { readonly fullAt: number; readonly verdict: RateVerdict } {
  // In whole milliseconds, so that sums of them are exact.
  const interval = Math.ceil(60_000 / rule.perMinute);
  const size = interval * rule.burst;
  // A clock that was set back must not lock anybody out for longer than an empty bucket would.
  const from = Math.min(Math.max(fullAt, now), now + size);
  const isEmpty = from + interval > now + size;
  const after = isEmpty ? from : from + interval;
  const room = now + size - after;
  const remaining = Math.floor(room / interval);
  const nextInMs = after === now ? 0 : interval - (room % interval);
  return { fullAt: after, verdict: { ok: !isEmpty, remaining, seconds: Math.ceil(nextInMs / 1_000) } };
}
