// A client that takes nothing for long is gone; whoever writes to it must not wait for ever.

/** It can come back and go on where it was. */
const STALLED_READER_MS = 60_000;

/** @throws where the client has taken nothing for a minute, or is gone. */
export async function writeUnlessStalled(
  deps: { later(ms: number, callback: () => void): () => void },
  written: Promise<void>,
): Promise<void> {
  const { promise: stalled, reject } = Promise.withResolvers<never>();
  const stopWaiting = deps.later(STALLED_READER_MS, () => reject(new Error('reader stalled')));
  try {
    await Promise.race([written, stalled]);
  } finally {
    stopWaiting();
  }
}
