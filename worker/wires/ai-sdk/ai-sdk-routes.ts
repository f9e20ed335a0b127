// The AI SDK's chat transport: takes a message or a decision, streams a UI message, and resumes a lost stream. The client
// generates the ids of its chats; a UUID among them is the session's id.
import type { Context } from 'hono';
import * as z from 'zod';
import type { RunRequest } from '../../../durable/contracts/conversation.ts';
import { conversationOf } from '../../../durable/contracts/conversation.ts';
import { sessionIdOf } from '../../../durable/contracts/session-name.ts';
import { AppError } from '../../../durable/errors.ts';
import { requireFoundSession } from '../../admission/match-session.ts';
import { namesAtTop, requestedModel } from '../../admission/named-scope.ts';
import { RUN_BODY_LIMIT_BYTES, startRun } from '../../admission/start-run.ts';
import { openRunLog, type RunIds } from '../../api/chat/follow-run.ts';
import { readTranscript, toPage } from '../../api/messages/messages-routes.ts';
import { MessageListQuery, Page } from '../../api/messages/messages-schema.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { eventStream } from '../../http/event-stream.ts';
import { assistantPaths, defineModelRoute, defineRoute } from '../../routing/define-route.ts';
import { ignoredHeader } from '../not-used.ts';
import { knownUpTo, project } from '../projection.ts';
import type { RunLog } from '../run-log.ts';
import { StopOnDisconnect, stopOnDisconnect } from '../stop-on-disconnect.ts';
import { BRANCH_ERRORS, LastEventId, RUN_ERRORS, SSE } from '../wire-routes.ts';
import { ChatName, isDecision, type NamedQuestion, parseUiMessages, UiMessagesRequest } from './ai-sdk-request.ts';
import { encodeUiMessage } from './ai-sdk-stream.ts';
import { readMessageLog } from './message-log.ts';
import { toUiMessages } from './ui-history.ts';

const UiMessageList = z
  .object({
    messages: z.array(
      z.looseObject({
        id: z.string(),
        role: z.enum(['user', 'assistant']),
        parts: z.array(z.looseObject({ type: z.string() })),
      }),
    ),
    page: Page,
  })
  .meta({ id: 'UiMessageList', description: 'UI messages of the AI SDK.' });

const STREAM = {
  type: SSE,
  schema: z.string().meta({
    description: 'The AI SDK’s UI message stream, version 1: start, parts and steps, finish, then `[DONE]`.',
  }),
};

/** Messages to read at a time when looking for a question. */
const QUESTION_PAGE = 100;

const FOR_MEMBERS = { tag: 'assistant', permission: 'member', feature: 'assistant' } as const;
const ChatParams = z.object({ chatId: ChatName });

export const aiSdkRoutes = [
  defineModelRoute({
    method: 'post',
    paths: assistantPaths('/ui-messages'),
    ...FOR_MEMBERS,
    rights: 'last-known',
    modelCall: {
      async sessionOf(c, body) {
        const { chatId: name, run } = await parseUiMessages(body, c.get('requestId'));
        return { marks: [], name, otherwise: null, runId: run.runId };
      },
      namesOf: namesAtTop,
      isDecision,
    },
    summary: 'Ask or decide (AI SDK)',
    description:
      'For DefaultChatTransport. Only the last message is used: the user’s text, or the assistant’s message with the user’s decisions. Regenerating and editing start a new branch; the old one is kept.',
    headers: z.object({ 'Last-Event-ID': LastEventId, 'X-Stop-On-Disconnect': StopOnDisconnect }),
    body: UiMessagesRequest,
    bodyLimitBytes: RUN_BODY_LIMIT_BYTES,
    reply: { status: 200, description: 'The message, as it is written.', media: STREAM },
    errors: [...RUN_ERRORS, ...BRANCH_ERRORS, 'UNSUPPORTED', 'APPROVAL_DECIDED', 'APPROVAL_EXPIRED'],
    handler: async (c) => {
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
      stopOnDisconnect(c, run);
      return uiMessageStream(openRunLog(c, run, events), {
        sessionId,
        runId,
        continues: run.message === null,
        lastEventId: c.req.header('Last-Event-ID'),
        ignored: run.ignored,
      });
    },
  }),
  // A client that opens a chat again loads this first, then asks for the stream.
  defineRoute({
    method: 'get',
    paths: assistantPaths('/ui-messages/{chatId}'),
    ...FOR_MEMBERS,
    rights: 'confirmed',
    summary: 'Read a chat (AI SDK)',
    description: 'A message that is still being written is left out; read it as a stream.',
    params: ChatParams,
    invalidParams: 'BAD_REQUEST',
    query: MessageListQuery,
    reply: { status: 200, description: 'The newest page, oldest message first.', schema: UiMessageList },
    handler: async (c, { params: { chatId }, query: { limit, before = null } }) => {
      const sessionId = await sessionIdOf(c.get('access'), chatId);
      const { messages, cursor, activeRunId } = await readTranscript(c, sessionId, { limit, before });
      return c.json({ messages: toUiMessages(messages, activeRunId), page: toPage(cursor) });
    },
  }),
  defineRoute({
    method: 'get',
    paths: assistantPaths('/ui-messages/{chatId}/stream'),
    ...FOR_MEMBERS,
    rights: 'confirmed',
    summary: 'Resume a message that is being written (AI SDK)',
    description: 'From its start. 204 if no message is being written.',
    params: ChatParams,
    invalidParams: 'BAD_REQUEST',
    reply: { status: 200, description: 'The message, as it is written.', media: STREAM },
    handler: async (c, { params: { chatId } }) => {
      const access = c.get('access');
      const sessionId = await sessionIdOf(access, chatId);
      const answer = await conversationOf(c.env, access.orgId, sessionId).read({ access });
      // Also if there is no such chat: clients ask before they have sent anything.
      if (!answer.ok || answer.activeRunId === null) return c.body(null, 204);
      const { activeRunId: runId } = answer;
      const log = await readMessageLog(c, { sessionId, runId });
      return uiMessageStream(log, { sessionId, runId, continues: false, lastEventId: undefined });
    },
  }),
];

/**
 * Finds our id for the question that a client edits or regenerates. If the client has its own id for it, the answer before it,
 * whose run both sides know, gives its position. @throws AppError NOT_FOUND if the transcript has no such question
 */
async function findQuestion(
  c: Context<EdgeEnv>,
  sessionId: string,
  { id, after }: Pick<NamedQuestion, 'id' | 'after'>,
): Promise<string> {
  let question: string | null = null;
  let before: string | null = null;
  do {
    const { messages, cursor } = await readTranscript(c, sessionId, { limit: QUESTION_PAGE, before });
    for (const message of messages.toReversed()) {
      if (message.role === 'user' && message.id === id) return id;
      if (message.role === 'user') question = message.id;
      else if (message.runId === after && question !== null) return question;
    }
    before = cursor;
  } while (before !== null);
  if (after === null && question !== null) return question;
  throw new AppError('NOT_FOUND', { detail: 'This conversation has no such question.' });
}

function uiMessageStream(
  log: RunLog,
  run: RunIds & {
    readonly continues: boolean;
    readonly lastEventId: string | undefined;
    readonly ignored?: readonly string[] | undefined;
  },
): Response {
  const { sessionId, runId, lastEventId } = run;
  const body = project(log, { encode: encodeUiMessage(run), isKnown: knownUpTo(runId, lastEventId) });
  return eventStream(body, {
    sessionId,
    'X-Run-Id': runId,
    'X-Vercel-AI-UI-Message-Stream': 'v1',
    ...ignoredHeader(run.ignored),
  });
}
