// The alga wire: answers as a stream or whole, decisions on what was proposed, titles. Which conversation a request
// belongs to is found by what the client repeats, since its clients name none.
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { conversationOf } from '../../durable/conversation/conversation-stub.ts';
import type { EarlierMessage } from '../../durable/conversation/requests.ts';
import { sessionIdOf } from '../../durable/conversation/session-name.ts';
import { titleFrom } from '../../durable/conversation/title.ts';
import { AppError, ERRORS } from '../../durable/errors.ts';
import { admitted } from '../access.ts';
import { wordsOf } from '../dialects/client-transcript.ts';
import { knownUpTo, project } from '../dialects/projection.ts';
import { requestedModel } from '../dialects/requested-model.ts';
import { createRunSummary, type RunSummary, summarise } from '../dialects/run-summary.ts';
import {
  parseDecision,
  parseInputs,
  parseQuestion,
  runIdOfDecision,
  runOfDecision,
  runOfQuestion,
  type SimpleMessage,
  type SimpleQuestion,
  SimpleStreamRequest,
} from '../dialects/simple-request.ts';
import { encodeSimple, encodeTitle, toSimpleReply } from '../dialects/simple-stream.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { EVENT_STREAM_HEADERS, eventStream } from '../event-stream.ts';
import { openRunLog } from '../follow-run.ts';
import { assistantEnabled } from '../gate.ts';
import { parseInput } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { rememberReply, requireFoundSession, sessionNameIn, sessionOfCard, sessionOfQuestion } from '../recognise.ts';
import { requestedRunId } from '../requested-run-id.ts';
import { RUN_BODY_LIMIT_BYTES, type StartedRun, startRun, startsRun } from '../start-run.ts';

/** Mounted under `/api/chat`. */
export const simpleChatRoutes = new Hono<EdgeEnv>();

/** Where a question belongs, for the hop that counts it; what is wrong with it is said later. */
const asks = (parse: Parse): MiddlewareHandler<EdgeEnv> =>
  startsRun({
    async sessionOf(c, body) {
      const { earlier, chatId } = parse(body);
      return sessionOfQuestion({ name: sessionNameIn(c, chatId), earlier, runId: requestedRunId(c) });
    },
  });

const decides = startsRun({
  async sessionOf(c, body) {
    const { decision, chatId } = parseDecision(body);
    return sessionOfCard(decision.approvalId, sessionNameIn(c, chatId), runIdOfDecision(decision));
  },
});

simpleChatRoutes.post('/v1/completions/stream', asks(parseQuestion), async (c) =>
  streamed(c, await ask(c, parseQuestion)),
);

simpleChatRoutes.post('/v1/completions', asks(parseQuestion), async (c) => whole(c, await ask(c, parseQuestion)));

/** A click: resolves the approval that the server holds, by its id. */
simpleChatRoutes.post('/v1/execute', decides, async (c) => whole(c, await decide(c)));

simpleChatRoutes.post('/stream/title', admitted('confirmed'), assistantEnabled, async (c) => {
  const body = await readJson(c.req.raw, { limitBytes: RUN_BODY_LIMIT_BYTES });
  if (!body.ok) throw body.error;
  const title = await titleFor(c, parseInput(SimpleStreamRequest, body.value));
  return c.body(encodeTitle(title), 200, EVENT_STREAM_HEADERS);
});

/** The older address of the same stream; its name says nothing. */
simpleChatRoutes.post('/stream/:name', asks(parseInputs), async (c) => streamed(c, await ask(c, parseInputs)));

type Asked = {
  readonly run: SimpleRun;
  /** As the client sent it, and the words of it that count. */
  readonly messages: readonly SimpleMessage[];
  readonly words: readonly EarlierMessage[];
};
type SimpleRun = Awaited<ReturnType<typeof runOfQuestion>>;
type Parse = (body: unknown) => SimpleQuestion;

function ask(c: Context<EdgeEnv>, parse: Parse): Promise<StartedRun<Asked>> {
  async function read(body: unknown): Promise<Asked> {
    const question = parse(body);
    const runId = requestedRunId(c);
    const sessionId = requireFoundSession(c);
    const run = await runOfQuestion(question, { sessionId, runId: runId ?? crypto.randomUUID() });
    return { run, messages: question.messages, words: [...question.earlier, { role: 'user', text: question.text }] };
  }
  return startRun(c, { requestedModel, read });
}

function decide(c: Context<EdgeEnv>): Promise<StartedRun<Asked>> {
  async function read(body: unknown): Promise<Asked> {
    const { decision, messages } = parseDecision(body);
    const run = await runOfDecision(decision, requireFoundSession(c));
    return { run, messages, words: wordsOf(messages) };
  }
  return startRun(c, { requestedModel: () => null, read });
}

function streamed(c: Context<EdgeEnv>, { run, events, messages, words }: StartedRun<Asked>): Response {
  const summary = createRunSummary();
  const body = project(openRunLog(c, run, events), {
    encode: encodeSimple(summary, messages),
    isKnown: knownUpTo(run.runId, c.req.header('Last-Event-ID')),
    beforeEnd: () => remember(c, run.sessionId, words, summary),
  });
  return eventStream(body, { sessionId: run.sessionId, 'X-Run-Id': run.runId });
}

async function whole(c: Context<EdgeEnv>, { run, events, messages, words }: StartedRun<Asked>): Promise<Response> {
  const { sessionId, runId } = run;
  const summary = await summarise(openRunLog(c, run, events));
  await remember(c, sessionId, words, summary);
  const end = summary.end();
  const status = end.kind === 'failed' ? ERRORS[end.code].status : 200;
  return c.json(toSimpleReply(summary, { messages, sessionId }), status as ContentfulStatusCode, {
    'X-Session-Id': sessionId,
    'X-Run-Id': runId,
  });
}

function remember(
  c: Context<EdgeEnv>,
  sessionId: string,
  words: readonly EarlierMessage[],
  summary: RunSummary,
): Promise<void> {
  const transcript: EarlierMessage[] = [...words, { role: 'assistant', text: summary.text() }];
  return rememberReply(c, sessionId, { transcript, approvalIds: summary.proposals().map((card) => card.approvalId) });
}

/** What the conversation is called; one that has no name yet is called after its first question. No model is asked. */
async function titleFor(
  c: Context<EdgeEnv>,
  { inputs, chatId }: ReturnType<typeof SimpleStreamRequest.parse>,
): Promise<string> {
  const access = c.get('access');
  const named = sessionNameIn(c, chatId);
  if (named !== null) {
    const answer = await conversationOf(c.env, access.orgId, await sessionIdOf(access, named)).read({ access });
    if (answer.ok && answer.session.title !== null) return answer.session.title;
  }
  const words = typeof inputs === 'string' ? inputs : (wordsOf(inputs).find(({ role }) => role === 'user')?.text ?? '');
  const title = titleFrom(words);
  if (title === null)
    throw new AppError('BAD_REQUEST', { detail: 'There is no text of the user to take a title from.' });
  return title;
}
