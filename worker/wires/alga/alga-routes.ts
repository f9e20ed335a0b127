// The alga wire: answers as a stream or as one reply, decisions on proposed changes, titles. Its clients name no
// conversation, so a request's conversation is found by the transcript that the client repeats.
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import * as z from 'zod';
import type { EarlierMessage } from '../../../durable/contracts/conversation.ts';
import { conversationOf } from '../../../durable/contracts/conversation.ts';
import { sessionIdOf } from '../../../durable/contracts/session-name.ts';
import { titleFrom } from '../../../durable/conversation/history/title.ts';
import { AppError, ERRORS } from '../../../durable/errors.ts';
import { exactText } from '../../../durable/input-text.ts';
import {
  rememberReply,
  requestedRunId,
  requireFoundSession,
  sessionNameIn,
  sessionOfApproval,
  sessionOfQuestion,
} from '../../admission/match-session.ts';
import type { ModelCallOptions } from '../../admission/model-call.ts';
import { requestedModel } from '../../admission/named-scope.ts';
import { type AdmittedRun, RUN_BODY_LIMIT_BYTES, startRun } from '../../admission/start-run.ts';
import { openRunLog } from '../../api/chat/follow-run.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { EVENT_STREAM_HEADERS, eventStream } from '../../http/event-stream.ts';
import { defineModelRoute, defineRoute } from '../../routing/define-route.ts';
import { wordsOf } from '../client-transcript.ts';
import { ignoredHeader } from '../not-used.ts';
import { knownUpTo, project } from '../projection.ts';
import { createRunSummary, type RunSummary, readSummary } from '../run-summary.ts';
import { stopOnDisconnect } from '../stop-on-disconnect.ts';
import { Code, RUN_ERRORS, RUN_HEADERS, SessionName, SSE } from '../wire-routes.ts';
import {
  parseDecision,
  parseInputs,
  parseQuestion,
  runIdOfDecision,
  runOfDecision,
  runOfQuestion,
  SimpleChatRequest,
  SimpleExecuteRequest,
  type SimpleMessage,
  type SimpleQuestion,
  SimpleStreamRequest,
} from './alga-request.ts';
import { encodeSimple, encodeTitle, toSimpleReply } from './alga-stream.ts';

const SimpleReply = z
  .looseObject({
    type: z.enum(['assistant_message', 'function_proposed', 'error']),
    sessionId: z.uuid(),
  })
  .meta({ id: 'SimpleReply', description: 'An answer, a change that needs approval, or an answer that failed.' });

const SimpleError = z
  .looseObject({ type: z.literal('error'), error: z.string(), code: Code, requestId: z.uuid() })
  .meta({ id: 'SimpleError' });

const STREAM = {
  type: SSE,
  schema: z.string().meta({
    description:
      'One `data: {"content":"…","done":false}` per piece, then `data: {"content":"","done":true}`. `type` is content_delta, reasoning_delta, function_proposed, stopped, error or done.',
  }),
};

const FOR_MEMBERS = {
  method: 'post',
  tag: 'wire',
  permission: 'member',
  feature: 'assistant',
  refusal: SimpleError,
  bodyLimitBytes: RUN_BODY_LIMIT_BYTES,
} as const;

export const algaRoutes = [
  defineModelRoute({
    paths: ['/api/chat/v1/completions/stream'],
    ...FOR_MEMBERS,
    rights: 'last-known',
    modelCall: asks(parseQuestion),
    summary: 'Ask and stream the answer (alga)',
    description:
      'Without a named conversation, continues the one whose transcript the messages repeat, or starts a new one.',
    headers: RUN_HEADERS,
    body: SimpleChatRequest,
    reply: { status: 200, description: 'The answer.', media: STREAM },
    errors: RUN_ERRORS,
    handler: async (c) => streamed(c, await ask(c, parseQuestion)),
  }),
  defineModelRoute({
    paths: ['/api/chat/v1/completions'],
    ...FOR_MEMBERS,
    rights: 'last-known',
    modelCall: asks(parseQuestion),
    summary: 'Ask and get the whole answer (alga)',
    headers: RUN_HEADERS,
    body: SimpleChatRequest,
    reply: { status: 200, description: 'The answer, or a change that needs approval.', schema: SimpleReply },
    errors: [...RUN_ERRORS, 'RUN_INTERRUPTED', 'STREAM_LOST'],
    handler: async (c) => completeReply(c, await ask(c, parseQuestion)),
  }),
  defineModelRoute({
    paths: ['/api/chat/v1/execute'],
    ...FOR_MEMBERS,
    rights: 'last-known',
    modelCall: {
      async sessionOf(c, body) {
        const { decision, chatId } = parseDecision(body);
        return sessionOfApproval(decision.approvalId, sessionNameIn(c, chatId), runIdOfDecision(decision));
      },
      isDecision: () => true,
    },
    summary: 'Approve or decline a proposed change (alga)',
    description:
      'Only the proposal’s id counts. Arguments that a client sends have no effect: what was shown is what runs.',
    headers: z.object({ 'X-Session-Id': SessionName }),
    body: SimpleExecuteRequest,
    reply: { status: 200, description: 'The result.', schema: SimpleReply },
    errors: ['APPROVAL_DECIDED', 'APPROVAL_EXPIRED', ...RUN_ERRORS],
    handler: async (c) => completeReply(c, await decide(c)),
  }),
  defineRoute({
    paths: ['/api/chat/stream/title'],
    ...FOR_MEMBERS,
    rights: 'confirmed',
    summary: 'Get a title for a conversation (alga)',
    description: 'The conversation’s title, or one made from its first question. Calls no model.',
    headers: z.object({ 'X-Session-Id': SessionName }),
    body: SimpleStreamRequest,
    reply: { status: 200, description: 'The title, streamed in one piece.', media: STREAM },
    handler: async (c, { body }) => c.body(encodeTitle(await titleFor(c, body)), 200, EVENT_STREAM_HEADERS),
  }),
  // The older address of the same stream; its name has no effect.
  defineModelRoute({
    paths: ['/api/chat/stream/{name}'],
    ...FOR_MEMBERS,
    rights: 'last-known',
    modelCall: asks(parseInputs),
    summary: 'Ask and stream the answer (alga, older address)',
    params: z.object({ name: exactText() }),
    headers: RUN_HEADERS,
    body: SimpleStreamRequest,
    reply: { status: 200, description: 'The answer.', media: STREAM },
    errors: RUN_ERRORS,
    handler: async (c) => streamed(c, await ask(c, parseInputs)),
  }),
];

