// The transcript of a session: as messages of our own API, and as TanStack AI's clients hydrate from it.
import { type Context, Hono } from 'hono';
import { conversationOf } from '../../durable/conversation/conversation-stub.ts';
import type { ShownMessage } from '../../durable/conversation/requests.ts';
import { AppError } from '../../durable/errors.ts';
import { type MessageList, MessageListQuery, type Page } from '../contract.ts';
import type { EdgeEnv } from '../edge-env.ts';
import type { Hydration } from '../hydration-contract.ts';
import { parseInput } from '../problem.ts';
import { toHydrated, toMessage } from '../transcript-view.ts';
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

/** The client rejoins the active run and builds its answer from the events; a copy here would stand there twice. */
const isUnderWay = (message: ShownMessage, activeRunId: string | null): boolean =>
  message.role === 'assistant' && message.runId === activeRunId;

export const toPage = (cursor: string | null): Page =>
  cursor === null ? { truncated: false } : { truncated: true, cursor };
