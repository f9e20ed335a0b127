// This isolate's copy of its orgs' circuit breakers, so that the path to the first token makes no extra call. It learns from
// the org's Breakers object when a request fails, and reports answers in batches. Entries expire.

import { type BreakerVerdict, breakersOf, type FailureReport, type SuccessReport } from '../contracts/breakers.ts';
import { AppError, detailWithWait, type ErrorCode } from '../errors.ts';
import { logFailure } from '../log.ts';

/** Failures of the provider itself, not of one request or one key. */
const PROVIDER_FAILURES: readonly ErrorCode[] = [
  'PROVIDER_UNREACHABLE',
  'PROVIDER_OVERLOADED',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_STALLED',
  'PROVIDER_BROKEN_STREAM',
  'PROVIDER_NO_ANSWER',
  'PROVIDER_NOT_A_STREAM',
];

/** When an open breaker's time is over, one request probes the provider. After this time another one may. */
const PROBE_MS = 30_000;
/** Answers are reported at most this often. */
const REPORT_MS = 5_000;
const KEPT_MS = 10 * 60_000;
const MAX_KNOWN = 1_000;

/** The breaker of one org and connection. */
export interface Breaker {
  /** The error to return instead of calling the provider; null if it may be called. */
  refusal(): AppError | null;
  /** For `Provider.stream`. False if the Breakers object is unavailable: retries make an outage worse. */
  mayRetry(failure: AppError): Promise<boolean>;
  /** The provider responded, even with a refusal. */
  answered(): void;
  /** A request failed before any output, after all its retries. */
  failed(failure: AppError): void;
}

export type OrgBreakers = {
  mayRetry(connection: string): Promise<boolean>;
  failed(report: FailureReport): Promise<BreakerVerdict>;
  answered(report: SuccessReport): Promise<void>;
};

type CachedBreaker = {
  openUntil: number;
  code: ErrorCode;
  probedAt: number;
  /** Answers not reported yet. */
  unreported: number;
  reportedAt: number;
  touchedAt: number;
};

export type IsolateBreakers = ReturnType<typeof createIsolateBreakers>;

export function createIsolateBreakers(deps: {
  readonly ofOrg: (orgId: string) => OrgBreakers;
  readonly now: () => number;
  readonly noteFailure: (error: unknown) => void;
}) {
  const known = new Map<string, CachedBreaker>();

  function entryOf(name: string): CachedBreaker {
    const now = deps.now();
    const entry = known.get(name) ?? newEntry(now);
    // Keeps the map ordered by last use.
    known.delete(name);
    for (const [oldest, { touchedAt }] of known) {
      if (known.size < MAX_KNOWN && now - touchedAt < KEPT_MS) break;
      known.delete(oldest);
    }
    entry.touchedAt = now;
    known.set(name, entry);
    return entry;
  }

  /** @param background keeps background work alive; the work never rejects */
  return function breakerFor(orgId: string, connection: string, background: (work: Promise<void>) => void): Breaker {
    const name = `${orgId} ${connection}`;

    async function reportFailure({ code, retryAfterSeconds = 0 }: AppError): Promise<void> {
      try {
        const report = { connection, code, retryAfterMs: retryAfterSeconds * 1000 };
        const { openUntil } = await deps.ofOrg(orgId).failed(report);
        Object.assign(entryOf(name), { openUntil, code, probedAt: Number.NEGATIVE_INFINITY });
      } catch (error) {
        deps.noteFailure(error);
      }
    }

    return {
      refusal() {
        const entry = entryOf(name);
        if (entry.openUntil === 0) return null;
        const now = deps.now();
        const isResting = now < entry.openUntil;
        if (!isResting && now - entry.probedAt >= PROBE_MS) {
          entry.probedAt = now;
          return null;
        }
        const restMs = isResting ? entry.openUntil - now : PROBE_MS;
        const seconds = Math.ceil(restMs / 1000);
        return new AppError(entry.code, { detail: detailWithWait(entry.code, seconds), retryAfterSeconds: seconds });
      },
      async mayRetry() {
        try {
          return await deps.ofOrg(orgId).mayRetry(connection);
        } catch (error) {
          deps.noteFailure(error);
          return false;
        }
      },
      answered() {
        const entry = entryOf(name);
        const wasOpen = entry.openUntil !== 0;
        Object.assign(entry, { openUntil: 0, unreported: entry.unreported + 1 });
        if (!wasOpen && deps.now() - entry.reportedAt < REPORT_MS) return;
        const count = entry.unreported;
        Object.assign(entry, { unreported: 0, reportedAt: deps.now() });
        background(deps.ofOrg(orgId).answered({ connection, count }).catch(deps.noteFailure));
      },
      failed(failure) {
        if (PROVIDER_FAILURES.includes(failure.code)) background(reportFailure(failure));
      },
    };
  };
}

const newEntry = (now: number): CachedBreaker => ({
  openUntil: 0,
  code: 'PROVIDER_UNREACHABLE',
  probedAt: Number.NEGATIVE_INFINITY,
  unreported: 0,
  reportedAt: Number.NEGATIVE_INFINITY,
  touchedAt: now,
});

const created = new WeakMap<object, IsolateBreakers>();

/** The isolate's breakers, one set per environment. */
export function isolateBreakersOf(env: Env): IsolateBreakers {
  const known = created.get(env);
  if (known) return known;
  const breakers = createIsolateBreakers({
    ofOrg: (orgId) => breakersOf(env, orgId),
    now: () => Date.now(),
    noteFailure: (error) => logFailure('breakers.unavailable', error),
  });
  created.set(env, breakers);
  return breakers;
}