/** Finds the question's session in the hop that admits the request. Errors in the body are reported later. */
function asks(parse: Parse): Pick<ModelCallOptions, 'sessionOf'> {
  return {
    async sessionOf(c, body) {
      const { earlier, chatId } = parse(body);
      return sessionOfQuestion({ name: sessionNameIn(c, chatId), earlier, runId: requestedRunId(c) });
    },
  };
}

type AlgaRun = {
  readonly run: SimpleRun;
  /** As the client sent them, and their texts. */
  readonly messages: readonly SimpleMessage[];
  readonly words: readonly EarlierMessage[];
};
type SimpleRun = Awaited<ReturnType<typeof runOfQuestion>>;
type Parse = (body: unknown) => SimpleQuestion;

function ask(c: Context<EdgeEnv>, parse: Parse): Promise<AdmittedRun<AlgaRun>> {
  async function read(body: unknown): Promise<AlgaRun> {
    const question = parse(body);
    const runId = requestedRunId(c);
    const sessionId = requireFoundSession(c);
    const run = await runOfQuestion(question, { sessionId, runId: runId ?? crypto.randomUUID() });
    return { run, messages: question.messages, words: [...question.earlier, { role: 'user', text: question.text }] };
  }
  return startRun(c, { requestedModel, read });
}

function decide(c: Context<EdgeEnv>): Promise<AdmittedRun<AlgaRun>> {
  async function read(body: unknown): Promise<AlgaRun> {
    const { decision, messages } = parseDecision(body);
    const run = await runOfDecision(decision, requireFoundSession(c));
    return { run, messages, words: wordsOf(messages) };
  }
  return startRun(c, { requestedModel: () => null, read });
}

function streamed(c: Context<EdgeEnv>, { run, events, messages, words }: AdmittedRun<AlgaRun>): Response {
  stopOnDisconnect(c, run);
  const summary = createRunSummary();
  const body = project(openRunLog(c, run, events), {
    encode: encodeSimple(summary, messages),
    isKnown: knownUpTo(run.runId, c.req.header('Last-Event-ID')),
    beforeEnd: () => remember(c, run.sessionId, words, summary),
  });
  return eventStream(body, { sessionId: run.sessionId, 'X-Run-Id': run.runId, ...ignoredHeader(run.ignored) });
}

async function completeReply(
  c: Context<EdgeEnv>,
  { run, events, messages, words }: AdmittedRun<AlgaRun>,
): Promise<Response> {
  const { sessionId, runId } = run;
  const summary = await readSummary(openRunLog(c, run, events));
  await remember(c, sessionId, words, summary);
  const end = summary.end();
  const status = end.kind === 'failed' || end.kind === 'refused' ? ERRORS[end.code].status : 200;
  return c.json(toSimpleReply(summary, { messages, sessionId }), status as ContentfulStatusCode, {
    'X-Session-Id': sessionId,
    'X-Run-Id': runId,
    ...ignoredHeader(run.ignored),
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

/** The conversation's title, or one made from its first question. Calls no model. */
async function titleFor(
  c: Context<EdgeEnv>,
  { inputs, chatId }: z.output<typeof SimpleStreamRequest>,
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
    throw new AppError('BAD_REQUEST', { detail: 'The request has no user message to make a title from.' });
  return title;
}
