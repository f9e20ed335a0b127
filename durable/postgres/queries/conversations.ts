// Reads a user's conversations from Postgres: the newest ones for a list, or those that match a search.
import { and, desc, eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { aiConversations } from '../../../migrations/schema/core.ts';
import { SessionRecord } from '../../contracts/session.ts';
import { type PostgresDeps, withTenant } from '../with-tenant.ts';

export type Owner = { readonly orgId: string; readonly userId: string };

/** The newest `limit` conversations of the owner. @throws AppError */
export async function listConversations(
  deps: PostgresDeps,
  owner: Owner,
  options: { limit: number },
): Promise<SessionRecord[]> {
  const { id, title, model, programId, designId, pinned, createdAt, updatedAt, version } = aiConversations;
  const { forkedFrom, forkedFromMessage, forkedFromTitle, forkedAt } = aiConversations;
  const fork = { forkedFrom, forkedFromMessage, forkedFromTitle, forkedAt };
  const [rows] = await withTenant(
    deps,
    { kind: 'user', org: owner.orgId, user: owner.userId },
    (db) => [
      db
        .select({ id, title, model, programId, designId, pinned, createdAt, updatedAt, version, ...fork })
        .from(aiConversations)
        .where(
          and(
            eq(aiConversations.orgId, owner.orgId),
            eq(aiConversations.userId, owner.userId),
            eq(aiConversations.audience, 'private'),
          ),
        )
        .orderBy(desc(updatedAt), desc(id))
        .limit(options.limit),
    ],
    { readOnly: true },
  );
  return rows.map(toSession);
}

type ForkColumns = Pick<
  typeof aiConversations.$inferSelect,
  'forkedFrom' | 'forkedFromMessage' | 'forkedFromTitle' | 'forkedAt'
>;

/** Absent unless the conversation is a fork. */
function toSession<R extends ForkColumns>(row: R) {
  const { forkedFrom, forkedFromMessage, forkedFromTitle, forkedAt, ...session } = row;
  if (forkedFrom === null || forkedFromMessage === null || forkedAt === null) return session;
  const fork = { sessionId: forkedFrom, messageId: forkedFromMessage, copyId: forkedAt, title: forkedFromTitle };
  return { ...session, forkedFrom: fork };
}

/** Where a page ended. */
export type ConversationCursor = { readonly updatedAt: number; readonly id: string };
/** `snippet` is the text around the match, null if only the title matches. */
export type FoundConversation = { readonly session: SessionRecord; readonly snippet: string | null };

const MAX_QUERY_LENGTH = 200;
const unixMs = z.string().transform((text) => Date.parse(text));
const FoundRow = SessionRecord.omit({ forkedFrom: true }).extend({
  forkedFrom: z.string().nullable(),
  forkedFromMessage: z.string().nullable(),
  forkedFromTitle: z.string().nullable(),
  forkedAt: z.string().nullable(),
  createdAt: unixMs,
  updatedAt: unixMs,
  version: z.coerce.number(),
  snippet: z.string().nullable(),
});

/** The owner's conversations with these words in title or text, newest first; case-insensitive. @throws AppError */
export async function searchConversations(
  deps: PostgresDeps,
  owner: Owner,
  search: { query: string; limit: number; before?: ConversationCursor | undefined },
): Promise<{ found: FoundConversation[]; next: ConversationCursor | null }> {
  const before = search.before && { at: new Date(search.before.updatedAt).toISOString(), id: search.before.id };
  const [{ rows }] = await withTenant(
    deps,
    { kind: 'user', org: owner.orgId, user: owner.userId },
    (db) => [
      // One extra row shows whether there is a next page.
      db.execute(sql`
        select found.id, found.title, found.model, found.program_id as "programId", found.design_id as "designId",
          found.pinned, found.version, found.created_at as "createdAt", found.updated_at as "updatedAt", found.snippet,
          kept.forked_from as "forkedFrom", kept.forked_from_message as "forkedFromMessage",
          kept.forked_from_title as "forkedFromTitle", kept.forked_at as "forkedAt"
        from search_conversations(
          ${search.query.slice(0, MAX_QUERY_LENGTH)}, ${search.limit + 1}, ${before?.at ?? null}, ${before?.id ?? null}) found
        join ai_conversations kept on kept.org_id = ${owner.orgId} and kept.id = found.id
        order by found.updated_at desc, found.id desc`),
    ],
    { readOnly: true },
  );
  const found = z
    .array(FoundRow)
    .parse(rows)
    .slice(0, search.limit)
    .map(({ snippet, ...row }) => ({ session: toSession(row), snippet }));
  const last = found.at(-1)?.session;
  return { found, next: rows.length > search.limit && last ? { updatedAt: last.updatedAt, id: last.id } : null };
}
