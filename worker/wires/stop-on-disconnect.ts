// Lets a client's stop reach the run if its library only closes the request. A closed request normally stops nothing, because a
// client can lose its connection and come back. A client that asks for it gives that up for its request.
import { waitUntil } from 'cloudflare:workers';
import type { Context } from 'hono';
import * as z from 'zod';
import { conversationOf } from '../../durable/contracts/conversation.ts';
import { logFailure } from '../../durable/log.ts';
import type { EdgeEnv } from '../edge-env.ts';

export const StopOnDisconnect = z.enum(['true', 'false']).optional().meta({
  description: '`true` stops the run if this stream is closed before its end. Such a run can’t be resumed later.',
});

type RunIds = { readonly sessionId: string; readonly runId: string };

const isAskedFor = (c: Context<EdgeEnv>): boolean => c.req.header('X-Stop-On-Disconnect') === 'true';

/** For streams that our code writes. A client that waits for a whole reply cancels the run by its id. */
export function stopOnDisconnect(c: Context<EdgeEnv>, { sessionId, runId }: RunIds): void {
  if (!isAskedFor(c)) return;
  const { signal } = c.req.raw;
  const access = c.get('access');
  const stop = (): void => {
    const stopped = conversationOf(c.env, access.orgId, sessionId)
      .cancel({ access, runId })
      .catch((error: unknown) => logFailure('run.not_stopped', error, { runId }));
    waitUntil(stopped);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
}

/** The runtime passes an object's stream on without our code, which then never learns that the client left. */
export function stoppable(
  c: Context<EdgeEnv>,
  run: RunIds,
  events: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  if (!isAskedFor(c)) return events;
  stopOnDisconnect(c, run);
  const reader = events.getReader();
  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const { done, value } = await reader.read();
    if (done) controller.close();
    else controller.enqueue(value);
  }
  return new ReadableStream({ pull, cancel: (reason) => reader.cancel(reason) }, { highWaterMark: 0 });
}
