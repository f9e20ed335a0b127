// The transcript of a session: as messages of our API, and as AG-UI clients load it.
import type { Context } from 'hono';
import type { ShownMessage } from '../../../durable/contracts/conversation.ts';
import { conversationOf } from '../../../durable/contracts/conversation.ts';
import { AppError } from '../../../durable/errors.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { assistantPaths, defineRoute } from '../../routing/define-route.ts';
import type { Hydration } from '../chat/chat-schema.ts';
import { SessionParams } from '../sessions/sessions-schema.ts';
import { MessageList, MessageListQuery, type Page } from './messages-schema.ts';
import { toHydrated, toMessage } from './messages-view.ts';

type PageRequest = { readonly limit: number; readonly before: string | null };

export const messageRoutes = [
  defineRoute({
    method: 'get',
    paths: assistantPaths('/sessions/{sessionId}/messages'),
    tag: 'assistant',
    permission: 'member',
    feature: 'assistant',
    rights: 'confirmed',
    summary: 'List a session’s messages',
    params: SessionParams,
    query: MessageListQuery,
    reply: { status: 200, description: 'The newest page, oldest message first.', schema: MessageList },
    handler: async (c, { params: { sessionId }, query: { limit, before = null } }) => {
      const { messages, cursor } = await readTranscript(c, sessionId, { limit, before });
      return { messages: messages.map(toMessage), page: toPage(cursor) };
    },
  }),
];

export async function hydrateSession(c: Context<EdgeEnv>, sessionId: string, page: PageRequest): Promise<Hydration> {
  const { messages, cursor, activeRunId, standing, waiting } = await readTranscript(c, sessionId, page);
  return {
    messages: messages.filter((message) => !isUnderWay(message, activeRunId)).map(toHydrated),
    activeRun: activeRunId === null ? null : { runId: activeRunId },
    standing: { ...standing, queue: [...standing.queue] },
    interrupts: waiting && { runId: waiting.runId, pending: [...waiting.interrupts] },
    page: toPage(cursor),
  };
}

export async function readTranscript(c: Context<EdgeEnv>, sessionId: string, page: PageRequest) {
  const access = c.get('access');
  const answer = await conversationOf(c.env, access.orgId, sessionId).messages({ access, ...page });
  if (!answer.ok) throw new AppError(answer.code);
  return answer;
}

/** The client rejoins the active run and builds its message from the events; a copy here would appear twice. */
const isUnderWay = (message: ShownMessage, activeRunId: string | null): boolean =>
  message.role === 'assistant' && message.runId === activeRunId;

export const toPage = (cursor: string | null): Page =>
  cursor === null ? { truncated: false } : { truncated: true, cursor };
