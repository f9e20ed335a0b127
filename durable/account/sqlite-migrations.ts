// The Account's own tables. Append steps; never edit one that has been released.

export const ACCOUNT_STEPS: readonly string[] = [
  `create table sign_ins (
     id text primary key, opened_at integer not null, expires_at integer not null
   ) without rowid;
   -- What Postgres last said of this person, as one JSON list: all orgs are confirmed by one answer.
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
  // What the identity provider said of the person at this sign-in, and its token, which ends the session there.
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
  // What names of programs and designs stood for; see named-scopes.ts.
  `create table named_scopes (
     seq integer primary key autoincrement, org_id text not null, names text not null,
     program_id text, design_id text, asked_at integer not null,
     unique (org_id, names)
   );`,
];
