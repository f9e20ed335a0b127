// Chat Completions and the list of models, for clients of that API. Such a client keeps its transcript itself: where it
// goes on from where a conversation stands it goes on in it, and the rest of the API is not here.
import { type Context, Hono } from 'hono';
import { settingsOf } from '../../durable/env.ts';
import { AppError } from '../../durable/errors.ts';
import { listModels } from '../../durable/providers/catalog.ts';
import { effectiveSettingsOf } from '../../durable/providers/config.ts';
import { admitted } from '../access.ts';
import { type Completion, encodeOpenAi, shownText, toChatCompletion } from '../dialects/openai.ts';
import {
  chosenModelIn,
  DEFAULT_MODEL,
  type OpenAiQuestion,
  parseOpenAiQuestion,
  requestedNames,
  runOfOpenAiQuestion,
} from '../dialects/openai-request.ts';
import { knownUpTo, project } from '../dialects/projection.ts';
import { createRunSummary, type RunSummary, summarise } from '../dialects/run-summary.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { eventStream } from '../event-stream.ts';
import { openRunLog } from '../follow-run.ts';
import { assistantEnabled } from '../gate.ts';
import { problemResponse } from '../problem.ts';
import { rememberReply, requireFoundSession, sessionNameIn, sessionOfQuestion } from '../recognise.ts';
import { requestedRunId } from '../requested-run-id.ts';
import { startRun, startsRun } from '../start-run.ts';

/** Mounted under `/v1`. */
export const openAiRoutes = new Hono<EdgeEnv>();

const counted = startsRun({
  async sessionOf(c, body) {
    const { earlier, named } = parseOpenAiQuestion(body);
    return sessionOfQuestion({ name: sessionNameIn(c, named), earlier, runId: requestedRunId(c) });
  },
  namesOf: requestedNames,
});

openAiRoutes.post('/chat/completions', counted, async (c) => {
  const { run, question, events } = await startRun(c, { requestedModel: chosenModelIn, read: (body) => read(c, body) });
  const { sessionId, runId } = run;
  const completion: Completion = {
    runId,
    sessionId,
    requestId: c.get('requestId'),
    model: run.model ?? DEFAULT_MODEL,
    created: Math.floor(Date.now() / 1000),
    pageUrl: `${settingsOf(c.env).PUBLIC_ORIGIN ?? new URL(c.req.url).origin}/chat/${sessionId}`,
    includesUsage: question.includesUsage,
  };
  const headers = { 'X-Session-Id': sessionId, 'X-Run-Id': runId };
  if (question.isStream) {
    const summary = createRunSummary();
    const body = project(openRunLog(c, run, events), {
      encode: encodeOpenAi(summary, completion),
      isKnown: knownUpTo(runId, c.req.header('Last-Event-ID')),
      beforeEnd: () => remember(c, question, completion, summary),
    });
    return eventStream(body, { sessionId, ...headers });
  }
  const summary = await summarise(openRunLog(c, run, events));
  await remember(c, question, completion, summary);
  const end = summary.end();
  if (end.kind !== 'failed') return c.json(toChatCompletion(summary, end, completion), 200, headers);
  // Providers were asked again where that could help; a client that repeats the request would begin a second run.
  for (const [name, value] of Object.entries({ ...headers, 'X-Should-Retry': 'false' })) c.header(name, value);
  // No refusal, so it is not thrown: the message was taken, and its failure is on record.
  return problemResponse(c, new AppError(end.code, { detail: end.detail }));
});

openAiRoutes.get('/models', admitted('confirmed'), assistantEnabled, (c) =>
  c.json({ object: 'list', data: modelsFor(c) }),
);

openAiRoutes.get('/models/:model', admitted('confirmed'), assistantEnabled, (c) => {
  const model = modelsFor(c).find(({ id }) => id === c.req.param('model'));
  if (!model) throw new AppError('NOT_FOUND');
  return c.json(model);
});

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

/** Those that the plan includes. When they were made is not known here, and the shape wants a number. */
function modelsFor(c: Context<EdgeEnv>) {
  const { plan, extraModels, orgId } = c.get('access');
  const { config } = effectiveSettingsOf(c.env, { orgId, settings: c.get('settings'), programs: [] });
  return listModels(plan, config, extraModels).models.flatMap(({ id, provider, allowed }) =>
    allowed ? [{ id, object: 'model' as const, created: 0, owned_by: provider }] : [],
  );
}
