// The person's conversations: list, search, make, read, change, delete.
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { accountOf } from '../../durable/account/account-stub.ts';
import { formatCursor, parseCursor } from '../../durable/account/session-cursor.ts';
import { conversationOf } from '../../durable/conversation/conversation-stub.ts';
import { AppError } from '../../durable/errors.ts';
import type { ScopeIds } from '../../durable/packs/pack.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import { searchConversations } from '../../durable/postgres/conversations.ts';
import { NewSession, type Session, SessionChange, SessionId, type SessionList, SessionListQuery } from '../contract.ts';
import { requestedModel } from '../dialects/requested-model.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { requireOpenGate } from '../gate.ts';
import { NO_NAMES, namesAtTop, requireScope } from '../named-scope.ts';
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
  const named = body.ok ? body.value : null;
  const scope = await requireScope(c, namesAtTop(named), sessionIdIn(named));
  requireModel(c, body, { session: null, named: scope });
  if (!body.ok) throw body.error;
  const input = parseInput(NewSession, body.value === undefined ? {} : body.value);
  const draft = {
    id: input.id ?? crypto.randomUUID(),
    title: input.title ?? null,
    model: input.model ?? null,
    ...scope,
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
  const session = await readSession(c, c.req.param('sessionId'));
  const { id } = session;
  const body = await readJson(c.req.raw);
  requireModel(c, body, { session, named: NO_NAMES });
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

/** Whether the model that is named is allowed is said before whether the rest of the body is well-formed. */
function requireModel(
  c: Context<EdgeEnv>,
  body: JsonBody,
  about: { readonly session: Session | null; readonly named: ScopeIds },
): void {
  const requested = requestedModel(body.ok ? body.value : null);
  if (requested === null) return;
  requireOpenGate({ access: c.get('access'), model: modelFor(c, { requested, ...about }) });
}

/** Whose id it is decides whether its place says what it is about. */
function sessionIdIn(body: unknown): string | null {
  const peek = z.looseObject({ id: SessionId }).safeParse(body);
  return peek.success ? peek.data.id : null;
}

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
