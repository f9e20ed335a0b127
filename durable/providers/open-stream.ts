// Opens a provider's stream, trying again only while nothing has come: once a response has begun, a failure is final.
// The SDKs' own retries are off: they jitter by a quarter only and wait as long as Retry-After says, minutes included.
import type { AppError } from '../errors.ts';
import type { ProviderDeps } from './connection.ts';
import type { Tries } from './provider.ts';
import { describeOpenFailure } from './provider-error.ts';

const MAX_RETRIES = 2;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 4_000;
/** A person is waiting: a longer Retry-After is passed on to them instead. */
const MAX_RETRY_AFTER_MS = 10_000;

/**
 * @throws AppError with a PROVIDER_* code, or the signal's reason.
 */
export async function openStream(options: {
  readonly send: (signal: AbortSignal) => Promise<Response>;
  readonly signal: AbortSignal;
  readonly apiKey: string;
  readonly onAttempt: () => void;
  readonly deps: Pick<ProviderDeps, 'clock' | 'random'>;
  /** Without one, a retry needs nobody's leave. */
  readonly tries: Tries | undefined;
}): Promise<Response> {
  const { send, signal, apiKey, onAttempt, deps, tries } = options;
  for (let retry = 0; ; retry++) {
    signal.throwIfAborted();
    onAttempt();
    let failure: AppError;
    let delayMs: number;
    try {
      return await send(signal);
    } catch (thrown) {
      signal.throwIfAborted();
      const described = describeOpenFailure(thrown, { apiKey, now: deps.clock.now() });
      const { retryAfterMs } = described;
      failure = described.error;
      if (!described.retryable || retry >= MAX_RETRIES) throw failure;
      if (retryAfterMs !== undefined && retryAfterMs > MAX_RETRY_AFTER_MS) throw failure;
      if (tries && !(await tries.mayRetry(failure))) throw failure;
      // Full jitter, so that many waiting conversations do not come back in step.
      const jitterMs = deps.random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** retry);
      delayMs = (retryAfterMs ?? 0) + jitterMs;
    }
    await wait(delayMs, signal, deps.clock);
  }
}

function wait(ms: number, signal: AbortSignal, clock: ProviderDeps['clock']): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.after(ms, wake);
    signal.addEventListener('abort', wake);
  });
}
