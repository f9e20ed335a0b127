// The conversation's own row: its owner, title and model. Org and owner are pinned when it is created, and every call is
// checked against them.

import { Audience, ForkedFrom, type SessionDraft, type SessionRecord } from '../contracts/session.ts';
import type { Access } from '../principal.ts';
import { schemaVersion } from '../sqlite-migrate.ts';

export type Session = SessionRecord & {
  readonly audience: Audience;
  readonly orgId: string;
  readonly ownerId: string;
  readonly ownerSubject: string;
  readonly historyFrom: number;
  /** The last turn of the shown branch; null for the newest one. */
  readonly shown: number | null;
  readonly forkedFrom: ForkedFrom | null;
  /** The key of the provider's prompt cache; a fork shares its original's. Null for the session id. */
  readonly cacheKey: string | null;
  readonly deletedAt: number | null;
};

type SessionRow = {
  id: string;
  org_id: string;
  owner_id: string;
  owner_subject: string;
  title: string | null;
  model: string | null;
  program_id: string | null;
  design_id: string | null;
  pinned: number;
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
  version: number;
  history_from: number;
  audience: string;
  shown: number | null;
  forked_from: string | null;
  cache_key: string | null;
};

/** The session, read from storage once and written through: only this object changes it. */
export function sessionCache(sql: SqlStorage) {
  let cached: Session | null | undefined;
  return {
    get: (): Session | null => {
      if (cached === undefined) cached = readSession(sql);
      return cached;
    },
    put: (session: Session): void => {
      writeSession(sql, session);
      cached = session;
    },
    /** Called after writes were rolled back. */
    forget: (): void => {
      cached = undefined;
    },
  };
}

/** The session of this object; null if it wasn't created yet. */
function readSession(sql: SqlStorage): Session | null {
  if (schemaVersion(sql) === 0) return null;
  const row = sql.exec<SessionRow>('select * from session').toArray()[0];
  if (!row) return null;
  return {
    id: row.id,
    orgId: row.org_id,
    ownerId: row.owner_id,
    ownerSubject: row.owner_subject,
    title: row.title,
    model: row.model,
    programId: row.program_id,
    designId: row.design_id,
    pinned: row.pinned === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
    version: row.version,
    historyFrom: row.history_from,
    audience: Audience.parse(row.audience),
    shown: row.shown,
    forkedFrom: row.forked_from === null ? null : ForkedFrom.parse(JSON.parse(row.forked_from)),
    cacheKey: row.cache_key,
  };
}

/** The initial state of a conversation that `access` starts. Postgres stores it in that user's name. */
export function beginSession(access: Access, draft: SessionDraft, audience: Audience, now: number): Session {
  return {
    ...draft,
    audience,
    orgId: access.orgId,
    ownerId: access.userId,
    ownerSubject: access.subject,
    pinned: false,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
    // Versions start at the current time, so that a conversation that is recreated after a loss is newer than its stored
    // copies.
    version: now,
    historyFrom: 0,
    shown: null,
    forkedFrom: null,
    cacheKey: null,
  };
}

/** The same session after a change that must show in lists. */
export function changeSession(session: Session, change: Partial<Session>, now: number): Session {
  return { ...session, ...change, updatedAt: now, version: Math.max(session.version + 1, now) };
}

function writeSession(sql: SqlStorage, session: Session): void {
  sql.exec(
    `insert or replace into session (only_row, id, org_id, owner_id, owner_subject, title, model, program_id, design_id, pinned,
       created_at, updated_at, deleted_at, version, history_from, audience, shown, forked_from, cache_key)
     values (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    session.id,
    session.orgId,
    session.ownerId,
    session.ownerSubject,
    session.title,
    session.model,
    session.programId,
    session.designId,
    session.pinned ? 1 : 0,
    session.createdAt,
    session.updatedAt,
    session.deletedAt,
    session.version,
    session.historyFrom,
    session.audience,
    session.shown,
    session.forkedFrom && JSON.stringify(session.forkedFrom),
    session.cacheKey,
  );
}

export function toRecord(session: Session): SessionRecord {
  const { id, title, model, programId, designId, pinned, audience, forkedFrom, createdAt, updatedAt, version } =
    session;
  const record = { id, title, model, programId, designId, pinned, audience, createdAt, updatedAt, version };
  return forkedFrom ? { ...record, forkedFrom } : record;
}
