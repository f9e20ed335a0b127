// A run that was started before, from its log: what is stored after an event, then what comes.
import type { Context } from 'hono';
import { conversationOf } from '../durable/conversation/conversation-stub.ts';
import { asciiJson } from './ascii-json.ts';
import { type RunLog, readRunLog } from './dialects/run-log.ts';
import type { EdgeEnv } from './edge-env.ts';
import { requireEvents } from './event-stream.ts';

export type RunIds = { readonly sessionId: string; readonly runId: string };

/** @throws AppError NOT_FOUND where the person has no such run. */
export async function followRun(
  c: Context<EdgeEnv>,
  run: RunIds & { readonly after: string | null },
): Promise<ReadableStream<Uint8Array>> {
  const access = c.get('access');
  const address = new URL(`https://conversation/runs/${encodeURIComponent(run.runId)}`);
  if (run.after !== null) address.searchParams.set('after', run.after);
  const response = await conversationOf(c.env, access.orgId, run.sessionId).fetch(address, {
    headers: { 'X-Groundwire-Access': asciiJson(access) },
  });
  return requireEvents(response);
}

/** The run's log from `frames` on, taken up again where the connection to the object breaks. */
export const openRunLog = (c: Context<EdgeEnv>, run: RunIds, frames: ReadableStream<Uint8Array>): RunLog =>
  readRunLog(frames, (after) => followRun(c, { ...run, after }));
