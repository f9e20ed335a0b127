// The user's conversations, newest first, so that the list needs no Postgres; and the ways a client can refer to one: by a
// recent run's id, or by a mark. An entry is a copy that its Conversation sends: a late or repeated copy never replaces a
// newer one, and never restores a removed entry.
import * as z from 'zod';
import type { EvictedSession, ScopeNames, SessionMark } from '../contracts/account.ts';
import { ForkedFrom, type SessionRecord } from '../contracts/session.ts';

const KEPT_TOMBSTONES = 200;
const KEPT_RUNS = 500;
const KEPT_MARKS = 1_000;

type SessionCursor = { readonly updatedAt: number; readonly id: string };

const Cursor = z.tuple([z.int(), z.uuid()]);

export const formatCursor = ({ updatedAt, id }: SessionCursor): string => btoa(JSON.stringify([updatedAt, id]));

type IndexRow = {
  id: string;
  title: string | null;
  model: string | null;
  program_id: string | null;
  design_id: string | null;
  pinned: number;
  created_at: number;
  updated_at: number;
  version: number;
  forked_from: string | null;
};

const COLUMNS = 'id, title, model, program_id, design_id, pinned, created_at, updated_at, version, forked_from';

const EXCLUDED = COLUMNS.replaceAll(/\w+/g, 'excluded.$&');

export function putSession(sql: SqlStorage, orgId: string, session: SessionRecord): void {
  sql.exec(
    `insert into sessions (org_id, ${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (org_id, id) do update set (${COLUMNS}, removed_at) = (${EXCLUDED}, null)
       where case when removed_at is null then excluded.version > version else excluded.created_at > removed_at end`,
    ...values(orgId, session),
  );
}

