// Sends a message and streams its answer, resumes a lost stream, and shows the live status of a session.
import type { Context } from 'hono';
import * as z from 'zod';
import { accountOf } from '../../../durable/contracts/account.ts';
import { conversationOf } from '../../../durable/contracts/conversation.ts';
import { RunId } from '../../../durable/contracts/transcript.ts';
import { AppError } from '../../../durable/errors.ts';
import { RUN_BODY_LIMIT_BYTES, startRun } from '../../admission/start-run.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { eventStream, requireEvents } from '../../http/event-stream.ts';
import { parseInput, refusedBy } from '../../http/problem.ts';
import { assistantPaths, defineModelRoute, defineRoute } from '../../routing/define-route.ts';
import {
  ChatRequest,
  isDecision,
  parseChatRequest,
  requestedModel,
  requestedNames,
  requestedRun,
} from '../../wires/ag-ui/ag-ui.ts';
import { ignoredHeader } from '../../wires/not-used.ts';
import { StopOnDisconnect, stoppable } from '../../wires/stop-on-disconnect.ts';
import { BRANCH_ERRORS, LastEventId, RUN_ERRORS, SSE } from '../../wires/wire-routes.ts';
import { hydrateSession } from '../messages/messages-routes.ts';
import { SessionParams } from '../sessions/sessions-schema.ts';
import { CanceledRun, CancelRun, ChatQuery, Hydration, RunParams, WatchFact } from './chat-schema.ts';
import { accessHeader, followRun } from './follow-run.ts';

const SameRunId = RunId.optional().meta({ description: 'If sent, it must equal runId.' });

export const chatRoutes = [
  defineModelRoute({
    method: 'post',
    paths: assistantPaths('/chat'),
    tag: 'assistant',
    permission: 'member',
    feature: 'assistant',
    rights: 'last-known',
    modelCall: { runOf: (_c, body) => requestedRun(body), namesOf: requestedNames, isDecision },
    summary: 'Send a message and stream the answer',
    description:
      'Takes AG-UI’s RunAgentInput. Repeating a runId with the same content replays the answer without running anything; with different content it is refused. The stream ends with RUN_FINISHED or RUN_ERROR.',
    headers: z.object({
      'X-Run-Id': SameRunId,
      'Last-Event-ID': LastEventId,
      'X-Stop-On-Disconnect': StopOnDisconnect,
    }),
    body: ChatRequest,
    bodyLimitBytes: RUN_BODY_LIMIT_BYTES,
    reply: {
      status: 200,
      description: 'The answer. `X-Session-Id` is its session.',
      media: {
        type: SSE,
        schema: z.string().meta({ description: 'AG-UI 1.0 events, each with an id of the form `<runId>.<seq>`.' }),
      },
    },
    errors: [...RUN_ERRORS, ...BRANCH_ERRORS],
    handler: async (c) => {
      const read = async (body: unknown) => ({ run: await parseChatRequest(body, c.req.header('X-Run-Id')) });
      const { run, events } = await startRun(c, { requestedModel, read }, c.req.header('Last-Event-ID'));
      return eventStream(stoppable(c, run, events), { sessionId: run.sessionId, ...ignoredHeader(run.ignored) });
    },
  }),
  defineRoute({
    method: 'get',
    paths: assistantPaths('/chat'),
    tag: 'assistant',
    permission: 'member',
    feature: 'assistant',
    rights: 'confirmed',
    summary: 'Load a thread, or rejoin a run',
    description:
      'With threadId alone, returns the transcript as JSON. With runId, streams the run’s events from `offset`, then live.',
    query: ChatQuery,
    headers: z.object({ 'Last-Event-ID': LastEventId }),
    reply: { status: 200, description: 'The transcript, or an event stream if runId is set.', schema: Hydration },
    handler: async (c, { query: { runId, threadId, offset, limit, before = null } }) => {
      if (runId !== undefined) return rejoin(c, { runId, threadId, offset });
      // The schema requires one of the two.
      if (threadId === undefined) throw new AppError('BAD_REQUEST');
      return hydrateSession(c, threadId, { limit, before });
    },
  }),
  defineRoute({
    method: 'post',
    paths: assistantPaths('/runs/{runId}/cancel'),
    tag: 'assistant',
    permission: 'member',
    feature: 'assistant',
    rights: 'confirmed',
    summary: 'Stop a run',
    description: 'The part of the answer written so far is kept and charged.',
    params: RunParams,
    invalidParams: 'BAD_REQUEST',
    body: CancelRun,
    isBodyOptional: true,
    reply: { status: 200, description: 'The run is stopping, or had already ended.', schema: CanceledRun },
    errors: ['FORBIDDEN'],
    handler: async (c, { params: { runId }, body: { threadId } }) => {
      const access = c.get('access');
      const sessionId = threadId ?? (await requireSessionOfRun(c, runId));
      const answer = await conversationOf(c.env, access.orgId, sessionId).cancel({ access, runId });
      if (!answer.ok) throw refusedBy(answer);
      return { runId, status: answer.status };
    },
  }),
  defineRoute({
    method: 'get',
    paths: assistantPaths('/sessions/{sessionId}/watch'),
    tag: 'assistant',
    permission: 'member',
    feature: 'assistant',
    rights: 'confirmed',
    summary: 'Watch a session for changes',
    description:
      'Server-sent events without ids. Each one is the whole state, so a client that reconnects misses nothing. The stream ends after a long idle time.',
    params: SessionParams,
    reply: {
      status: 200,
      description:
        'The session’s status right away and after each change. In a shared conversation also who is present.',
      media: { type: SSE, schema: WatchFact },
    },
    handler: async (c, { params: { sessionId } }) => {
      const access = c.get('access');
      const response = await conversationOf(c.env, access.orgId, sessionId).fetch('https://conversation/watch', {
        headers: accessHeader(access),
      });
      return eventStream(await requireEvents(response), { sessionId });
    },
  }),
];

/** Replays a run from after the client's last event, then follows it live. */
async function rejoin(
  c: Context<EdgeEnv>,
  query: { runId: string; threadId: string | undefined; offset: string | undefined },
): Promise<Response> {
  const runId = parseInput(RunId, query.runId);
  const sessionId = query.threadId ?? (await requireSessionOfRun(c, runId));
  const after = c.req.header('Last-Event-ID') ?? toEventId(runId, query.offset);
  return eventStream(await followRun(c, { sessionId, runId, after }), { sessionId });
}

/** An offset is an event's id, or only its number. -1 or no offset means the start. */
function toEventId(runId: string, offset: string | undefined): string | null {
  if (offset === undefined || offset === '-1') return null;
  return /^\d+$/.test(offset) ? `${runId}.${offset}` : offset;
}

/** The session of one of the user's recent runs. @throws AppError NOT_FOUND */
async function requireSessionOfRun(c: Context<EdgeEnv>, runId: string): Promise<string> {
  const { subject, orgId } = c.get('access');
  const sessionId = await accountOf(c.env, subject).findRun({ orgId, runId });
  if (sessionId === null) throw new AppError('NOT_FOUND');
  return sessionId;
}
