// A message in, its answer out as a stream; and the ways back to a stream that was lost.
import { type Context, Hono } from 'hono';
import { RunId } from '../../durable/conversation/requests.ts';
import { AppError } from '../../durable/errors.ts';
import { ChatQuery } from '../contract.ts';
import { parseChatRequest, requestedModel, requestedNames, requestedRun } from '../dialects/ag-ui.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { eventStream } from '../event-stream.ts';
import { followRun } from '../follow-run.ts';
import { parseInput } from '../problem.ts';
import { startRun, startsRun } from '../start-run.ts';
import { hydrateSession } from './messages.ts';
import { requireSessionOfRun } from './runs.ts';

/** Mounted before the other routes of the assistant: it starts on last-known rights, which the Conversation confirms. */
export const chatRunRoute = new Hono<EdgeEnv>();

const counted = startsRun({ runOf: (_c, body) => requestedRun(body), namesOf: requestedNames });

chatRunRoute.post('/chat', counted, async (c) => {
  const read = async (body: unknown) => ({ run: await parseChatRequest(body, c.req.header('X-Run-Id')) });
  const { run, events } = await startRun(c, { requestedModel, read }, c.req.header('Last-Event-ID'));
  return eventStream(events, { sessionId: run.sessionId });
});

export const chatRoutes = new Hono<EdgeEnv>();

chatRoutes.get('/chat', async (c) => {
  const query = parseInput(ChatQuery, c.req.query());
  if (query.runId !== undefined) return rejoin(c, { ...query, runId: query.runId });
  // The query's schema lets neither be missing.
  if (query.threadId === undefined) throw new AppError('BAD_REQUEST');
  const { limit, before = null } = query;
  return c.json(await hydrateSession(c, query.threadId, { limit, before }));
});

/** Replays a run from after the event that the client has, then follows it live. */
async function rejoin(
  c: Context<EdgeEnv>,
  query: { runId: string; threadId?: string | undefined; offset?: string | undefined },
): Promise<Response> {
  const runId = parseInput(RunId, query.runId);
  const sessionId = query.threadId ?? (await requireSessionOfRun(c, runId));
  const after = c.req.header('Last-Event-ID') ?? toEventId(runId, query.offset);
  return eventStream(await followRun(c, { sessionId, runId, after }), { sessionId });
}

/** An offset is an event's id, or its number alone; -1 and nothing at all mean the start. */
function toEventId(runId: string, offset: string | undefined): string | null {
  if (offset === undefined || offset === '-1') return null;
  return /^\d+$/.test(offset) ? `${runId}.${offset}` : offset;
}
