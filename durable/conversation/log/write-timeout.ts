import type { Clock } from '../../clock.ts';

/** A client that reads nothing for this long is gone. It can reconnect and resume. */
const WRITE_LIMIT_MS = 60_000;

/** @throws if the client has read nothing for a minute, or is gone */
export async function writeInTime({ later }: Pick<Clock, 'later'>, written: Promise<void>): Promise<void> {
  const { promise: stalled, reject } = Promise.withResolvers<never>();
  const stopWaiting = later(WRITE_LIMIT_MS, () => reject(new Error('reader stalled')));
  try {
    await Promise.race([written, stalled]);
  } finally {
    stopWaiting();
  }
}
