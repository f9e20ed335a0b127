// The transcript of a session: as messages of our own API, and as TanStack AI's clients hydrate from it.
import { type Context, Hono } from 'hono';
import { conversationOf } from '../../durable/conversation/conversation-stub.ts';
import type { TranscriptMessage } from '../../durable/conversation/requests.ts';
import { AppError } from '../../durable/errors.ts';
import {
  type HydratedMessage,
  type Hydration,
  type Message,
  type MessageList,
  MessageListQuery,
  type Page,
} from '../contract.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { parseInput } from '../problem.ts';
import { requireSessionId } from './session-id.ts';

type PageRequest = { readonly limit: number; readonly before: string | null };

export const messageRoutes = new Hono<EdgeEnv>();

messageRoutes.get('/sessions/:sessionId/messages', async (c) => {
  const sessionId = requireSessionId(c.req.param('sessionId'));
  const { limit, before = null } = parseInput(MessageListQuery, c.req.query());
  const { messages, cursor } = await readTranscript(c, sessionId, { limit, before });
  const list: MessageList = { messages: messages.map(toMessage), page: toPage(cursor) };
  return c.json(list);
});

export async function hydrateSession(c: Context<EdgeEnv>, sessionId: string, page: PageRequest): Promise<Hydration> {
  const { messages, cursor, activeRunId } = await readTranscript(c, sessionId, page);
  return {
    messages: messages.filter((message) => !isUnderWay(message, activeRunId)).map(toHydrated),
    activeRun: activeRunId === null ? null : { runId: activeRunId },
    interrupts: null,
    page: toPage(cursor),
  };
}

async function readTranscript(c: Context<EdgeEnv>, sessionId: string, page: PageRequest) {
  const access = c.get('access');
  const answer = await conversationOf(c.env, access.orgId, sessionId).messages({ access, ...page });
  if (!answer.ok) throw new AppError(answer.code);
  return answer;
}

/** The client rejoins the active run and builds its answer from the events; a copy here would stand there twice. */
const isUnderWay = (message: TranscriptMessage, activeRunId: string | null): boolean =>
  message.role === 'assistant' && message.runId === activeRunId && message.status === 'streaming';

const toMessage = (message: TranscriptMessage): Message => ({
  ...message,
  createdAt: new Date(message.createdAt).toISOString(),
});

function toHydrated(message: TranscriptMessage): HydratedMessage {
  const { id, role, parts, createdAt, ...groundwire } = toMessage(message);
  return { id, role, parts, createdAt, metadata: { groundwire } };
}

const toPage = (cursor: string | null): Page => (cursor === null ? { truncated: false } : { truncated: true, cursor });
