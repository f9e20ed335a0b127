// One reader of one run: a cursor over the log that writes to its client at the client's own pace.
// It never touches the run: a reader that leaves or stalls is dropped, the run goes on.

import type { AppError } from '../errors.ts';
import type { EventLog } from './event-log.ts';
import { KEEP_ALIVE } from './events.ts';
import { writeUnlessStalled } from './stalled.ts';

const KEEP_ALIVE_MS = 15_000;

export type FollowDeps = {
  readonly log: Pick<EventLog, 'read' | 'changed' | 'isLive'>;
  every(ms: number, callback: () => void): () => void;
  later(ms: number, callback: () => void): () => void;
};

const encoder = new TextEncoder();

/** The run's events after `after` as an SSE body that ends when the run does, or when `gone` says that the reader may not. */
export function follow(
  deps: FollowDeps,
  runId: string,
  after: number,
  gone?: Promise<AppError>,
): { readonly body: ReadableStream<Uint8Array>; readonly done: Promise<void> } {
  // Of workerd's streams only the native one waits for the output gate chunk by chunk: stored, then shown.
  const { readable, writable } = new IdentityTransformStream();
  return { body: readable, done: relay(deps, runId, after, writable.getWriter(), gone) };
}

/** Writes the run's events after `after` until the run ends or the reader is gone. Never rejects. */
export async function relay(
  deps: FollowDeps,
  runId: string,
  after: number,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  gone?: Promise<AppError>,
): Promise<void> {
  const { log } = deps;
  let cursor = after;
  let idle = false;
  const cutOff: { by: AppError | null } = { by: null };
  const left = Promise.withResolvers<'left'>();
  const leave = (): void => left.resolve('left');
  writer.closed.catch(leave);
  void gone?.then((error) => {
    cutOff.by = error;
    leave();
  });
  const stopHeart = deps.every(KEEP_ALIVE_MS, () => {
    if (idle) writer.write(encoder.encode(KEEP_ALIVE)).catch(leave);
  });
  try {
    for (;;) {
      if (cutOff.by) {
        await writeUnlessStalled(deps, writer.write(encoder.encode(refusalFrame(cutOff.by))));
        await writeUnlessStalled(deps, writer.close());
        return;
      }
      const next = log.read(runId, cursor);
      if (next) {
        await writeUnlessStalled(deps, writer.write(encoder.encode(next.frames)));
        cursor = next.last;
      } else if (log.isLive(runId)) {
        idle = true;
        if ((await Promise.race([log.changed(runId), left.promise])) === 'left' && !cutOff.by) return;
        idle = false;
      } else {
        await writeUnlessStalled(deps, writer.close());
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

/** Ends this reader's stream alone. It is no event of the run, so it has no place in the log and no id to resume from. */
const refusalFrame = ({ detail, code }: AppError): string =>
  `data: ${JSON.stringify({ type: 'RUN_ERROR', message: detail, code })}\n\n`;
