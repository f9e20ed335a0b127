// A message in, its answer out as a stream; and the ways back to a stream that was lost.
import { type Context, Hono } from 'hono';
import { conversationOf } from '../../durable/conversation/conversation-stub.ts';
import { type RunCall, RunId } from '../../durable/conversation/requests.ts';
import { AppError } from '../../durable/errors.ts';
import { ChatQuery } from '../contract.ts';
import {
  CHAT_BODY_LIMIT_BYTES,
  parseChatRequest,
  requestedModel,
  requestedProgram,
  requestedRun,
} from '../dialects/ag-ui.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { eventStream } from '../event-stream.ts';
import { callsModel, requireOpenModelGate, understood } from '../model-call.ts';
import { parseInput } from '../problem.ts';
import { modelFor } from '../scope.ts';
import { hydrateSession } from './messages.ts';
import { requireSessionOfRun } from './runs.ts';

/** Mounted before the other routes of the assistant: it alone starts on last-known rights, which the Conversation confirms. */
export const chatRunRoute = new Hono<EdgeEnv>();

const counted = callsModel({
  rights: 'last-known',
  limitBytes: CHAT_BODY_LIMIT_BYTES,
  runOf: (_c, body) => requestedRun(body),
});

chatRunRoute.post('/chat', counted, async (c) => {
  const body = c.get('body');
  const named = body.ok ? body.value : null;
  const input = await understood(body, (value) => parseChatRequest(value, c.req.header('X-Run-Id')));
  const programs = [c.get('sessionProgramId'), requestedProgram(named)];
  const model = () => modelFor(c, { requested: requestedModel(named), programs });
  const run = await requireOpenModelGate(c, { model, input });
  const access = c.get('access');
  const call: RunCall = {
    run,
    access,
    settings: c.get('settings'),
    requestId: c.get('requestId'),
    lastEventId: c.req.header('Last-Event-ID') ?? null,
  };
  const response = await conversationOf(c.env, access.orgId, run.sessionId).fetch('https://conversation/run', {
    method: 'POST',
    body: JSON.stringify(call),
  });
  return eventStream(run.sessionId, response);
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
  const access = c.get('access');
  const runId = parseInput(RunId, query.runId);
  const sessionId = query.threadId ?? (await requireSessionOfRun(c, runId));
  const after = c.req.header('Last-Event-ID') ?? toEventId(runId, query.offset);
  const address = new URL(`https://conversation/runs/${encodeURIComponent(runId)}`);
  if (after !== null) address.searchParams.set('after', after);
  const response = await conversationOf(c.env, access.orgId, sessionId).fetch(address, {
    headers: { 'X-Groundwire-Access': asciiJson(access) },
  });
  return eventStream(sessionId, response);
}

/** An offset is an event's id, or its number alone; -1 and nothing at all mean the start. */
function toEventId(runId: string, offset: string | undefined): string | null {
  if (offset === undefined || offset === '-1') return null;
  return /^\d+$/.test(offset) ? `${runId}.${offset}` : offset;
}

/** Header values hold bytes only; names of people and orgs hold more. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
