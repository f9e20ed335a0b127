// Writes the items of an outbox. Every statement can be repeated or arrive late: the newest version of a conversation wins,
// messages and audit entries are inserted once, and deleted conversations stay deleted.
import { and, eq, lt, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import * as z from 'zod';
import { aiConversations, aiMessages, auditLog } from '../../../migrations/schema/core.ts';
import { type AuditEvent, auditEvent, auditItem, LogHead } from '../../contracts/audit-event.ts';
import type { TranscriptMessage } from '../../contracts/transcript.ts';
import type { Usage } from '../../contracts/usage.ts';
import { AppError } from '../../errors.ts';
import { toStorableJson } from '../../input-text.ts';
import type { DeliveryResult } from '../../outbox/drain.ts';
import type { StoredItem } from '../../outbox/outbox.ts';
import { getDatabaseFault } from '../sqlstate.ts';
import { type PostgresDeps, type TenantDb, withTenant } from '../with-tenant.ts';
import type { Owner } from './conversations.ts';
import { storeFeedback } from './feedback.ts';

/** Faults that the same items would cause again. */
const LASTING: readonly string[] = ['denied', 'duplicate', 'invalid', 'read_only'];

/**
 * Stores the items of one owner in one transaction, in order. Database faults become outcomes. An audit event that Postgres
 * refuses for what it contains is stored without that, so that the log never misses it.
 */
export async function storeItems(
  deps: PostgresDeps,
  owner: Owner,
  items: readonly StoredItem[],
): Promise<DeliveryResult> {
  const cleaned = items.map(clean);
  const delivery = await storeBatch(deps, owner, cleaned);
  const [item] = cleaned;
  if (delivery.outcome !== 'rejected' || items.length !== 1 || item?.kind !== 'audit') return delivery;
  return storeBatch(deps, owner, [{ ...item, audit: withoutContent(item.audit, delivery.reason) }]);
}

async function storeBatch(deps: PostgresDeps, owner: Owner, items: readonly StoredItem[]): Promise<DeliveryResult> {
  if (items.length === 0) return { outcome: 'delivered' };
  try {
    const results: readonly unknown[] = await withTenant(
      deps,
      { kind: 'system', org: owner.orgId, user: owner.userId },
      // The last one runs under the lock that adding to the log took.
      (db) => [db.execute(sql`select 1`), ...items.map((item) => toQuery(db, item)), db.execute(READ_HEAD)],
    );
    const addsToLog = items.some(({ kind }) => kind === 'audit');
    return { outcome: 'delivered', head: addsToLog ? headIn(results.at(-1)) : undefined };
  } catch (error) {
    const fault = getDatabaseFault(error);
    if (!fault) throw error;
    const reason = [fault.kind, fault.sqlstate, fault.constraint].filter((part) => part !== null).join(' ');
    return { outcome: LASTING.includes(fault.kind) ? 'rejected' : 'unavailable', reason };
  }
}

const READ_HEAD = sql`select seq, encode(hash, 'hex') as hash from audit_head()`;
const Head = z.object({ rows: z.tuple([LogHead.extend({ seq: z.coerce.number() })]) });

/** Undefined for a log without rows. */
const headIn = (result: unknown): LogHead | undefined => Head.safeParse(result).data?.rows[0];

/** Ids, names of tables' rows and figures are ours. What users and models wrote is replaced. */
function withoutContent(audit: AuditEvent, reason: string): AuditEvent {
  const { tool, parameters: _parameters, result: _result, ...kept } = audit;
  return {
    ...kept,
    programId: null,
    designId: null,
    meta: { notStored: reason },
    ...(tool === undefined ? {} : { tool: tool.replaceAll(/[^\w.-]/g, '_').slice(0, 64) }),
  };
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
      // No conflict target: naming one requires the right to read the log.
      return db.insert(auditLog).values(toAuditRow(item.audit)).onConflictDoNothing();
  }
}

function upsertConversation(db: TenantDb, { orgId, userId, session }: Extract<StoredItem, { kind: 'conversation' }>) {
  const { forkedFrom, ...record } = session;
  const title = record.title?.normalize('NFC') ?? null;
  const { model, programId, designId, pinned, version, updatedAt } = record;
  const fork = forkedFrom && {
    forkedFrom: forkedFrom.sessionId,
    forkedFromMessage: forkedFrom.messageId,
    forkedFromTitle: forkedFrom.title,
    forkedAt: forkedFrom.copyId,
  };
  return db
    .insert(aiConversations)
    .values({ ...record, title, ...fork, orgId, userId })
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
    orgId,
    userId,
    conversationId: sessionId,
    id,
    runId,
    ordinal,
    position,
    role,
    status,
    createdAt,
    parentOrdinal: parent ?? null,
    content: textOf(message),
    parts,
    model,
    provider,
    costMicros,
    priceVersion,
    errorCode: error?.code ?? null,
    ending: message.ending?.kind ?? null,
    endingCause: message.ending?.cause ?? null,
    ...toUsageColumns(usage),
    ...shared,
  };
}

function toAuditRow(audit: AuditEvent): typeof auditLog.$inferInsert {
  const { actorId, usage, createdAt, durationMs, meta, ...columns } = audit;
  // Rare, and needed to derive the cost again, so it has no column of its own.
  const longWrites = usage?.longCacheWriteTokens ? { longCacheWriteTokens: usage.longCacheWriteTokens } : {};
  return {
    ...columns,
    meta: { ...meta, ...longWrites },
    actorUserId: actorId,
    occurredAt: createdAt,
    // A clock that was set back makes it negative.
    durationMs: durationMs === null ? null : Math.max(0, durationMs),
    ...toUsageColumns(usage),
  };
}

function toUsageColumns(usage: Usage | null) {
  if (!usage) return {};
  const { estimated, longCacheWriteTokens: _, ...counts } = usage;
  return { ...counts, usageEstimated: estimated };
}

/** The searchable text: what was said, without thinking, in the Unicode form that a search uses. */
const textOf = (message: TranscriptMessage): string =>
  message.parts
    .flatMap((part) => (part.type === 'text' ? [part.content] : []))
    .join('\n\n')
    .normalize('NFC');

/** Models send NUL and lone surrogates, also as keys of arguments. Postgres would reject the row, and the log would miss it. */
const clean = (item: StoredItem): StoredItem => toStorableJson(item) as StoredItem;

/** Deletes a conversation whose object no longer exists, with an audit entry. @throws AppError DATABASE_UNAVAILABLE */
export async function deleteStoredConversation(
  deps: PostgresDeps,
  { orgId, userId, sessionId, now }: { orgId: string; userId: string; sessionId: string; now: number },
): Promise<void> {
  const deletion = auditEvent({
    orgId,
    actorId: null,
    event: 'session.deleted',
    sessionId,
    createdAt: now,
    meta: { reason: 'retention' },
  });
  const delivery = await storeItems(deps, { orgId, userId }, [
    { kind: 'conversation-removed', orgId, userId, sessionId },
    auditItem(deletion, userId),
  ]);
  if (delivery.outcome !== 'delivered')
    throw new AppError('DATABASE_UNAVAILABLE', { cause: new Error(delivery.reason) });
}
