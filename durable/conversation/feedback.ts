// What people think of an answer: one verdict a person and message, which they may change and take back. Kept here beside
// the words, so that a page shows it at once, and told to Postgres, where those who look after the assistant read it.
import { addToOutbox, backlog, MAX_BACKLOG } from '../audit/outbox.ts';
import { getVisible } from './audience.ts';
import type { FeedbackCall } from './branching-calls.ts';
import type { ConversationDeps } from './deps.ts';
import { type Answer, Feedback } from './requests.ts';
import { findPlace, readTurn } from './transcript.ts';

/** Takes what somebody thinks of an answer. Saying the same again changes nothing. */
export function judge(deps: ConversationDeps, call: FeedbackCall): Answer<{ feedback: Feedback | null }> {
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
    const owner = { orgId: session.orgId, userId: session.ownerId, sessionId: session.id };
    const about = { messageId, authorId: access.userId, model: message.model };
    addToOutbox(deps.sql, [{ kind: 'feedback', ...owner, ...about, feedback, at: deps.now() }]);
  });
  deps.keepAlive();
  deps.drainSoon(0);
  return { ok: true, feedback };
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

/** A person's own, by message. */
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
