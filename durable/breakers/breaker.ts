// How one org's requests to one provider fare, and what follows from it: whether a failed request may be sent once more,
// and from when on the provider is left alone. Pure: state in, state out.
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../errors.ts';

/** Failures and answers count for this long. */
const WINDOW_MS = 60_000;
/** Fewer failures say little of the provider, and so do those among many answers. */
export const OPENING_FAILURES = 12;
const OPENING_SHARE = 0.75;
/** How long the provider is left alone at first; twice as long with each probe that fails. */
const FIRST_REST_MS = 10_000;
const LONGEST_REST_MS = 120_000;
/**
 * Retries are paid from a credit: so many a minute, and one for each ten requests on top. However many conversations meet
 * an outage, at most eleven requests are sent for ten that were asked for, and these; once the breaker is open, none.
 */
export const MAX_CREDIT = 10;
const EARNED_PER_MS = MAX_CREDIT / 60_000;
const EARNED_PER_REQUEST = 0.1;

export const BreakerState = z.object({
  windowFrom: z.number(),
  answered: z.number(),
  failed: z.number(),
  credit: z.number(),
  /** Unix milliseconds; in the past where the provider may be asked. */
  openUntil: z.number(),
  /** How often it opened without an answer in between. */
  openings: z.number(),
  lastCode: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
  touchedAt: z.number(),
});
export type BreakerState = z.infer<typeof BreakerState>;

export const newBreaker = (now: number): BreakerState => ({
  windowFrom: now,
  answered: 0,
  failed: 0,
  credit: MAX_CREDIT,
  openUntil: 0,
  openings: 0,
  lastCode: 'PROVIDER_UNREACHABLE',
  touchedAt: now,
});

export function afterAnswers(before: BreakerState, count: number, now: number): BreakerState {
  const state = upToDate(before, now, count);
  return { ...state, answered: state.answered + count, openings: 0, openUntil: 0 };
}

export type Failure = {
  readonly code: ErrorCode;
  /** How long the provider asks to be left alone; 0 where it does not say. */
  readonly retryAfterMs: number;
};

/**
 * A request failed with all its retries.
 * @param random in [0, 1), so that what rests together does not come back together
 */
export function afterFailure(before: BreakerState, failure: Failure, now: number, random: number): BreakerState {
  const state = upToDate(before, now, 1);
  const failed = { ...state, failed: state.failed + 1, lastCode: failure.code };
  const isProbe = state.openings > 0 && now >= state.openUntil;
  const isBad = failed.failed >= OPENING_FAILURES && failed.failed >= OPENING_SHARE * (failed.failed + failed.answered);
  // What was sent before it opened says nothing new.
  if (now < state.openUntil || !(isProbe || isBad)) return failed;
  const rest = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** state.openings) * (0.75 + random / 2);
  const asked = Math.min(failure.retryAfterMs, LONGEST_REST_MS);
  return { ...failed, openings: state.openings + 1, openUntil: now + Math.max(rest, asked) };
}

/** A retry is granted from the credit, and never to a provider that is left alone or is being probed. */
export function takeRetry(
  before: BreakerState,
  now: number,
): { readonly state: BreakerState; readonly granted: boolean } {
  const state = upToDate(before, now, 0);
  const granted = state.openings === 0 && state.credit >= 1;
  return { granted, state: granted ? { ...state, credit: state.credit - 1 } : state };
}

function upToDate(state: BreakerState, now: number, requests: number): BreakerState {
  const earned = Math.max(0, now - state.touchedAt) * EARNED_PER_MS + requests * EARNED_PER_REQUEST;
  const touched = { ...state, touchedAt: now, credit: Math.min(MAX_CREDIT, state.credit + earned) };
  return now - state.windowFrom < WINDOW_MS ? touched : { ...touched, windowFrom: now, answered: 0, failed: 0 };
}
