// What came of telling another object something: told, away for now, or refused for good.
import type { Delivery } from './drain.ts';

export async function delivered(tell: () => Promise<void>): Promise<Delivery> {
  try {
    await tell();
    return { outcome: 'delivered' };
  } catch (error) {
    return {
      outcome: wasRefused(error) ? 'rejected' : 'unavailable',
      reason: error instanceof Error ? error.name : 'thrown',
    };
  }
}

/** The object's own code threw and would again; the runtime marks what it may do better with another try. */
const wasRefused = (error: unknown): boolean =>
  error instanceof Error &&
  'remote' in error &&
  error.remote === true &&
  !('retryable' in error && error.retryable === true) &&
  !('overloaded' in error && error.overloaded === true);
