// The AI SDK's chat transport: a message or a decision in, a UI message stream out, and the way back to a stream that
// was lost. Its ids of chats are made up by the client; a UUID among them is the session's id.
import { type Context, Hono } from 'hono';
import { conversationOf } from '../../durable/conversation/conversation-stub.ts';
import type { RunRequest } from '../../durable/conversation/requests.ts';
import { sessionIdOf } from '../../durable/conversation/session-name.ts';
import { MessageListQuery } from '../contract.ts';
import { encodeUiMessage } from '../dialects/ai-sdk.ts';
import { ChatName, type NamedQuestion, parseUiMessages } from '../dialects/ai-sdk-request.ts';
import { knownUpTo, project } from '../dialects/projection.ts';
import { requestedModel } from '../dialects/requested-model.ts';
import type { RunLog } from '../dialects/run-log.ts';
import { toUiMessages } from '../dialects/ui-history.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { eventStream } from '../event-stream.ts';
import { openRunLog, type RunIds } from '../follow-run.ts';
import { readMessageLog } from '../message-log.ts';
import { namesAtTop } from '../named-scope.ts';
import { parseInput } from '../problem.ts';
import { requireFoundSession } from '../recognise.ts';
import { startRun, startsRun } from '../start-run.ts';
import { readTranscript, toPage } from './messages.ts';
import { findQuestion } from './named-question.ts';

/** Mounted where the chat's is, for the same reason. */
export const uiMessagesRunRoute = new Hono<EdgeEnv>();

const counted = startsRun({
  async sessionOf(c, body) {
    const { chatId: name, run } = await parseUiMessages(body, c.get('requestId'));
    return { marks: [], name, otherwise: null, runId: run.runId };
  },
  namesOf: namesAtTop,
});

uiMessagesRunRoute.post('/ui-messages', counted, async (c) => {
  let question: NamedQuestion | null = null;
  async function read(body: unknown) {
    const parsed = await parseUiMessages(body, c.get('requestId'));
    question = parsed.question;
    return { run: { ...parsed.run, sessionId: requireFoundSession(c) } };
  }
  async function complete(run: RunRequest): Promise<RunRequest> {
    if (question === null) return run;
    const messageId = await findQuestion(c, run.sessionId, question);
    return { ...run, branch: { kind: question.kind, messageId } };
  }
  const { run, events } = await startRun(c, { requestedModel, read, complete });
  const { sessionId, runId } = run;
  return uiMessageStream(openRunLog(c, run, events), {
    sessionId,
    runId,
    continues: run.message === null,
    lastEventId: c.req.header('Last-Event-ID'),
  });
});

export const uiMessagesRoutes = new Hono<EdgeEnv>();

/** What a client begins with when it opens a chat again; then it asks for the stream. */
uiMessagesRoutes.get('/ui-messages/:chatId', async (c) => {
  const { limit, before = null } = parseInput(MessageListQuery, c.req.query());
  const { messages, cursor, activeRunId } = await readTranscript(c, await requireChat(c), { limit, before });
  return c.json({ messages: toUiMessages(messages, activeRunId), page: toPage(cursor) });
});

/** 204 where nothing runs, and where there is no such chat: a client asks before it has said anything. */
uiMessagesRoutes.get('/ui-messages/:chatId/stream', async (c) => {
  const access = c.get('access');
  const sessionId = await requireChat(c);
  const answer = await conversationOf(c.env, access.orgId, sessionId).read({ access });
  if (!answer.ok || answer.activeRunId === null) return c.body(null, 204);
  const { activeRunId: runId } = answer;
  const log = await readMessageLog(c, { sessionId, runId });
  return uiMessageStream(log, { sessionId, runId, continues: false, lastEventId: undefined });
});

const requireChat = (c: Context<EdgeEnv>): Promise<string> =>
  sessionIdOf(c.get('access'), parseInput(ChatName, c.req.param('chatId')));

function uiMessageStream(
  log: RunLog,
  run: RunIds & { readonly continues: boolean; readonly lastEventId: string | undefined },
): Response {
  const { sessionId, runId, lastEventId } = run;
  const body = project(log, { encode: encodeUiMessage(run), isKnown: knownUpTo(runId, lastEventId) });
  return eventStream(body, { sessionId, 'X-Run-Id': runId, 'X-Vercel-AI-UI-Message-Stream': 'v1' });
}
