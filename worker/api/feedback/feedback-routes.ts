// Feedback on answers: given by their readers, listed for people who may read usage.

import type { Context } from 'hono';
import * as z from 'zod';
import { conversationOf } from '../../../durable/contracts/conversation.ts';
import type { Feedback as StoredFeedback } from '../../../durable/contracts/transcript.ts';
import { AppError } from '../../../durable/errors.ts';
import { exactText } from '../../../durable/input-text.ts';
import { type FeedbackCursor, listFeedback } from '../../../durable/postgres/queries/feedback.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { refusedBy } from '../../http/problem.ts';
import { assistantPaths, defineRoute } from '../../routing/define-route.ts';
import { readSession } from '../sessions/session-view.ts';
import { Feedback, FeedbackGiven, FeedbackList, FeedbackParams, FeedbackQuery } from './feedback-schema.ts';

const DAY_MS = 86_400_000;
const OF_A_MESSAGE = {
  paths: assistantPaths('/sessions/{sessionId}/messages/{messageId}/feedback'),
  tag: 'assistant',
  permission: 'member',
  feature: 'assistant',
  rights: 'confirmed',
  params: FeedbackParams,
} as const;

export const feedbackRoutes = [
  defineRoute({
    method: 'put',
    ...OF_A_MESSAGE,
    summary: 'Give feedback on an answer',
    description: 'One verdict per user and message; a later one replaces it. People who may read usage can read it.',
    body: FeedbackGiven,
    reply: { status: 200, description: 'The saved feedback.', schema: Feedback },
    errors: ['ANSWER_UNDER_WAY', 'BACKLOG_FULL'],
    find: (c, { params: { sessionId } }) => readSession(c, sessionId),
    handler: async (c, { params, body: { verdict, comment = null } }) =>
      c.json(await saveFeedback(c, params, { verdict, comment })),
  }),
  defineRoute({
    method: 'delete',
    ...OF_A_MESSAGE,
    summary: 'Delete your feedback on an answer',
    reply: { status: 204, description: 'The feedback is deleted.' },
    errors: ['BACKLOG_FULL'],
    find: (c, { params: { sessionId } }) => readSession(c, sessionId),
    handler: async (c, { params }) => {
      await saveFeedback(c, params, null);
      return undefined;
    },
  }),
  defineRoute({
    method: 'get',
    paths: assistantPaths('/feedback'),
    tag: 'assistant',
    // The database enforces this too.
    permission: 'usage:read',
    feature: 'none',
    rights: 'confirmed',
    summary: 'List feedback on answers',
    description: 'Newest first, without the answers. New feedback appears within a few seconds.',
    query: FeedbackQuery,
    reply: { status: 200, description: 'A page of feedback.', schema: FeedbackList },
    errors: ['DATABASE_UNAVAILABLE'],
    handler: async (c, { query: { limit, cursor, verdict, model, user, comment, from, to } }) => {
      const filter = {
        verdict,
        model,
        userId: user,
        withComment: comment === 'with',
        from: from === undefined ? undefined : Date.parse(from),
        until: to === undefined ? undefined : Date.parse(to) + DAY_MS,
      };
      const before = cursor === undefined ? undefined : parseCursor(cursor);
      const { rows, next } = await listFeedback(postgresDepsOf(c.env), c.get('access'), { filter, limit, before });
      return {
        feedback: rows.map(({ userId: id, userName: name, at, ...row }) => ({
          ...row,
          user: { id, name },
          at: new Date(at).toISOString(),
        })),
        cursor: next && `${next.at}.${next.messageId}.${next.userId}`,
      };
    },
  }),
];

async function saveFeedback(
  c: Context<EdgeEnv>,
  { sessionId, messageId }: z.output<typeof FeedbackParams>,
  feedback: StoredFeedback | null,
) {
  const access = c.get('access');
  const answer = await conversationOf(c.env, access.orgId, sessionId).saveFeedback({
    ...{ access, messageId, feedback },
    requestId: c.get('requestId'),
  });
  if (!answer.ok) throw refusedBy(answer);
  return answer.feedback;
}

const Cursor = z.tuple([z.coerce.number().int(), exactText().min(1).max(128), z.uuid()]);

function parseCursor(cursor: string): FeedbackCursor {
  const parsed = Cursor.safeParse(cursor.split('.'));
  if (!parsed.success) throw new AppError('BAD_REQUEST', { detail: 'The cursor doesn’t belong to this list.' });
  const [at, messageId, userId] = parsed.data;
  return { at, messageId, userId };
}