/** Adds the entries Postgres has. Entries that came from Conversations are newer and stay. */
export function hydrateSessions(sql: SqlStorage, orgId: string, sessions: readonly SessionRecord[]): void {
  for (const session of sessions) {
    sql.exec(
      `insert or ignore into sessions (org_id, ${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...values(orgId, session),
    );
  }
  sql.exec('insert or ignore into hydrated_orgs (org_id) values (?)', orgId);
}

export function isHydrated(sql: SqlStorage, orgId: string): boolean {
  return sql.exec('select 1 from hydrated_orgs where org_id = ?', orgId).toArray().length === 1;
}

export function removeSession(sql: SqlStorage, orgId: string, sessionId: string, now: number): void {
  sql.exec(
    `insert into sessions (org_id, id, pinned, created_at, updated_at, version, removed_at) values (?, ?, 0, ?, ?, 0, ?)
     on conflict (org_id, id) do update set removed_at = excluded.removed_at, title = null, forked_from = null`,
    orgId,
    sessionId,
    now,
    now,
    now,
  );
  sql.exec('delete from runs where org_id = ? and session_id = ?', orgId, sessionId);
  sql.exec(
    `delete from sessions where org_id = ?1 and id in (
       select id from sessions where org_id = ?1 and removed_at is not null order by removed_at desc limit -1 offset ?2)`,
    orgId,
    KEPT_TOMBSTONES,
  );
}

/** The conversation's program and design; null if it is not listed. */
export function scopeOfSession(sql: SqlStorage, orgId: string, sessionId: string): ScopeNames | null {
  const [row] = sql
    .exec<Pick<IndexRow, 'program_id' | 'design_id'>>(
      'select program_id, design_id from sessions where org_id = ? and id = ? and removed_at is null',
      orgId,
      sessionId,
    )
    .toArray();
  return row ? { programId: row.program_id, designId: row.design_id } : null;
}

export const sessionIds = (sql: SqlStorage, orgId: string): string[] =>
  sql
    .exec<{ id: string }>('select id from sessions where org_id = ? and removed_at is null', orgId)
    .toArray()
    .map(({ id }) => id);

/** The unpinned sessions beyond the limit, newest first. They stay listed until each is removed. */
export function sessionsToEvict(sql: SqlStorage, orgId: string, keepNewest: number): EvictedSession[] {
  return sql
    .exec<EvictedSession>(
      `select id, updated_at as updatedAt from sessions where org_id = ? and removed_at is null and pinned = 0
       order by updated_at desc, id desc limit -1 offset ?`,
      orgId,
      keepNewest,
    )
    .toArray();
}

export type SessionPage = { readonly sessions: readonly SessionRecord[]; readonly cursor: string | null };

/** A page of the list; null if the cursor is invalid. */
export function listSessions(
  sql: SqlStorage,
  orgId: string,
  page: { limit: number; cursor: string | undefined },
): SessionPage | null {
  const after = page.cursor === undefined ? FIRST : parseCursor(page.cursor);
  if (!after) return null;
  const rows = sql
    .exec<IndexRow>(
      `select ${COLUMNS} from sessions where org_id = ? and removed_at is null and (updated_at, id) < (?, ?)
       order by updated_at desc, id desc limit ?`,
      orgId,
      after.updatedAt,
      after.id,
      page.limit + 1,
    )
    .toArray();
  const shown = rows.slice(0, page.limit).map(toRecord);
  const last = shown.at(-1);
  return { sessions: shown, cursor: rows.length > page.limit && last ? formatCursor(last) : null };
}

/** The user's forks of a session, newest first. The list is short enough to scan. */
export function listForks(sql: SqlStorage, orgId: string, sessionId: string): SessionRecord[] {
  const rows = sql.exec<IndexRow>(
    `select ${COLUMNS} from sessions
     where org_id = ? and removed_at is null and json_extract(forked_from, '$.sessionId') = ?
     order by created_at desc, id desc`,
    orgId,
    sessionId,
  );
  return rows.toArray().map(toRecord);
}

/** Sorts before every row: after any time, and `~` after every UUID. */
const FIRST: SessionCursor = { updatedAt: Number.MAX_SAFE_INTEGER, id: '~' };

function values(orgId: string, session: SessionRecord): (string | number | null)[] {
  const { id, title, model, programId, designId, createdAt, updatedAt, version } = session;
  const fork = session.forkedFrom ? JSON.stringify(session.forkedFrom) : null;
  return [orgId, id, title, model, programId, designId, session.pinned ? 1 : 0, createdAt, updatedAt, version, fork];
}

const toRecord = (row: IndexRow): SessionRecord => ({
  id: row.id,
  title: row.title,
  model: row.model,
  programId: row.program_id,
  designId: row.design_id,
  pinned: row.pinned === 1,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
  ...(row.forked_from !== null && { forkedFrom: ForkedFrom.parse(JSON.parse(row.forked_from)) }),
});

/** Null if the text is not a valid cursor. A cursor grants no access: the list's owner is checked elsewhere. */
export function parseCursor(text: string): SessionCursor | null {
  try {
    const [updatedAt, id] = Cursor.parse(JSON.parse(atob(text)));
    return { updatedAt, id };
  } catch {
    // Not base64, not JSON or not a cursor.
    return null;
  }
}

export function noteRun(sql: SqlStorage, run: { orgId: string; sessionId: string; runId: string }): void {
  const { orgId, runId, sessionId } = run;
  const [added] = sql
    .exec<{ seq: number }>(
      `insert or replace into runs (org_id, run_id, session_id) select ?1, ?2, ?3
       where not exists (select 1 from runs where org_id = ?1 and run_id = ?2 and session_id = ?3) returning seq`,
      orgId,
      runId,
      sessionId,
    )
    .toArray();
  if (added && added.seq > KEPT_RUNS) sql.exec('delete from runs where seq <= ?', added.seq - KEPT_RUNS);
}

export function findRun(sql: SqlStorage, orgId: string, runId: string): string | null {
  const rows = sql.exec<{ session_id: string }>(
    'select session_id from runs where org_id = ? and run_id = ?',
    orgId,
    runId,
  );
  return rows.toArray()[0]?.session_id ?? null;
}

/** The session of the first known mark; null if none is known or the session was deleted. */
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

/** Only the latest transcript mark is kept: a client that repeats an older one does not continue this session. */
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
