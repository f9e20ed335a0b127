// The Account's own tables. Append steps; never edit one that has been released.

export const ACCOUNT_STEPS: readonly string[] = [
  `create table sign_ins (
     id text primary key, opened_at integer not null, expires_at integer not null
   ) without rowid;
   -- The user's memberships as Postgres last returned them: one JSON list of all orgs, because one query confirms them all.
   create table snapshot (
     only_row integer primary key check (only_row = 1),
     subject text not null, memberships text not null, confirmed_at integer not null
   );
   create table sessions (
     org_id text not null, id text not null,
     title text, model text, program_id text, design_id text, pinned integer not null,
     created_at integer not null, updated_at integer not null, version integer not null,
     -- A removed session stays as a tombstone, so that a late copy does not bring it back.
     removed_at integer,
     primary key (org_id, id)
   ) without rowid;
   create index sessions_by_age on sessions (org_id, updated_at desc, id desc) where removed_at is null;
   create table hydrated_orgs (org_id text primary key) without rowid;
   create table runs (
     seq integer primary key autoincrement, org_id text not null, run_id text not null, session_id text not null,
     unique (org_id, run_id)
   );`,
  `create table refusals (
     id text primary key, org_id text not null, user_id text not null, code text not null, minute integer not null,
     count integer not null, first_at integer not null, last_at integer not null,
     session_id text, run_id text, request_ids text not null
   ) without rowid;`,
  // The user's claims from the identity provider at this sign-in, and the ID token that ends the provider's session.
  `alter table sign_ins add column identity text;
   alter table sign_ins add column id_token text;`,
  `create table session_marks (
     seq integer primary key autoincrement,
     org_id text not null, kind text not null, mark text not null, session_id text not null,
     unique (org_id, kind, mark)
   );
   create index session_marks_by_session on session_marks (org_id, session_id, kind);`,
  // JSON of what a session was copied from.
  `alter table sessions add column forked_from text;`,
  // Cached lookups of program and design names; see named-scopes.ts.
  `create table named_scopes (
     seq integer primary key autoincrement, org_id text not null, names text not null,
     program_id text, design_id text, asked_at integer not null,
     unique (org_id, names)
   );`,
  // For the list of sign-ins, the idle limit, and changes that need a recent proof of identity.
  `alter table sign_ins add column used_at integer;
   alter table sign_ins add column proved_at integer;
   alter table sign_ins add column device text;
   alter table sign_ins add column place text;`,
  // The orgs that tokens of the user's issuer name, by the claims of the token.
  `create table token_reach (
     token text primary key, org_ids text not null, confirmed_at integer not null, issued_at integer not null
   ) without rowid;`,
];

const ORG_TABLES = ['sessions', 'hydrated_orgs', 'runs', 'refusals', 'session_marks', 'named_scopes'];
const TABLES = [...ORG_TABLES, 'sign_ins', 'snapshot', 'token_reach'];

/** Also drops the access snapshot: it lists all the user's orgs, and the next request reads it from Postgres. */
export function eraseOrg(sql: SqlStorage, orgId: string): void {
  for (const table of ORG_TABLES) sql.exec(`delete from ${table} where org_id = ?`, orgId);
  sql.exec('delete from snapshot');
  sql.exec('delete from token_reach');
}

export function forgetSession(sql: SqlStorage, orgId: string, sessionId: string): void {
  sql.exec('delete from sessions where org_id = ? and id = ?', orgId, sessionId);
  for (const table of ['runs', 'session_marks'])
    sql.exec(`delete from ${table} where org_id = ? and session_id = ?`, orgId, sessionId);
}

/** True for an Account that stores nothing: new or erased. */
export const isBlank = (sql: SqlStorage): boolean =>
  TABLES.every((table) => sql.exec(`select 1 from ${table} limit 1`).toArray().length === 0);
