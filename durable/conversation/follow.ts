// One reader of one run: a cursor over the log that writes to its client at the client's own pace.
// It never touches the run: a reader that leaves or stalls is dropped, the run goes on.

import type { EventLog } from './event-log.ts';
import { KEEP_ALIVE } from './events.ts';

const KEEP_ALIVE_MS = 15_000;
/** A client that takes nothing for this long is gone; it can come back with Last-Event-ID. */
const STALLED_READER_MS = 60_000;

export type FollowDeps = {
  readonly log: Pick<EventLog, 'read' | 'changed' | 'isLive'>;
  every(ms: number, callback: () => void): () => void;
  later(ms: number, callback: () => void): () => void;
};

const encoder = new TextEncoder();

/** The run's events after `after` as an SSE body that ends when the run does. */
export function follow(
  deps: FollowDeps,
  runId: string,
  after: number,
): { readonly body: ReadableStream<Uint8Array>; readonly done: Promise<void> } {
  // Of workerd's streams only the native one waits for the output gate chunk by chunk: stored, then shown.
  const { readable, writable } = new IdentityTransformStream();
  return { body: readable, done: relay(deps, runId, after, writable.getWriter()) };
}

/** Writes the run's events after `after` until the run ends or the reader is gone. Never rejects. */
export async function relay(
  deps: FollowDeps,
  runId: string,
  after: number,
  writer: WritableStreamDefaultWriter<Uint8Array>,
): Promise<void> {
  const { log } = deps;
  let cursor = after;
  let idle = false;
  const left = Promise.withResolvers<'left'>();
  const leave = (): void => left.resolve('left');
  writer.closed.catch(leave);
  const stopHeart = deps.every(KEEP_ALIVE_MS, () => {
    if (idle) writer.write(encoder.encode(KEEP_ALIVE)).catch(leave);
  });
  try {
    for (;;) {
      const next = log.read(runId, cursor);
      if (next) {
        await unlessStalled(deps, writer.write(encoder.encode(next.frames)));
        cursor = next.last;
      } else if (log.isLive(runId)) {
        idle = true;
        if ((await Promise.race([log.changed(runId), left.promise])) === 'left') return;
        idle = false;
      } else {
        await unlessStalled(deps, writer.close());
        return;
      }
    }
  } catch {
    // The client left; the log still holds everything for its return.
    writer.abort().catch(() => undefined);
  } finally {
    stopHeart();
  }
}

async function unlessStalled(deps: FollowDeps, written: Promise<void>): Promise<void> {
  const { promise: stalled, reject } = Promise.withResolvers<never>();
  const stopWaiting = deps.later(STALLED_READER_MS, () => reject(new Error('reader stalled')));
  try {
    await Promise.race([written, stalled]);
  } finally {
    stopWaiting();
  }
}
