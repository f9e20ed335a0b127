// Chat Completions and the list of models, for clients of that API. Such a client keeps its own transcript: a request that
// continues a known conversation goes to it, any other one starts a new conversation. The rest of the API is not offered.

import type { Context } from 'hono';
import * as z from 'zod';
import { AppError } from '../../../durable/errors.ts';
import { exactText } from '../../../durable/input-text.ts';
import { listModels } from '../../../durable/providers/models/catalog.ts';
import { effectiveSettingsOf } from '../../../durable/providers/settings/config.ts';
import {
  rememberReply,
  requestedRunId,
  requireFoundSession,
  sessionNameIn,
  sessionOfQuestion,
} from '../../admission/match-session.ts';
import { type AdmittedRun, RUN_BODY_LIMIT_BYTES, startRun } from '../../admission/start-run.ts';
import { openRunLog } from '../../api/chat/follow-run.ts';
import { ownOrigin } from '../../auth/origin-check.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { eventStream } from '../../http/event-stream.ts';
import { problemResponse } from '../../http/problem.ts';
import { defineModelRoute, defineRoute } from '../../routing/define-route.ts';
import { ignoredHeader } from '../not-used.ts';
import { knownUpTo, project } from '../projection.ts';
import { createRunSummary, type RunSummary, readSummary } from '../run-summary.ts';
import { stopOnDisconnect } from '../stop-on-disconnect.ts';
import { Code, RUN_ERRORS, RUN_HEADERS } from '../wire-routes.ts';
import {
  chosenModelIn,
  DEFAULT_MODEL,
  OpenAiChatRequest,
  type OpenAiQuestion,
  parseOpenAiQuestion,
  requestedNames,
  runOfOpenAiQuestion,
} from './openai-request.ts';
import { type Completion, encodeOpenAi, shownText, toChatCompletion } from './openai-stream.ts';

export const OpenAiError = z
  .object({
    error: z.looseObject({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: Code,
      request_id: z.uuid(),
    }),
  })
  .meta({ id: 'OpenAiError' });

const OpenAiCompletion = z
  .looseObject({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.int(),
    model: z.string(),
    choices: z.array(z.looseObject({ index: z.int(), finish_reason: z.enum(['stop', 'length', 'content_filter']) })),
    usage: z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() }),
    groundwire: z
      .looseObject({
        session_id: z.uuid(),
        run_id: z.string(),
        outcome: z.enum(['complete', 'stopped', 'waiting']),
      })
      .meta({ description: 'What Chat Completions has no field for.' }),
  })
  .meta({ id: 'OpenAiCompletion', description: 'With `stream: true`, chunks of it, then `[DONE]`.' });

const OpenAiModel = z
  .object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() })
  .meta({ id: 'OpenAiModel' });

const OpenAiModelList = z
  .object({ object: z.literal('list'), data: z.array(OpenAiModel) })
  .meta({ id: 'OpenAiModelList' });

const FOR_MEMBERS = { tag: 'wire', permission: 'member', feature: 'assistant', refusal: OpenAiError } as const;

