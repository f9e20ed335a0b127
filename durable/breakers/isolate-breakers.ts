// What this isolate knows of its orgs' breakers, so that the way to the first token asks nobody. It learns from the org's
// Breakers when a request fails, and tells them of answers in bundles. Orgs are told apart, and what is known expires.
import { AppError, type ErrorCode } from '../errors.ts';
import type { AnswerReport, FailureReport, Verdict } from './requests.ts';

/** The provider itself is not well. What one request or one key is refused for is not among them. */
const UNWELL: readonly ErrorCode[] = [
  'PROVIDER_UNREACHABLE',
  'PROVIDER_OVERLOADED',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_STALLED',
  'PROVIDER_BROKEN_STREAM',
];

/** After its rest one request at a time finds out whether the provider is back; one that is never heard of again counts so long. */
const PROBE_MS = 30_000;
/** Answers are told at most this often. */
const TELL_MS = 5_000;
const KEPT_MS = 10 * 60_000;
const MAX_KNOWN = 1_000;

/** The breaker of one org and connection. */
export interface Breaker {
  /** Why the provider is not to be asked now; null where it may be. */
  refusal(): AppError | null;
  /** For `Provider.stream`. Who cannot ask does not retry: it is the retries of all that make an outage worse. */
  mayRetry(failure: AppError): Promise<boolean>;
  /** The provider answered something, were it a refusal. */
  answered(): void;
  /** A request ended before anything came, with all its retries. */
  failed(failure: AppError): void;
}

export type OrgBreakers = {
  mayRetry(connection: string): Promise<boolean>;
  failed(report: FailureReport): Promise<Verdict>;
  answered(report: AnswerReport): Promise<void>;
};

type Known = {
  openUntil: number;
  code: ErrorCode;
  probedAt: number;
  /** Answers that were not told yet. */
  untold: number;
  toldAt: number;
  touchedAt: number;
};

export type IsolateBreakers = ReturnType<typeof createIsolateBreakers>;

export function createIsolateBreakers(deps: {
  readonly ofOrg: (orgId: string) => OrgBreakers;
  readonly now: () => number;
  readonly noteFailure: (error: unknown) => void;
}) {
  const known = new Map<string, Known>();

  function entryOf(name: string): Known {
    const now = deps.now();
    const entry = known.get(name) ?? newEntry(now);
    // Last in the map is what was touched last.
    known.delete(name);
    for (const [oldest, { touchedAt }] of known) {
      if (known.size < MAX_KNOWN && now - touchedAt < KEPT_MS) break;
      known.delete(oldest);
    }
    entry.touchedAt = now;
    known.set(name, entry);
    return entry;
  }

  /** @param background keeps a promise alive that nobody awaits; it never rejects */
  return function breakerFor(orgId: string, connection: string, background: (work: Promise<void>) => void): Breaker {
    const name = `${orgId} ${connection}`;

    async function tellFailure({ code, retryAfterSeconds = 0 }: AppError): Promise<void> {
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
        return new AppError(entry.code, { retryAfterSeconds: Math.ceil(restMs / 1000) });
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
        Object.assign(entry, { openUntil: 0, untold: entry.untold + 1 });
        if (!wasOpen && deps.now() - entry.toldAt < TELL_MS) return;
        const count = entry.untold;
        Object.assign(entry, { untold: 0, toldAt: deps.now() });
        background(deps.ofOrg(orgId).answered({ connection, count }).catch(deps.noteFailure));
      },
      failed(failure) {
        if (UNWELL.includes(failure.code)) background(tellFailure(failure));
      },
    };
  };
}

const newEntry = (now: number): Known => ({
  openUntil: 0,
  code: 'PROVIDER_UNREACHABLE',
  probedAt: Number.NEGATIVE_INFINITY,
  untold: 0,
  toldAt: Number.NEGATIVE_INFINITY,
  touchedAt: now,
});
