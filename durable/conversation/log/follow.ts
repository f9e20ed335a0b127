// One reader of one run: a cursor over the log that writes at its client's pace. It never affects the run: a reader that
// leaves or stalls is dropped, and the run continues.

import type { Clock } from '../../clock.ts';
import type { AppError } from '../../errors.ts';
import type { EventLog } from './event-log.ts';
import { KEEP_ALIVE } from './events.ts';
import { writeInTime } from './write-timeout.ts';

const KEEP_ALIVE_MS = 15_000;

export type FollowDeps = Pick<Clock, 'later' | 'every'> & {
  readonly log: Pick<EventLog, 'read' | 'changed' | 'isLive'>;
};

const encoder = new TextEncoder();

/** The run's events after `after` as an SSE body. It ends with the run, or when `gone` refuses the reader. */
export function streamRun(
  deps: FollowDeps,
  runId: string,
  after: number,
  gone?: Promise<AppError>,
): { readonly body: ReadableStream<Uint8Array>; readonly done: Promise<void> } {
  // Only workerd's native stream waits for the output gate with each chunk, so that events are stored before they are shown.
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
        await writeInTime(deps, writer.write(encoder.encode(refusalFrame(cutOff.by))));
        await writeInTime(deps, writer.close());
        return;
      }
      const next = log.read(runId, cursor);
      if (next) {
        await writeInTime(deps, writer.write(encoder.encode(next.frames)));
        cursor = next.last;
      } else if (log.isLive(runId)) {
        idle = true;
        if ((await Promise.race([log.changed(runId), left.promise])) === 'left' && !cutOff.by) return;
        idle = false;
      } else {
        await writeInTime(deps, writer.close());
        return;
      }
    }
  } catch {
    // The client left. The log keeps everything until it returns.
    writer.abort().catch(() => undefined);
  } finally {
    stopHeart();
  }
}

/** Ends this reader's stream only. It isn't an event of the run, so it has no id to resume from. */
const refusalFrame = ({ detail, code }: AppError): string =>
  `data: ${JSON.stringify({ type: 'RUN_ERROR', message: detail, code })}\n\n`;