export const openAiRoutes = [
  defineModelRoute({
    method: 'post',
    paths: ['/v1/chat/completions'],
    ...FOR_MEMBERS,
    rights: 'last-known',
    modelCall: {
      async sessionOf(c, body) {
        const { earlier, named } = parseOpenAiQuestion(body);
        return sessionOfQuestion({ name: sessionNameIn(c, named), earlier, runId: requestedRunId(c) });
      },
      namesOf: requestedNames,
    },
    summary: 'Create a chat completion (OpenAI)',
    description:
      'The product’s tools run on the server. A change that needs approval is answered with a link to its approval. System messages count as the user’s instructions. Parameters that would change the answer but are not supported are refused; those that tune a model are ignored, and `X-Ignored` names them.',
    headers: RUN_HEADERS,
    body: OpenAiChatRequest,
    bodyLimitBytes: RUN_BODY_LIMIT_BYTES,
    reply: { status: 200, description: 'The completion, or its chunks.', schema: OpenAiCompletion },
    errors: [...RUN_ERRORS, 'UNSUPPORTED', 'RUN_INTERRUPTED', 'STREAM_LOST'],
    handler: async (c) =>
      complete(c, await startRun(c, { requestedModel: chosenModelIn, read: (body) => read(c, body) })),
  }),
  defineRoute({
    method: 'get',
    paths: ['/v1/models'],
    ...FOR_MEMBERS,
    rights: 'confirmed',
    summary: 'List models (OpenAI)',
    description: 'The models that the plan includes.',
    reply: { status: 200, description: 'The models.', schema: OpenAiModelList },
    handler: (c) => ({ object: 'list' as const, data: modelsFor(c) }),
  }),
  defineRoute({
    method: 'get',
    paths: ['/v1/models/{model}'],
    ...FOR_MEMBERS,
    rights: 'confirmed',
    summary: 'Read a model (OpenAI)',
    params: z.object({ model: exactText() }),
    reply: { status: 200, description: 'The model.', schema: OpenAiModel },
    handler: (c, { params }) => {
      const model = modelsFor(c).find(({ id }) => id === params.model);
      if (!model) throw new AppError('NOT_FOUND');
      return model;
    },
  }),
];

async function complete(
  c: Context<EdgeEnv>,
  started: AdmittedRun<Awaited<ReturnType<typeof read>>>,
): Promise<Response> {
  const { run, question, events } = started;
  const { sessionId, runId } = run;
  const completion: Completion = {
    runId,
    sessionId,
    requestId: c.get('requestId'),
    model: run.model ?? DEFAULT_MODEL,
    created: Math.floor(Date.now() / 1000),
    pageUrl: `${ownOrigin(c)}/chat/${sessionId}`,
    includesUsage: question.includesUsage,
    ignored: question.ignored,
  };
  const headers = { 'X-Session-Id': sessionId, 'X-Run-Id': runId, ...ignoredHeader(question.ignored) };
  if (question.isStream) {
    stopOnDisconnect(c, run);
    const summary = createRunSummary();
    const body = project(openRunLog(c, run, events), {
      encode: encodeOpenAi(summary, completion),
      isKnown: knownUpTo(runId, c.req.header('Last-Event-ID')),
      beforeEnd: () => remember(c, question, completion, summary),
    });
    return eventStream(body, { sessionId, ...headers });
  }
  const summary = await readSummary(openRunLog(c, run, events));
  await remember(c, question, completion, summary);
  const end = summary.end();
  if (end.kind !== 'failed') return c.json(toChatCompletion(summary, end, completion), 200, headers);
  // Providers were already retried if that could help; a client that repeats the request would start a second run.
  for (const [name, value] of Object.entries({ ...headers, 'X-Should-Retry': 'false' })) c.header(name, value);
  // Not thrown, because it is no refusal: the message was accepted and its failure is already on record.
  return problemResponse(c, new AppError(end.code, { detail: end.detail }));
}

async function read(c: Context<EdgeEnv>, body: unknown) {
  const question = parseOpenAiQuestion(body);
  const runId = requestedRunId(c);
  const ids = { sessionId: requireFoundSession(c), runId: runId ?? crypto.randomUUID() };
  return { question, run: await runOfOpenAiQuestion(question, ids) };
}

function remember(
  c: Context<EdgeEnv>,
  { earlier, text }: OpenAiQuestion,
  completion: Completion,
  summary: RunSummary,
): Promise<void> {
  const answer = { role: 'assistant', text: shownText(summary, completion) } as const;
  return rememberReply(c, completion.sessionId, {
    transcript: [...earlier, { role: 'user', text }, answer],
    approvalIds: summary.proposals().map(({ approvalId }) => approvalId),
  });
}

/** The models that the plan includes. Their creation date is unknown, but the format requires a number. */
function modelsFor(c: Context<EdgeEnv>) {
  const { plan, extraModels, modelOverrides, orgId } = c.get('access');
  const { config } = effectiveSettingsOf(c.env, { orgId, settings: c.get('settings'), programs: [], modelOverrides });
  return listModels(plan, config, extraModels).models.flatMap(({ id, provider, allowed }) =>
    allowed ? [{ id, object: 'model' as const, created: 0, owned_by: provider }] : [],
  );
}
