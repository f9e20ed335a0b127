// Creates, reads and changes a conversation. Each call is checked against the pinned org and the owner or members. For
// anyone else, the conversation doesn't exist.

import type { ConversationReply, CreateCall, PatchCall, Refusal, SessionReply } from '../contracts/conversation.ts';
import { addToOutbox, backlog, MAX_BACKLOG } from '../outbox/outbox.ts';
import type { Access } from '../principal.ts';
import { changedSession } from './audit-events.ts';
import { beginAt, enterConversation, getUnstarted, getVisible } from './conversation-access.ts';
import type { ConversationDeps } from './deps.ts';
import { resolveFor } from './run/assignment.ts';
import { changeSession, type Session, toRecord } from './session.ts';
import { migrateConversation } from './sqlite-migrations.ts';

export type SessionDeps = Pick<
  ConversationDeps,
  | 'sql'
  | 'transaction'
  | 'session'
  | 'id'
  | 'members'
  | 'queue'
  | 'resolveModel'
  | 'now'
  | 'newId'
  | 'keepAlive'
  | 'drainSoon'
>;

const NOT_FOUND: Refusal = { ok: false, code: 'NOT_FOUND' };

/** If the conversation exists and `access` takes part in it, this only reads it. */
export function createSession(deps: SessionDeps, call: CreateCall): ConversationReply<SessionReply> {
  const { access, settings = [], draft } = call;
  if (deps.session.get()) return readSession(deps, access);
  const entered = enterConversation(deps, access);
  if (!entered) return NOT_FOUND;
  if (draft.model !== null) {
    const resolved = resolveFor(deps.resolveModel, draft, null, { access, settings });
    if (!resolved.ok) return resolved;
  }
  const session = beginAt(entered.place, draft, access, deps.now());
  const by = { actorId: access.userId, requestId: call.requestId, meta: {} };
  deps.transaction(() => {
    migrateConversation(deps.sql);
    deps.session.put(session);
    addToOutbox(deps.sql, changedSession(deps, session, 'session.created', by));
  });
  deps.keepAlive();
  deps.drainSoon(0);
  return { ok: true, session: toRecord(session), activeRunId: null };
}

export function readSession(
  deps: Pick<SessionDeps, 'session' | 'members' | 'id' | 'queue'>,
  access: Access,
): ConversationReply<SessionReply> {
  const session = getVisible(deps, access) ?? getUnstarted(deps, access);
  return session ? { ok: true, session: toRecord(session), activeRunId: deps.queue.running() } : NOT_FOUND;
}

/** Renames it, pins it, or sets the model for the next turns. */
export function patchSession(deps: SessionDeps, call: PatchCall): ConversationReply<SessionReply> {
  const { access, settings = [], patch, requestId } = call;
  const before = getVisible(deps, access);
  if (!before) return NOT_FOUND;
  const refusal = refuseChange(deps, before, call);
  if (refusal) return refusal;
  if (patch.model !== undefined) {
    const request = { model: patch.model, programId: null, designId: null };
    const resolved = resolveFor(deps.resolveModel, request, before, { access, settings });
    if (!resolved.ok) return resolved;
  }
  if (backlog(deps.sql) >= MAX_BACKLOG) return { ok: false, code: 'BACKLOG_FULL' };
  const { title = before.title, model = before.model, pinned = before.pinned } = patch;
  const session = changeSession(before, { title, model, pinned }, deps.now());
  // The audit log records which fields changed, but not the title: that is private to the owner.
  const changed = (['title', 'model', 'pinned'] as const).filter((field) => patch[field] !== undefined);
  const by = { actorId: access.userId, requestId, meta: { changed } };
  deps.transaction(() => {
    deps.session.put(session);
    addToOutbox(deps.sql, changedSession(deps, session, 'session.changed', by));
  });
  deps.keepAlive();
  deps.drainSoon(0);
  return readSession(deps, access);
}

/** A shared conversation has its place's name, and only managers of the place set its model. */
function refuseChange(
  { members }: Pick<SessionDeps, 'members'>,
  session: Session,
  { access, patch }: Pick<PatchCall, 'access' | 'patch'>,
): Refusal | null {
  if (session.audience === 'private') return null;
  if (patch.title !== undefined || patch.pinned !== undefined)
    return forbidden('A shared conversation is named after its place and can’t be renamed or pinned.');
  return members.get(access)?.canManage
    ? null
    : forbidden(`Only ${MANAGERS} can set the model of a shared conversation.`);
}

export const MANAGERS = 'the person who opened this place or an admin of your organization';
export const forbidden = (detail: string): Refusal => ({ ok: false, code: 'FORBIDDEN', detail });
