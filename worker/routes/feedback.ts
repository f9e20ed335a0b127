// What people think of answers: given by whoever reads them, listed for those who may read usage.
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { conversationOf } from '../../durable/conversation/conversation-stub.ts';
import type { Feedback } from '../../durable/conversation/requests.ts';
import { AppError } from '../../durable/errors.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import { type FeedbackCursor, listFeedback } from '../../durable/postgres/feedback.ts';
import { FeedbackGiven, type FeedbackList, FeedbackQuery, MessageId } from '../branching-contract.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { permitted } from '../gate.ts';
import { parseInput } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { refusedBy } from '../refused.ts';
import { requireSessionId } from './session-id.ts';

const DAY_MS = 86_400_000;
const PATH = '/sessions/:sessionId/messages/:messageId/feedback';

export const feedbackRoutes = new Hono<EdgeEnv>();

feedbackRoutes.put(PATH, async (c) => {
  const ids = await requireSessionAndMessage(c);
  const body = await readJson(c.req.raw);
  if (!body.ok) throw body.error;
  const { verdict, comment = null } = parseInput(FeedbackGiven, body.value);
  return c.json(await judge(c, ids, { verdict, comment }));
});

feedbackRoutes.delete(PATH, async (c) => {
  await judge(c, await requireSessionAndMessage(c), null);
  return c.body(null, 204);
});

// The database asks for the same.
feedbackRoutes.get('/feedback', permitted('usage:read'), async (c) => {
  const { limit, cursor, verdict, model, user, comment, from, to } = parseInput(FeedbackQuery, c.req.query());
  const filter = {
    ...{ verdict, model, userId: user, withComment: comment === 'with' },
    from: from === undefined ? undefined : Date.parse(from),
    until: to === undefined ? undefined : Date.parse(to) + DAY_MS,
  };
  const before = cursor === undefined ? undefined : parseCursor(cursor);
  const { rows, next } = await listFeedback(postgresDepsOf(c.env), c.get('access'), { filter, limit, before });
  const list: FeedbackList = {
    feedback: rows.map(({ userId: id, userName: name, at, ...row }) => ({
      ...row,
      user: { id, name },
      at: new Date(at).toISOString(),
    })),
    cursor: next && `${next.at}.${next.messageId}.${next.userId}`,
  };
  return c.json(list);
});

type Ids = { readonly sessionId: string; readonly messageId: string };

/** Not yours comes before not well-formed. */
async function requireSessionAndMessage(c: Context<EdgeEnv>): Promise<Ids> {
  const sessionId = requireSessionId(c.req.param('sessionId') ?? '');
  const access = c.get('access');
  const answer = await conversationOf(c.env, access.orgId, sessionId).read({ access });
  if (!answer.ok) throw refusedBy(answer);
  const messageId = MessageId.safeParse(c.req.param('messageId'));
  // A message that is not there is told by the conversation, after the rest of the request has been read.
  return { sessionId, messageId: messageId.success ? messageId.data : '' };
}

async function judge(c: Context<EdgeEnv>, { sessionId, messageId }: Ids, feedback: Feedback | null) {
  const access = c.get('access');
  const answer = await conversationOf(c.env, access.orgId, sessionId).judge({ access, messageId, feedback });
  if (!answer.ok) throw refusedBy(answer);
  return answer.feedback;
}

const Cursor = z.tuple([z.coerce.number().int(), z.string().min(1).max(128), z.uuid()]);

function parseCursor(cursor: string): FeedbackCursor {
  const parsed = Cursor.safeParse(cursor.split('.'));
  if (!parsed.success) throw new AppError('BAD_REQUEST', { detail: 'The cursor is not one of this list.' });
  const [at, messageId, userId] = parsed.data;
  return { at, messageId, userId };
}
