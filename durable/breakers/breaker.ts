// The health of one org's requests to one provider, and the resulting decisions: whether a failed request may be retried,
// and until when the provider must not be called. Pure: state in, state out.
import * as z from 'zod';
import { ERRORS, type ErrorCode } from '../errors.ts';

/** How long failures and answers count. */
const WINDOW_MS = 60_000;
/** Fewer failures, or a smaller share of all requests, do not open the breaker. */
export const OPENING_FAILURES = 12;
const OPENING_SHARE = 0.75;
/** How long the breaker stays open at first; doubled with each failed probe. */
const FIRST_REST_MS = 5_000;
/** Short: one probe costs a provider nothing, but people wait for it after an outage has ended. */
const LONGEST_REST_MS = 15_000;
/** A provider may ask for a longer rest. */
const LONGEST_ASKED_MS = 120_000;
/**
 * Retries are paid from a credit: MAX_CREDIT a minute, plus one for each ten requests. During an outage, however many
 * conversations there are, this limits requests to at most eleven for ten messages plus the credit. An open breaker
 * allows no retries.
 */
export const MAX_CREDIT = 10;
const EARNED_PER_MS = MAX_CREDIT / 60_000;
const EARNED_PER_REQUEST = 0.1;

export const BreakerState = z.object({
  windowFrom: z.number(),
  answered: z.number(),
  failed: z.number(),
  credit: z.number(),
  /** Unix milliseconds; in the past while the breaker is closed. */
  openUntil: z.number(),
  /** How often it opened since the last answer. */
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
  /** The provider's retry-after; 0 if it sent none. */
  readonly retryAfterMs: number;
};

/**
 * Records a request that failed after all its retries.
 * @param random in [0, 1), so that breakers that opened together do not close together
 */
export function afterFailure(before: BreakerState, failure: Failure, now: number, random: number): BreakerState {
  const state = upToDate(before, now, 1);
  const failed = { ...state, failed: state.failed + 1, lastCode: failure.code };
  const isProbe = state.openings > 0 && now >= state.openUntil;
  const isBad = failed.failed >= OPENING_FAILURES && failed.failed >= OPENING_SHARE * (failed.failed + failed.answered);
  // Requests sent before it opened add no information.
  if (now < state.openUntil || !(isProbe || isBad)) return failed;
  const rest = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** state.openings) * (0.75 + random / 2);
  const asked = Math.min(failure.retryAfterMs, LONGEST_ASKED_MS);
  return { ...failed, openings: state.openings + 1, openUntil: now + Math.max(rest, asked) };
}

/** Grants a retry from the credit, and only while the breaker is closed. */
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
