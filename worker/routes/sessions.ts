// The person's conversations: list, search, make, read, change, delete.
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { accountOf } from '../../durable/account/account-stub.ts';
import { formatCursor, parseCursor } from '../../durable/account/session-cursor.ts';
import { conversationOf } from '../../durable/conversation/conversation-stub.ts';
import { AppError } from '../../durable/errors.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import { searchConversations } from '../../durable/postgres/conversations.ts';
import { ModelId, NewSession, type Session, SessionChange, type SessionList, SessionListQuery } from '../contract.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { requireOpenGate } from '../gate.ts';
import { parseInput } from '../problem.ts';
import { type JsonBody, readJson } from '../read-json.ts';
import { refusedBy } from '../refused.ts';
import { modelFor } from '../scope.ts';
import { toSession } from '../session-view.ts';
import { requireSessionId } from './session-id.ts';

const FOREIGN_CURSOR = 'The cursor is not one of this list.';

export const sessionRoutes = new Hono<EdgeEnv>();

sessionRoutes.get('/sessions', async (c) => {
  const { q, limit, cursor } = parseInput(SessionListQuery, c.req.query());
  const page = { limit, ...(cursor !== undefined && { cursor }) };
  const list: SessionList = q === undefined ? await listSessions(c, page) : await searchSessions(c, { ...page, q });
  return c.json(list);
});

sessionRoutes.post('/sessions', async (c) => {
  const body = await readJson(c.req.raw, { optional: true });
  requireModel(c, body, null);
  if (!body.ok) throw body.error;
  const input = parseInput(NewSession, body.value === undefined ? {} : body.value);
  const draft = {
    id: input.id ?? crypto.randomUUID(),
    title: input.title ?? null,
    model: input.model ?? null,
    programId: input.programId ?? null,
    designId: input.designId ?? null,
  };
  const answer = await conversation(c, draft.id).create({
    access: c.get('access'),
    settings: c.get('settings'),
    draft,
    requestId: c.get('requestId'),
  });
  if (!answer.ok) throw refusedBy(answer);
  return c.json(toSession(answer.session, answer.activeRunId), 201);
});

sessionRoutes.get('/sessions/:sessionId', async (c) => c.json(await readSession(c, c.req.param('sessionId'))));

sessionRoutes.patch('/sessions/:sessionId', async (c) => {
  // Not yours comes before not well-formed.
  const { id, programId } = await readSession(c, c.req.param('sessionId'));
  const body = await readJson(c.req.raw);
  requireModel(c, body, programId);
  if (!body.ok) throw body.error;
  const { title, model, pinned } = parseInput(SessionChange, body.value);
  const patch = {
    ...(title !== undefined && { title }),
    ...(model !== undefined && { model }),
    ...(pinned !== undefined && { pinned }),
  };
  const rights = { access: c.get('access'), settings: c.get('settings') };
  const answer = await conversation(c, id).patch({ ...rights, patch, requestId: c.get('requestId') });
  if (!answer.ok) throw refusedBy(answer);
  return c.json(toSession(answer.session, answer.activeRunId));
});

sessionRoutes.delete('/sessions/:sessionId', async (c) => {
  const id = requireSessionId(c.req.param('sessionId'));
  const answer = await conversation(c, id).remove({ access: c.get('access'), requestId: c.get('requestId') });
  if (!answer.ok) throw refusedBy(answer);
  return c.body(null, 204);
});

/**
 * Whether the model that is named is allowed is said before whether the rest of the body is well-formed.
 * @param programId what the session is about, else what the body says of that
 */
function requireModel(c: Context<EdgeEnv>, body: JsonBody, programId: string | null): void {
  const named = Named.safeParse(body.ok ? body.value : null);
  if (!named.success) return;
  const { model: requested, programId: namedProgram } = named.data;
  const model = modelFor(c, { requested, programs: [programId ?? namedProgram] });
  requireOpenGate({ access: c.get('access'), model });
}

const Named = z.looseObject({ model: ModelId, programId: z.string().optional().catch(undefined) });

async function readSession(c: Context<EdgeEnv>, sessionId: string): Promise<Session> {
  const answer = await conversation(c, requireSessionId(sessionId)).read({ access: c.get('access') });
  if (!answer.ok) throw refusedBy(answer);
  return toSession(answer.session, answer.activeRunId);
}

async function listSessions(c: Context<EdgeEnv>, page: { limit: number; cursor?: string }): Promise<SessionList> {
  const { subject, orgId } = c.get('access');
  const answer = await accountOf(c.env, subject).listSessions({ orgId, ...page });
  if (!answer.ok) throw new AppError(answer.code, { detail: FOREIGN_CURSOR });
  return { sessions: answer.sessions.map((session) => toSession(session, null)), cursor: answer.cursor };
}

/** Words are looked for where the texts are: in Postgres, under the person's own claim. */
async function searchSessions(
  c: Context<EdgeEnv>,
  search: { q: string; limit: number; cursor?: string },
): Promise<SessionList> {
  const before = search.cursor === undefined ? undefined : parseCursor(search.cursor);
  if (before === null) throw new AppError('BAD_REQUEST', { detail: FOREIGN_CURSOR });
  const { q: query, limit } = search;
  const { found, next } = await searchConversations(postgresDepsOf(c.env), c.get('access'), { query, limit, before });
  return {
    sessions: found.map(({ session, snippet }) => ({ ...toSession(session, null), snippet })),
    cursor: next && formatCursor(next),
  };
}

const conversation = (c: Context<EdgeEnv>, sessionId: string) =>
  conversationOf(c.env, c.get('access').orgId, sessionId);
