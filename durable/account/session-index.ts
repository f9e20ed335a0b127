// The person's conversations, newest first, so that the list needs no Postgres; each Conversation keeps its entry.
// An entry is a copy: a late or repeated one never replaces a newer one, and never revives what was removed.
import { ForkedFrom, type SessionRecord } from '../conversation/requests.ts';
import type { ScopeNames } from './requests.ts';
import { formatCursor, parseCursor, type SessionCursor } from './session-cursor.ts';

const KEPT_TOMBSTONES = 200;

type Row = {
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

export function putSession(sql: SqlStorage, orgId: string, session: SessionRecord): void {
  const [known] = sql
    .exec<{ version: number; removed_at: number | null }>(
      'select version, removed_at from sessions where org_id = ? and id = ?',
      orgId,
      session.id,
    )
    .toArray();
  if (known && (known.removed_at === null ? session.version <= known.version : session.createdAt <= known.removed_at)) {
    return;
  }
  sql.exec(
    `insert or replace into sessions (org_id, ${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...values(orgId, session),
  );
}

/** Adds what Postgres knows; what the Conversations have said themselves is newer and stays. */
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

/** What a conversation is about; null where it is not listed. */
export function scopeOfSession(sql: SqlStorage, orgId: string, sessionId: string): ScopeNames | null {
  const [row] = sql
    .exec<Pick<Row, 'program_id' | 'design_id'>>(
      'select program_id, design_id from sessions where org_id = ? and id = ? and removed_at is null',
      orgId,
      sessionId,
    )
    .toArray();
  return row ? { programId: row.program_id, designId: row.design_id } : null;
}

/** Ids of all of them. */
export const sessionIds = (sql: SqlStorage, orgId: string): string[] =>
  sql
    .exec<{ id: string }>('select id from sessions where org_id = ? and removed_at is null', orgId)
    .toArray()
    .map(({ id }) => id);

/** Ids of the unpinned sessions beyond the newest; they stay listed here until each is removed. */
export function sessionsToEvict(sql: SqlStorage, orgId: string, keepNewest: number): string[] {
  const rows = sql.exec<{ id: string }>(
    `select id from sessions where org_id = ? and removed_at is null and pinned = 0
     order by updated_at desc, id desc limit -1 offset ?`,
    orgId,
    keepNewest,
  );
  return rows.toArray().map((row) => row.id);
}

export type SessionPage = { readonly sessions: readonly SessionRecord[]; readonly cursor: string | null };

/** A page of the list; null where the cursor is none of ours. */
export function listSessions(
  sql: SqlStorage,
  orgId: string,
  page: { limit: number; cursor: string | undefined },
): SessionPage | null {
  const after = page.cursor === undefined ? FIRST : parseCursor(page.cursor);
  if (!after) return null;
  const rows = sql
    .exec<Row>(
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

/** The person's own forks of a session, newest first. The list keeps few enough to look at each. */
export function listForks(sql: SqlStorage, orgId: string, sessionId: string): SessionRecord[] {
  const rows = sql.exec<Row>(
    `select ${COLUMNS} from sessions
     where org_id = ? and removed_at is null and json_extract(forked_from, '$.sessionId') = ?
     order by created_at desc, id desc`,
    orgId,
    sessionId,
  );
  return rows.toArray().map(toRecord);
}

/** Before every row: later than any time, and `~` sorts after every UUID. */
const FIRST: SessionCursor = { updatedAt: Number.MAX_SAFE_INTEGER, id: '~' };

function values(orgId: string, session: SessionRecord): (string | number | null)[] {
  const { id, title, model, programId, designId, createdAt, updatedAt, version } = session;
  const fork = session.forkedFrom ? JSON.stringify(session.forkedFrom) : null;
  return [orgId, id, title, model, programId, designId, session.pinned ? 1 : 0, createdAt, updatedAt, version, fork];
}

const toRecord = (row: Row): SessionRecord => ({
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
