// Lets a client's stop reach the run if its library only closes the request. A closed request normally stops nothing, because a
// client can lose its connection and come back. A client that asks for it gives that up for its request.
import { waitUntil } from 'cloudflare:workers';
import type { Context } from 'hono';
import * as z from 'zod';
import { conversationOf } from '../../durable/contracts/conversation.ts';
import { logFailure } from '../../durable/log.ts';
import type { EdgeEnv } from '../edge-env.ts';

export const StopOnDisconnect = z.enum(['true', 'false']).optional().meta({
  description: '`true` stops the run if this request is closed before its end. Such a run can’t be resumed later.',
});

export function stopOnDisconnect(
  c: Context<EdgeEnv>,
  { sessionId, runId }: { readonly sessionId: string; readonly runId: string },
): void {
  if (c.req.header('X-Stop-On-Disconnect') !== 'true') return;
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
