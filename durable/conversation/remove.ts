// Deletes a conversation: for the owner or a manager of a shared place, or by the org's retention rules.

import type { ConversationReply, Expiry, Refusal } from '../contracts/conversation.ts';
import { AppError } from '../errors.ts';
import { addToOutbox, dropParkedContent, isEmpty, type OutboxItem } from '../outbox/outbox.ts';
import type { Access } from '../principal.ts';
import { dropTablesExcept, hasTables } from '../sqlite-migrate.ts';
import { sessionAudit } from './audit-events.ts';
import { getVisible } from './conversation-access.ts';
import type { ConversationDeps } from './deps.ts';
import { forgetBranches } from './history/branches.ts';
import { stopRuns } from './run/admission/start-run.ts';
import { changeSession, type Session } from './session.ts';
import { forbidden, MANAGERS } from './session-operations.ts';

const NOT_FOUND: Refusal = { ok: false, code: 'NOT_FOUND' };

type Remover =
  | { readonly access: Access; readonly requestId: string }
  | { readonly orgId: string; readonly subject: string; readonly reason: 'retention' };

/** Runs that haven't ended are stopped first. Audit rows stay. */
export async function remove(deps: ConversationDeps, by: Remover): Promise<ConversationReply<{ removed: true }>> {
  const session = 'access' in by ? getVisible(deps, by.access) : getExpirable(deps, by);
  if (!session) return NOT_FOUND;
  const mayRemove = session.audience === 'private' || !('access' in by) || deps.members.get(by.access)?.canManage;
  if (!mayRemove) return forbidden(`Only ${MANAGERS} can delete a shared conversation.`);
  deps.transaction(() => markRemoved(deps, session, by));
  deps.keepAlive();
  await stopRuns(deps, new AppError('CONVERSATION_DELETED'));
  eraseContent(deps);
  deps.drainSoon(0);
  return { ok: true, removed: true };
}

/**
 * Removes it if it isn't in use: no run is live or queued, and nothing has changed since the decision, which was made from a
 * copy in Postgres or in the owner's list that may be out of date.
 */
export async function removeByRetention(
  deps: ConversationDeps,
  { orgId, subject, lastChangedAt }: { orgId: string; subject: string; lastChangedAt: number },
): Promise<Expiry> {
  const session = deps.session.get();
  if (!session || session.deletedAt !== null) return 'missing';
  if (deps.live.size > 0 || session.updatedAt > lastChangedAt) return 'kept';
  const reply = await remove(deps, { orgId, subject, reason: 'retention' });
  return reply.ok ? 'removed' : 'kept';
}

/** Pinned and shared conversations never expire, and don't count toward an owner's maximum. */
function getExpirable(deps: Pick<ConversationDeps, 'session'>, by: { orgId: string; subject: string }): Session | null {
  const session = deps.session.get();
  if (!session || session.deletedAt !== null || session.pinned || session.audience === 'shared') return null;
  return session.orgId === by.orgId && session.ownerSubject === by.subject ? session : null;
}

function markRemoved(deps: ConversationDeps, session: Session, by: Remover): void {
  const now = deps.now();
  deps.session.put(changeSession(session, { deletedAt: now, title: null, forkedFrom: null }, now));
  const { id: sessionId, orgId, ownerId: userId, ownerSubject: subject } = session;
  const changedBy =
    'access' in by
      ? { actorId: by.access.userId, requestId: by.requestId, meta: {} }
      : { actorId: null, requestId: null, meta: { reason: by.reason } };
  dropParkedContent(deps.sql);
  const items: OutboxItem[] = [
    { kind: 'conversation-removed', orgId, userId, sessionId },
    sessionAudit(deps, session, 'session.deleted', changedBy),
  ];
  if (session.audience === 'private') items.push({ kind: 'index-removed', subject, orgId, sessionId });
  addToOutbox(deps.sql, items);
}

const CONTENT_TABLES = [
  'messages',
  'model_data',
  'events',
  'approvals',
  'runs',
  'branches',
  'copied_cards',
  'feedback',
  'summaries',
] as const;

/** Erases the content of a deleted conversation. An object that was cut off before this does it when it starts. */
export function eraseContent(deps: Pick<ConversationDeps, 'sql' | 'transaction' | 'log'>): void {
  deps.log.forgetEnded();
  forgetBranches(deps.sql);
  deps.transaction(() => {
    for (const table of CONTENT_TABLES) deps.sql.exec(`delete from ${table}`);
  });
}

/**
 * Frees the storage of a deleted conversation whose last row was delivered. Its session stays, so that the id stays deleted.
 * False if it isn't deleted, or if parked rows wait for an operator.
 */
export function freeDeleted(deps: Pick<ConversationDeps, 'sql' | 'transaction' | 'session'>): boolean {
  if (!hasTables(deps.sql) || !deps.session.get()?.deletedAt || !isEmpty(deps.sql)) return false;
  deps.transaction(() => dropTablesExcept(deps.sql, 'session'));
  return true;
}
