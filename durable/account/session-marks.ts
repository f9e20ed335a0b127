// By what a client that keeps no session's id names one all the same: the transcript that it repeats, the card that it
// answers, the request that it sends again. A mark leads to the person's own conversations only, and holds no words.
import type { SessionMark } from './requests.ts';

const KEPT_MARKS = 1_000;

/** The session that the first known of these marks leads to; null where none does, or where it was deleted. */
export function findMarked(sql: SqlStorage, orgId: string, marks: readonly SessionMark[]): string | null {
  for (const { kind, mark } of marks) {
    const [found] = sql
      .exec<{ session_id: string }>(
        `select m.session_id from session_marks m
         left join sessions s on s.org_id = m.org_id and s.id = m.session_id
         where m.org_id = ? and m.kind = ? and m.mark = ? and s.removed_at is null`,
        orgId,
        kind,
        mark,
      )
      .toArray();
    if (found) return found.session_id;
  }
  return null;
}

/** A session has one transcript: who repeats an older one is at another point, and does not go on from here. */
export function putMarks(
  sql: SqlStorage,
  { orgId, sessionId, marks }: { orgId: string; sessionId: string; marks: readonly SessionMark[] },
): void {
  for (const { kind, mark } of marks) {
    if (kind === 'transcript')
      sql.exec(
        `delete from session_marks where org_id = ? and kind = 'transcript' and session_id = ?`,
        orgId,
        sessionId,
      );
    sql.exec(
      'insert or replace into session_marks (org_id, kind, mark, session_id) values (?, ?, ?, ?)',
      orgId,
      kind,
      mark,
      sessionId,
    );
  }
  sql.exec('delete from session_marks where seq <= (select max(seq) from session_marks) - ?', KEPT_MARKS);
}
