// Feedback on answers: one verdict per user and message, which they can change and remove. Stored here so that a page shows
// it at once, and sent to Postgres, where admins read it.
import { auditEvent, auditItem } from '../../contracts/audit-event.ts';
import type { ConversationReply, FeedbackCall } from '../../contracts/conversation.ts';
import { Feedback } from '../../contracts/transcript.ts';
import { addToOutbox, backlog, MAX_BACKLOG, type OutboxItem } from '../../outbox/outbox.ts';
import { getVisible } from '../conversation-access.ts';
import type { ConversationDeps } from '../deps.ts';
import type { Session } from '../session.ts';
import { findPlace, readTurn } from './transcript.ts';

type FeedbackDeps = Pick<
  ConversationDeps,
  'sql' | 'session' | 'transaction' | 'members' | 'keepAlive' | 'drainSoon' | 'now'
>;

/** Saving the same feedback again changes nothing. */
export function saveFeedback(deps: FeedbackDeps, call: FeedbackCall): ConversationReply<{ feedback: Feedback | null }> {
  const { access, messageId, feedback } = call;
  const session = getVisible(deps, access);
  const place = session && findPlace(deps.sql, messageId);
  const message = place && readTurn(deps.sql, place.ordinal).find(({ id }) => id === messageId);
  if (!session || message?.role !== 'assistant') return { ok: false, code: 'NOT_FOUND' };
  if (message.status === 'streaming') return { ok: false, code: 'ANSWER_UNDER_WAY' };
  if (isSame(feedbackOf(deps.sql, access.userId).get(messageId) ?? null, feedback)) return { ok: true, feedback };
  if (backlog(deps.sql) >= MAX_BACKLOG) return { ok: false, code: 'BACKLOG_FULL' };
  deps.transaction(() => {
    put(deps.sql, access.userId, messageId, feedback);
    addToOutbox(deps.sql, [
      {
        kind: 'feedback',
        orgId: session.orgId,
        userId: session.ownerId,
        sessionId: session.id,
        messageId,
        authorId: access.userId,
        model: message.model,
        feedback,
        at: deps.now(),
      },
      feedbackAudit(deps, session, call, message.model),
    ]);
  });
  deps.keepAlive();
  deps.drainSoon(0);
  return { ok: true, feedback };
}

/** Without the comment, which the person can withdraw and the log keeps. */
function feedbackAudit(
  deps: FeedbackDeps,
  session: Session,
  { access, requestId, messageId, feedback }: FeedbackCall,
  model: string | null,
): OutboxItem {
  const audit = auditEvent({
    orgId: session.orgId,
    actorId: access.userId,
    event: feedback ? 'feedback.given' : 'feedback.withdrawn',
    sessionId: session.id,
    requestId: requestId ?? null,
    programId: session.programId,
    designId: session.designId,
    model,
    createdAt: deps.now(),
    meta: { answerId: messageId, ...(feedback ? { verdict: feedback.verdict } : {}) },
  });
  return auditItem(audit, session.ownerId);
}

const isSame = (before: Feedback | null, now: Feedback | null): boolean =>
  before?.verdict === now?.verdict && before?.comment === now?.comment;

function put(sql: SqlStorage, userId: string, messageId: string, feedback: Feedback | null): void {
  if (!feedback) {
    sql.exec('delete from feedback where message_id = ? and user_id = ?', messageId, userId);
    return;
  }
  sql.exec(
    'insert or replace into feedback (message_id, user_id, verdict, comment) values (?, ?, ?, ?)',
    messageId,
    userId,
    feedback.verdict,
    feedback.comment,
  );
}

/** One user's feedback, by message. */
export const feedbackOf = (sql: SqlStorage, userId: string): Map<string, Feedback> =>
  new Map(
    sql
      .exec<{ message_id: string; verdict: string; comment: string | null }>(
        'select message_id, verdict, comment from feedback where user_id = ?',
        userId,
      )
      .toArray()
      .map(({ message_id, ...feedback }) => [message_id, Feedback.parse(feedback)]),
  );
