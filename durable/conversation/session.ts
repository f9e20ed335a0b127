// The conversation's own row: whose it is, what it is called, which model it uses.
// Org and owner are pinned when it is made and every call is held against them.
import type { Access } from '../principal.ts';
import { schemaVersion } from '../sqlite-migrate.ts';
import { Audience, type SessionDraft, type SessionRecord } from './requests.ts';

export type Session = SessionRecord & {
  readonly audience: Audience;
  readonly orgId: string;
  readonly ownerId: string;
  readonly ownerSubject: string;
  readonly historyFrom: number;
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
};

/** The session, read from storage once and written through: nobody but this object changes it. */
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
    /** After writes that were undone. */
    forget: (): void => {
      cached = undefined;
    },
  };
}

/** The session of this object, null where none was made yet. */
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
  };
}

/** The first state of a conversation that `access` begins; it is written down in Postgres in that person's name. */
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
    // Versions start at the clock, so that a conversation made anew after a loss is newer than its stored copies.
    version: now,
    historyFrom: 0,
  };
}

/** The same session after a change that its lists must learn of. */
export function changeSession(session: Session, change: Partial<Session>, now: number): Session {
  return { ...session, ...change, updatedAt: now, version: Math.max(session.version + 1, now) };
}

function writeSession(sql: SqlStorage, session: Session): void {
  sql.exec(
    `insert or replace into session (only_row, id, org_id, owner_id, owner_subject, title, model, program_id, design_id, pinned,
       created_at, updated_at, deleted_at, version, history_from, audience) values (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
  );
}

export function toRecord(session: Session): SessionRecord {
  const { id, title, model, programId, designId, pinned, audience, createdAt, updatedAt, version } = session;
  return { id, title, model, programId, designId, pinned, audience, createdAt, updatedAt, version };
}
