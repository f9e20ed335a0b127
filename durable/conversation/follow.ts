// One reader of one run: a cursor over the log that writes to its client at the client's own pace.
// It never touches the run: a reader that leaves or stalls is dropped, the run goes on.

import type { EventLog } from './event-log.ts';
import { KEEP_ALIVE } from './events.ts';

const KEEP_ALIVE_MS = 15_000;
/** A client that takes nothing for this long is gone; it can come back with Last-Event-ID. */
const STALLED_READER_MS = 60_000;

const encoder = new TextEncoder();

/** The run's events after `after` as an SSE body that ends when the run does. */
export function follow(
  log: EventLog,
  runId: string,
  after: number,
): { readonly body: ReadableStream<Uint8Array>; readonly done: Promise<void> } {
  // Of workerd's streams only the native one waits for the output gate chunk by chunk: stored, then shown.
  const { readable, writable } = new IdentityTransformStream();
  return { body: readable, done: pump(log, runId, after, writable.getWriter()) };
}

async function pump(
  log: EventLog,
  runId: string,
  after: number,
  writer: WritableStreamDefaultWriter<Uint8Array>,
): Promise<void> {
  let cursor = after;
  let idle = false;
  const heart = setInterval(() => {
    if (idle) writer.write(encoder.encode(KEEP_ALIVE)).catch(leave);
  }, KEEP_ALIVE_MS);
  const left = Promise.withResolvers<'left'>();
  const leave = (): void => left.resolve('left');
  writer.closed.catch(leave);
  try {
    for (;;) {
      const next = log.read(runId, cursor);
      if (next) {
        await write(writer, next.frames);
        cursor = next.last;
      } else if (log.isLive(runId)) {
        idle = true;
        if ((await Promise.race([log.changed(runId), left.promise])) === 'left') return;
        idle = false;
      } else {
        await writer.close();
        return;
      }
    }
  } catch {
    // The client left; the log still holds everything for its return.
    await writer.abort().catch(() => undefined);
  } finally {
    clearInterval(heart);
  }
}

async function write(writer: WritableStreamDefaultWriter<Uint8Array>, frames: string): Promise<void> {
  const { promise: stalled, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('reader stalled')), STALLED_READER_MS);
  try {
    await Promise.race([writer.write(encoder.encode(frames)), stalled]);
  } finally {
    clearTimeout(timer);
  }
}
