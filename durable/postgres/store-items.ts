// Writes what an outbox hands over. Every statement may be repeated or come late: a conversation's newer version wins,
// messages and audit rows are facts that are added once, and what was deleted stays deleted.
import { and, eq, lt, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import { aiConversations, aiMessages, auditLog } from '../../migrations/schema.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { Delivery } from '../audit/drain.ts';
import type { StoredItem } from '../audit/outbox.ts';
import type { TranscriptMessage } from '../conversation/requests.ts';
import type { Usage } from '../providers/models.ts';
import type { Owner } from './conversations.ts';
import { storeFeedback } from './feedback.ts';
import { getDatabaseFault } from './sqlstate.ts';
import { type PostgresDeps, type TenantDb, withTenant } from './with-tenant.ts';

/** Faults that the same items would meet again. */
const LASTING: readonly string[] = ['denied', 'duplicate', 'invalid', 'read_only'];

/** Stores the items of one owner in one transaction, in their order. Never throws for what the database says. */
export async function storeItems(deps: PostgresDeps, owner: Owner, items: readonly StoredItem[]): Promise<Delivery> {
  const [first, ...rest] = items.map(clean);
  if (!first) return { outcome: 'delivered' };
  try {
    await withTenant(deps, { kind: 'system', org: owner.orgId, user: owner.userId }, (db) => [
      toQuery(db, first),
      ...rest.map((item) => toQuery(db, item)),
    ]);
    return { outcome: 'delivered' };
  } catch (error) {
    const fault = getDatabaseFault(error);
    if (!fault) throw error;
    const reason = [fault.kind, fault.sqlstate, fault.constraint].filter((part) => part !== null).join(' ');
    return { outcome: LASTING.includes(fault.kind) ? 'rejected' : 'unavailable', reason };
  }
}

function toQuery(db: TenantDb, item: StoredItem): BatchItem<'pg'> {
  switch (item.kind) {
    case 'conversation':
      return upsertConversation(db, item);
    case 'conversation-removed':
      return db
        .delete(aiConversations)
        .where(and(eq(aiConversations.orgId, item.orgId), eq(aiConversations.id, item.sessionId)));
    case 'message':
      return db.insert(aiMessages).values(toMessageRow(item)).onConflictDoNothing();
    case 'feedback':
      return storeFeedback(db, item);
    case 'audit':
      // Without a target: naming one would need the right to read the log.
      return db.insert(auditLog).values(toAuditRow(item.audit)).onConflictDoNothing();
  }
}

function upsertConversation(db: TenantDb, { orgId, userId, session }: Extract<StoredItem, { kind: 'conversation' }>) {
  const { forkedFrom, ...record } = session;
  const { title, model, programId, designId, pinned, version, updatedAt } = record;
  const fork = forkedFrom && {
    forkedFrom: forkedFrom.sessionId,
    forkedFromMessage: forkedFrom.messageId,
    forkedFromTitle: forkedFrom.title,
    forkedAt: forkedFrom.copyId,
  };
  return db
    .insert(aiConversations)
    .values({ ...record, ...fork, orgId, userId })
    .onConflictDoUpdate({
      target: [aiConversations.orgId, aiConversations.id],
      set: { title, model, programId, designId, pinned, version, updatedAt },
      setWhere: lt(aiConversations.version, sql`excluded.version`),
    });
}

function toMessageRow(item: Extract<StoredItem, { kind: 'message' }>): typeof aiMessages.$inferInsert {
  const { orgId, userId, sessionId, ordinal, position, parent, message } = item;
  const { id, runId, role, parts, status, createdAt, model, provider, usage, costMicros, priceVersion, error } =
    message;
  const shared = { audience: item.audience ?? 'private', authorId: message.author?.id ?? null };
  return {
    ...{ orgId, userId, conversationId: sessionId, id, runId, ordinal, position, role, status, createdAt },
    parentOrdinal: parent ?? null,
    ...{ content: textOf(message), parts, model, provider, costMicros, priceVersion, errorCode: error?.code ?? null },
    ...toUsageColumns(usage),
    ...shared,
  };
}

function toAuditRow(audit: AuditEvent): typeof auditLog.$inferInsert {
  const { actorId, usage, ...columns } = audit;
  return { ...columns, actorUserId: actorId, ...toUsageColumns(usage) };
}

function toUsageColumns(usage: Usage | null) {
  if (!usage) return {};
  const { estimated, ...counts } = usage;
  return { ...counts, usageEstimated: estimated };
}

/** What search finds: the words that were said, not the thinking behind them. */
const textOf = (message: TranscriptMessage): string =>
  message.parts.map((part) => (part.type === 'text' ? part.content : '')).join('');

/** The same item without what Postgres takes in no text: NUL and halves of surrogate pairs, which models do send. */
const clean = (item: StoredItem): StoredItem =>
  JSON.parse(JSON.stringify(item), (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value,
  ) as StoredItem;
