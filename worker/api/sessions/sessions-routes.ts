// The user's sessions: list, search, create, read, change, delete.
import type { Context } from 'hono';
import * as z from 'zod';
import { formatCursor, parseCursor } from '../../../durable/account/session-index.ts';
import { accountOf } from '../../../durable/contracts/account.ts';
import { conversationOf } from '../../../durable/contracts/conversation.ts';
import { AppError } from '../../../durable/errors.ts';
import type { ScopeIds } from '../../../durable/packs/pack.ts';
import { searchConversations } from '../../../durable/postgres/queries/conversations.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import { requireOpenGate } from '../../admission/gate.ts';
import { modelFor, NO_NAMES, namesAtTop, requestedModel, requireScope } from '../../admission/named-scope.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { refusedBy } from '../../http/problem.ts';
import type { JsonBody } from '../../http/read-json.ts';
import { assistantPaths, defineRoute } from '../../routing/define-route.ts';
import { SessionId } from '../fields-schema.ts';
import { readSession, toSession } from './session-view.ts';
import { NewSession, Session, SessionChange, SessionList, SessionListQuery, SessionParams } from './sessions-schema.ts';

const FOREIGN_CURSOR = 'The cursor doesn’t belong to this list.';
const MODEL_ERRORS = [
  'FEATURE_DISABLED',
  'PROVIDER_UNCONFIGURED',
  'MODEL_NOT_IN_PLAN',
  'MODEL_NEEDS_OWN_KEY',
  'MODEL_RETIRED',
  'MODEL_UNKNOWN',
] as const;
const FOR_MEMBERS = { tag: 'assistant', permission: 'member', feature: 'assistant', rights: 'confirmed' } as const;

export const sessionRoutes = [
  defineRoute({
    method: 'get',
    paths: assistantPaths('/sessions'),
    ...FOR_MEMBERS,
    summary: 'List or search sessions',
    description: 'Newest first.',
    query: SessionListQuery,
    reply: { status: 200, description: 'A page of sessions.', schema: SessionList },
    handler: (c, { query: { q, limit, cursor } }) =>
      q === undefined ? listSessions(c, { limit, cursor }) : searchSessions(c, { limit, cursor, q }),
  }),
  defineRoute({
    method: 'post',
    paths: assistantPaths('/sessions'),
    ...FOR_MEMBERS,
    cost: 10,
    summary: 'Create a session',
    body: NewSession,
    isBodyOptional: true,
    reply: {
      status: 201,
      description: 'The session. If you already have a session with this id, it is returned unchanged.',
      schema: Session,
    },
    errors: MODEL_ERRORS,
    find: async (c, { json }) => {
      const named = json.ok ? json.value : null;
      const scope = await requireScope(c, namesAtTop(named), sessionIdIn(named));
      requireModel(c, json, { session: null, named: scope });
      return scope;
    },
    handler: async (c, { body, found: scope }) => {
      const draft = {
        id: body.id ?? crypto.randomUUID(),
        title: body.title ?? null,
        model: body.model ?? null,
        programId: scope.programId,
        designId: scope.designId,
      };
      const answer = await conversation(c, draft.id).create({
        access: c.get('access'),
        settings: c.get('settings'),
        draft,
        requestId: c.get('requestId'),
      });
      if (!answer.ok) throw refusedBy(answer);
      return toSession(answer.session, answer.activeRunId);
    },
  }),
  defineRoute({
    method: 'get',
    paths: assistantPaths('/sessions/{sessionId}'),
    ...FOR_MEMBERS,
    summary: 'Read a session',
    params: SessionParams,
    reply: { status: 200, description: 'The session.', schema: Session },
    handler: (c, { params: { sessionId } }) => readSession(c, sessionId),
  }),
  defineRoute({
    method: 'patch',
    paths: assistantPaths('/sessions/{sessionId}'),
    ...FOR_MEMBERS,
    summary: 'Rename or pin a session, or set its model',
    params: SessionParams,
    body: SessionChange,
    reply: { status: 200, description: 'The changed session.', schema: Session },
    errors: ['FORBIDDEN', ...MODEL_ERRORS],
    find: async (c, { params: { sessionId }, json }) => {
      const session = await readSession(c, sessionId);
      requireModel(c, json, { session, named: NO_NAMES });
      return session;
    },
    handler: async (c, { body: { title, model, pinned }, found: { id } }) => {
      const patch = {
        ...(title !== undefined && { title }),
        ...(model !== undefined && { model }),
        ...(pinned !== undefined && { pinned }),
      };
      const answer = await conversation(c, id).patch({
        access: c.get('access'),
        settings: c.get('settings'),
        patch,
        requestId: c.get('requestId'),
      });
      if (!answer.ok) throw refusedBy(answer);
      return toSession(answer.session, answer.activeRunId);
    },
  }),
  defineRoute({
    method: 'delete',
    paths: assistantPaths('/sessions/{sessionId}'),
    ...FOR_MEMBERS,
    summary: 'Delete a session',
    description:
      'Stops its active run first. Audit entries are kept. A shared session can be deleted by the owner of its program or design, or by an admin.',
    params: SessionParams,
    reply: { status: 204, description: 'The session is deleted.' },
    errors: ['FORBIDDEN'],
    handler: async (c, { params: { sessionId } }) => {
      const call = { access: c.get('access'), requestId: c.get('requestId') };
      const answer = await conversation(c, sessionId).remove(call);
      if (!answer.ok) throw refusedBy(answer);
      return undefined;
    },
  }),
];

/** Whether the named model is allowed is decided before the rest of the body is validated. */
function requireModel(
  c: Context<EdgeEnv>,
  body: JsonBody,
  about: { readonly session: Session | null; readonly named: ScopeIds },
): void {
  const requested = requestedModel(body.ok ? body.value : null);
  if (requested === null) return;
  requireOpenGate({ access: c.get('access'), model: modelFor(c, { requested, ...about }) });
}

/** A session's id can belong to a program or design, which then decides the scope. */
function sessionIdIn(body: unknown): string | null {
  const peek = z.looseObject({ id: SessionId }).safeParse(body);
  return peek.success ? peek.data.id : null;
}

type ListPage = { readonly limit: number; readonly cursor: string | undefined };

async function listSessions(c: Context<EdgeEnv>, { limit, cursor }: ListPage): Promise<SessionList> {
  const { subject, orgId } = c.get('access');
  const answer = await accountOf(c.env, subject).listSessions({
    orgId,
    limit,
    ...(cursor !== undefined && { cursor }),
  });
  if (!answer.ok) throw new AppError(answer.code, { detail: FOREIGN_CURSOR });
  return { sessions: answer.sessions.map((session) => toSession(session, null)), cursor: answer.cursor };
}

/** Searches in Postgres, where the texts are, with the user's own rights. */
async function searchSessions(c: Context<EdgeEnv>, search: ListPage & { readonly q: string }): Promise<SessionList> {
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
