// Feedback on answers, in Postgres: written from the conversations' outboxes, read by users who may read usage.
import { and, desc, eq, gte, lt, or, sql } from 'drizzle-orm';
import { aiFeedback, users } from '../../../migrations/schema/core.ts';
import type { StoredItem } from '../../outbox/outbox.ts';
import { type PostgresDeps, type TenantDb, withTenant } from '../with-tenant.ts';
import type { Owner } from './conversations.ts';

type FeedbackItem = Extract<StoredItem, { kind: 'feedback' }>;

/** A user's latest feedback on a message replaces their earlier one; null removes it. */
export function storeFeedback(db: TenantDb, item: FeedbackItem) {
  const { orgId, sessionId: conversationId, messageId, authorId: userId, model, feedback, at: createdAt } = item;
  const ownerId = item.userId;
  if (!feedback) {
    return db
      .delete(aiFeedback)
      .where(
        and(
          eq(aiFeedback.orgId, orgId),
          eq(aiFeedback.userId, userId),
          eq(aiFeedback.conversationId, conversationId),
          eq(aiFeedback.messageId, messageId),
        ),
      );
  }
  const { orgId: org, userId: user, conversationId: conversation, messageId: message } = aiFeedback;
  return db
    .insert(aiFeedback)
    .values({ orgId, userId, ownerId, conversationId, messageId, model, ...feedback, createdAt })
    .onConflictDoUpdate({ target: [org, user, conversation, message], set: { ...feedback, model, createdAt } });
}

/** Where a page ended. */
export type FeedbackCursor = { readonly at: number; readonly messageId: string; readonly userId: string };

export type FeedbackFilter = {
  readonly verdict?: 'up' | 'down' | undefined;
  readonly model?: string | undefined;
  readonly userId?: string | undefined;
  /** Only feedback with a comment. */
  readonly withComment?: boolean | undefined;
  /** Unix milliseconds; `until` is exclusive. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
};

export type FeedbackRow = {
  readonly sessionId: string;
  readonly messageId: string;
  readonly userId: string;
  readonly userName: string | null;
  readonly verdict: 'up' | 'down';
  readonly comment: string | null;
  readonly model: string | null;
  readonly at: number;
};

/** Newest first; only the reader's own if they may not read usage. @throws AppError */
export async function listFeedback(
  deps: PostgresDeps,
  reader: Owner,
  options: { readonly filter: FeedbackFilter; readonly limit: number; readonly before: FeedbackCursor | undefined },
): Promise<{ readonly rows: readonly FeedbackRow[]; readonly next: FeedbackCursor | null }> {
  const { filter, limit, before } = options;
  const f = aiFeedback;
  const [found] = await withTenant(
    deps,
    { kind: 'user', org: reader.orgId, user: reader.userId },
    (db) => [
      db
        .select({
          sessionId: f.conversationId,
          messageId: f.messageId,
          userId: f.userId,
          userName: users.name,
          verdict: f.verdict,
          comment: f.comment,
          model: f.model,
          at: f.createdAt,
        })
        .from(f)
        .leftJoin(users, eq(users.id, f.userId))
        .where(
          and(
            eq(f.orgId, reader.orgId),
            filter.verdict === undefined ? undefined : eq(f.verdict, filter.verdict),
            filter.model === undefined ? undefined : eq(f.model, filter.model),
            filter.userId === undefined ? undefined : eq(f.userId, filter.userId),
            filter.withComment ? sql`${f.comment} is not null` : undefined,
            filter.from === undefined ? undefined : gte(f.createdAt, filter.from),
            filter.until === undefined ? undefined : lt(f.createdAt, filter.until),
            before && after(before),
          ),
        )
        .orderBy(desc(f.createdAt), desc(f.messageId), desc(f.userId))
        // One extra row shows whether there is a next page.
        .limit(limit + 1),
    ],
    { readOnly: true },
  );
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const next = found.length > limit && last ? { at: last.at, messageId: last.messageId, userId: last.userId } : null;
  return { rows, next };
}

const after = ({ at, messageId, userId }: FeedbackCursor) =>
  or(
    lt(aiFeedback.createdAt, at),
    and(
      eq(aiFeedback.createdAt, at),
      or(lt(aiFeedback.messageId, messageId), and(eq(aiFeedback.messageId, messageId), lt(aiFeedback.userId, userId))),
    ),
  );
