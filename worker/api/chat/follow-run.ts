// Reads a run from its log: the events stored after a given one, then live.
import type { Context } from 'hono';
import { conversationOf } from '../../../durable/contracts/conversation.ts';
import type { Access } from '../../../durable/principal.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { requireEvents } from '../../http/event-stream.ts';
import { type RunLog, readRunLog } from '../../wires/run-log.ts';

export type RunIds = { readonly sessionId: string; readonly runId: string };

/** @throws AppError NOT_FOUND if the user has no such run. */
export async function followRun(
  c: Context<EdgeEnv>,
  run: RunIds & { readonly after: string | null },
): Promise<ReadableStream<Uint8Array>> {
  const access = c.get('access');
  const address = new URL(`https://conversation/runs/${encodeURIComponent(run.runId)}`);
  if (run.after !== null) address.searchParams.set('after', run.after);
  const response = await conversationOf(c.env, access.orgId, run.sessionId).fetch(address, {
    headers: accessHeader(access),
  });
  return requireEvents(response);
}

/** The run's log starting with `frames`. It reconnects if the connection to the object breaks. */
export const openRunLog = (c: Context<EdgeEnv>, run: RunIds, frames: ReadableStream<Uint8Array>): RunLog =>
  readRunLog(frames, (after) => followRun(c, { ...run, after }));

/** Rights as the Conversation's `fetch` expects them: JSON in ASCII, since header values hold bytes only. */
export const accessHeader = (access: Access): Record<string, string> => ({
  'X-Groundwire-Access': JSON.stringify(access).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ),
});
