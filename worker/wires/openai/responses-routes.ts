// OpenAI's Responses API, for clients that speak only that: create, streamed or whole. Responses are read in the session API.
import type { Context } from 'hono';
import * as z from 'zod';
import type { RunRequest } from '../../../durable/contracts/conversation.ts';
import { AppError } from '../../../durable/errors.ts';
import {
  rememberReply,
  requestedRunId,
  requireFoundSession,
  sessionNameIn,
  sessionOfQuestion,
} from '../../admission/match-session.ts';
import { type AdmittedRun, RUN_BODY_LIMIT_BYTES, startRun } from '../../admission/start-run.ts';
import { openRunLog } from '../../api/chat/follow-run.ts';
import { readTranscript } from '../../api/messages/messages-routes.ts';
import { ownOrigin } from '../../auth/origin-check.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { eventStream } from '../../http/event-stream.ts';
import { problemResponse } from '../../http/problem.ts';
import { defineModelRoute } from '../../routing/define-route.ts';
import { ignoredHeader } from '../not-used.ts';
import { knownUpTo, project } from '../projection.ts';
import { createRunSummary, type RunSummary, readSummary } from '../run-summary.ts';
import { stopOnDisconnect } from '../stop-on-disconnect.ts';
import { RUN_ERRORS, RUN_HEADERS } from '../wire-routes.ts';
import { chosenModelIn, DEFAULT_MODEL, requestedNames, runOfOpenAiQuestion } from './openai-request.ts';
import { OpenAiError } from './openai-routes.ts';
import { shownText } from './openai-stream.ts';
import {
  digestOfResponse,
  type NamedResponse,
  OpenAiResponseRequest,
  parseResponseQuestion,
  type ResponseQuestion,
} from './responses-request.ts';
import { encodeResponse, type ResponseHead, toResponse } from './responses-stream.ts';

const OpenAiResponse = z
  .looseObject({
    id: z.string(),
    object: z.literal('response'),
    status: z.enum(['completed', 'incomplete', 'cancelled', 'failed']),
    output: z.array(z.looseObject({ type: z.literal('message'), role: z.literal('assistant') })),
  })
  .meta({ id: 'OpenAiResponse', description: 'With `stream: true`, its events; the last one has the whole response.' });

/** Messages to read at a time when looking for a response. */
const PAGE = 100;

export const openAiResponsesRoute = defineModelRoute({
  method: 'post',
  paths: ['/v1/responses'],
  tag: 'wire',
  permission: 'member',
  feature: 'assistant',
  refusal: OpenAiError,
  rights: 'last-known',
  modelCall: {
    async sessionOf(c, body) {
      const { earlier, named, previousId, previous } = parseResponseQuestion(body);
      const name = previousId === null ? sessionNameIn(c, named) : (previous?.sessionId ?? null);
      return sessionOfQuestion({ name, earlier, runId: requestedRunId(c) });
    },
    namesOf: requestedNames,
  },
  summary: 'Create a response (OpenAI)',
  description:
    'The product’s tools run on the server. A change that needs approval is answered with a link to its approval. `instructions` and system messages count as the user’s instructions, for this response.',
  headers: RUN_HEADERS,
  body: OpenAiResponseRequest,
  bodyLimitBytes: RUN_BODY_LIMIT_BYTES,
  reply: { status: 200, description: 'The response, or its events.', schema: OpenAiResponse },
  errors: [...RUN_ERRORS, 'UNSUPPORTED', 'RUN_INTERRUPTED', 'STREAM_LOST'],
  handler: async (c) => {
    let previous: NamedResponse | null = null;
    async function read(body: unknown) {
      const question = parseResponseQuestion(body);
      if (question.previousId !== null && question.previous === null) throw unknownResponse();
      previous = question.previous;
      const ids = { sessionId: requireFoundSession(c), runId: requestedRunId(c) ?? crypto.randomUUID() };
      const run = await runOfOpenAiQuestion(question, ids);
      return { question, run: { ...run, digest: await digestOfResponse(run, question) } };
    }
    const complete = async (run: RunRequest): Promise<RunRequest> => (previous ? continuing(c, run, previous) : run);
    return reply(c, await startRun(c, { requestedModel: chosenModelIn, read, complete }));
  },
});

const unknownResponse = (): AppError =>
  new AppError('NOT_FOUND', {
    detail: 'You have no such previous response, or it is on a branch of its conversation that isn’t shown.',
  });

/** After the response's run. If the conversation went on since, a new branch begins there. @throws AppError NOT_FOUND */
async function continuing(c: Context<EdgeEnv>, run: RunRequest, previous: NamedResponse): Promise<RunRequest> {
  let next: string | null = null;
  let before: string | null = null;
  do {
    const { messages, cursor } = await readTranscript(c, run.sessionId, { limit: PAGE, before });
    for (const message of messages.toReversed()) {
      // A repeated request: its own question is already there.
      if (message.runId === run.runId) next = null;
      else if (message.runId === previous.runId)
        return next === null ? run : { ...run, branch: { kind: 'edit', messageId: next } };
      else if (message.role === 'user') next = message.id;
    }
    before = cursor;
  } while (before !== null);
  throw unknownResponse();
}

type Parsed = { readonly question: ResponseQuestion; readonly run: RunRequest };

async function reply(c: Context<EdgeEnv>, { run, question, events }: AdmittedRun<Parsed>): Promise<Response> {
  const { sessionId, runId } = run;
  const head: ResponseHead = {
    runId,
    sessionId,
    requestId: c.get('requestId'),
    model: run.model ?? DEFAULT_MODEL,
    created: Math.floor(Date.now() / 1000),
    pageUrl: `${ownOrigin(c)}/chat/${sessionId}`,
    includesUsage: true,
    ignored: question.ignored,
    previousId: question.previousId,
    instructions: question.requestInstructions,
    maxOutputTokens: question.maxOutputTokens,
  };
  const headers = { 'X-Session-Id': sessionId, 'X-Run-Id': runId, ...ignoredHeader(question.ignored) };
  if (question.isStream) {
    stopOnDisconnect(c, run);
    const summary = createRunSummary();
    const body = project(openRunLog(c, run, events), {
      encode: encodeResponse(summary, head),
      isKnown: knownUpTo(runId, c.req.header('Last-Event-ID')),
      beforeEnd: () => remember(c, question, head, summary),
      namesEvents: true,
    });
    return eventStream(body, { sessionId, ...headers });
  }
  const summary = await readSummary(openRunLog(c, run, events));
  await remember(c, question, head, summary);
  const end = summary.end();
  if (end.kind !== 'failed') return c.json(toResponse(summary, end, head), 200, headers);
  // As in Chat Completions: a client that repeats the request would start a second run.
  for (const [name, value] of Object.entries({ ...headers, 'X-Should-Retry': 'false' })) c.header(name, value);
  return problemResponse(c, new AppError(end.code, { detail: end.detail }));
}

/** A client that repeats its input instead of naming the response is recognized too. */
async function remember(
  c: Context<EdgeEnv>,
  { earlier, text, previousId }: ResponseQuestion,
  head: ResponseHead,
  summary: RunSummary,
): Promise<void> {
  if (previousId !== null) return;
  const answer = { role: 'assistant', text: shownText(summary, head) } as const;
  await rememberReply(c, head.sessionId, {
    transcript: [...earlier, { role: 'user', text }, answer],
    approvalIds: summary.proposals().map(({ approvalId }) => approvalId),
  });
}
