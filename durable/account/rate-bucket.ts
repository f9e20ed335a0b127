// An exact token bucket (GCRA), stored as one number: when it will be full again. Taking a token is one read and one write.
// Does no I/O; the caller stores the number.
import type { RateVerdict } from '../contracts/account.ts';
import { settingsOf } from '../env.ts';

export type BucketRule = { readonly perMinute: number; readonly burst: number };

/** The limit on a user's requests that call a model, on any wire. */
export function aiRuleOf(env: object): BucketRule {
  const { AI_REQUESTS_PER_MINUTE: perMinute, AI_BURST: burst } = settingsOf(env);
  return { perMinute, burst };
}

/** The limit on a user's other requests, in units: a route says how many it costs. */
export function requestRuleOf(env: object): BucketRule {
  const { REQUESTS_PER_MINUTE: perMinute, REQUEST_BURST: burst } = settingsOf(env);
  return { perMinute, burst };
}

/** @param fullAt Unix milliseconds; anything in the past is a full bucket */
export function takeToken(
  rule: BucketRule,
  fullAt: number,
  now: number,
  cost = 1,
): { readonly fullAt: number; readonly verdict: RateVerdict } {
  // Whole milliseconds, so that sums are exact.
  const interval = Math.ceil(60_000 / rule.perMinute);
  const size = interval * rule.burst;
  // If the clock was set back, the user waits at most as long as for an empty bucket.
  const from = Math.min(Math.max(fullAt, now), now + size);
  const price = interval * Math.min(cost, rule.burst);
  const isEmpty = from + price > now + size;
  const after = isEmpty ? from : from + price;
  const room = now + size - after;
  const remaining = Math.floor(room / interval);
  const nextInMs = isEmpty ? price - room : after === now ? 0 : interval - (room % interval);
  return { fullAt: after, verdict: { ok: !isEmpty, remaining, seconds: Math.ceil(nextInMs / 1_000) } };
}
