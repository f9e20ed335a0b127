// The Conversation's own tables. Append steps; never edit one that has been released. A step also belongs into the schema of a
// new conversation below; a test compares the two.

import { migrate } from '../sqlite-migrate.ts';

export const CONVERSATION_STEPS: readonly string[] = [
  `create table session (
     only_row integer primary key check (only_row = 1),
     id text not null, org_id text not null, owner_id text not null, owner_subject text not null,
     title text, model text, program_id text, design_id text, pinned integer not null,
     created_at integer not null, updated_at integer not null, deleted_at integer,
     version integer not null,
     -- The ordinal of the first turn that is still sent to the model; see history.ts.
     history_from integer not null
   );
   create table runs (
     run_id text primary key, ordinal integer not null, digest text not null, status text not null,
     session_id text not null, org_id text not null, actor_id text not null,
     scope text not null, request_id text not null,
     assistant_id text not null, model text not null, provider text not null, pricing text not null,
     -- Estimated tokens of the prompt: charged if the run dies.
     prompt_tokens integer not null default 0,
     created_at integer not null, ended_at integer
   ) without rowid;
   -- Only keyed by position: each further index would be one more written row per message.
   create table messages (
     ordinal integer not null, position integer not null, id text not null, run_id text not null,
     role text not null, parts text not null, status text not null, created_at integer not null,
     model text, provider text, usage text, cost_micros integer, price_version text,
     error_code text, error_detail text,
     primary key (ordinal, position)
   ) without rowid;
   create table events (
     run_id text not null, first_seq integer not null, count integer not null, frames text not null,
     primary key (run_id, first_seq)
   ) without rowid;
   create table outbox (
     seq integer primary key, lane text not null, payload text not null,
     attempts integer not null default 0, last_error text, parked_at integer
   );`,
  `alter table messages add column tool text;
   -- The run's use of its tool limits, for the run that continues it.
   alter table runs add column used text;
   create table approvals (
     id text primary key, message_id text not null, ordinal integer not null, position integer not null,
     run_id text not null, call_id text not null, tool text not null,
     input text not null, digest text not null, versions text not null, card text not null,
     created_at integer not null, expires_at integer not null,
     state text not null, decided_at integer, decided_by text,
     -- The rights of the user who decided, for an effect whose outcome must be looked up after a restart.
     decided_access text, deciding_run_id text, outcome text
   ) without rowid;
   create index approvals_by_message on approvals (message_id);`,
  `alter table runs add column budget_month text;`,
  `alter table session add column audience text not null default 'private';
   -- JSON of who wrote the message.
   alter table messages add column author text;
   alter table runs add column actor_name text;`,
  `alter table runs add column lease_id text;`,
  `-- See branches.ts.
   create table branches (ordinal integer primary key, parent integer not null, repeats integer);
   -- The last turn that is shown; null for the newest.
   alter table session add column shown integer;
   -- JSON: the origin of a copied conversation, and the prompt cache key that it shares.
   alter table session add column forked_from text;
   alter table session add column cache_key text;
   -- JSON: copied approvals, as they were when their message was copied. They can be decided only in the original.
   create table copied_cards (message_id text primary key, cards text not null) without rowid;
   create table feedback (
     message_id text not null, user_id text not null, verdict text not null, comment text,
     primary key (message_id, user_id)
   ) without rowid;`,
  `-- JSON of what a draft was made of, with the question, and of what was looked up, with its answer.
   alter table messages add column draft text;`,
  `-- When a decision was taken back because its run could not start.
   alter table approvals add column reopened_at integer;`,
  `-- JSON of how an answer ended; null while it streams.
   alter table messages add column ending text;`,
  `-- See model-data.ts.
   create table model_data (message_id text primary key, data text not null) without rowid;`,
  `-- What the page showed with a question, and the date: see page-note.ts.
   alter table messages add column note text;`,
  `-- See summaries.ts. At most one for each turn, which is the one whose run requested it.
   create table summaries (
     ordinal integer primary key, run_id text not null, through integer not null,
     state text not null, text text, is_partial integer not null, model text not null, created_at integer not null,
     cost_micros integer,
     -- Null once it is settled.
     lease_id text, budget_month text,
     -- Estimated tokens of the request: charged if the run dies.
     prompt_tokens integer not null
   );`,
  `-- JSON of what the page's program sent with a question: see page-context.ts.
   alter table messages add column context text;`,
];

/** What all steps together create. A new conversation runs this instead of them. */
export const CONVERSATION_SCHEMA = `
  create table session (
    only_row integer primary key check (only_row = 1),
    id text not null, org_id text not null, owner_id text not null, owner_subject text not null,
    title text, model text, program_id text, design_id text, pinned integer not null,
    created_at integer not null, updated_at integer not null, deleted_at integer,
    version integer not null, history_from integer not null,
    audience text not null default 'private', shown integer, forked_from text, cache_key text
  );
  create table runs (
    run_id text primary key, ordinal integer not null, digest text not null, status text not null,
    session_id text not null, org_id text not null, actor_id text not null,
    scope text not null, request_id text not null,
    assistant_id text not null, model text not null, provider text not null, pricing text not null,
    prompt_tokens integer not null default 0,
    created_at integer not null, ended_at integer,
    used text, budget_month text, actor_name text, lease_id text
  ) without rowid;
  create table messages (
    ordinal integer not null, position integer not null, id text not null, run_id text not null,
    role text not null, parts text not null, status text not null, created_at integer not null,
    model text, provider text, usage text, cost_micros integer, price_version text,
    error_code text, error_detail text,
    tool text, author text, draft text, ending text, note text, context text,
    primary key (ordinal, position)
  ) without rowid;
  create table events (
    run_id text not null, first_seq integer not null, count integer not null, frames text not null,
    primary key (run_id, first_seq)
  ) without rowid;
  create table outbox (
    seq integer primary key, lane text not null, payload text not null,
    attempts integer not null default 0, last_error text, parked_at integer
  );
  create table approvals (
    id text primary key, message_id text not null, ordinal integer not null, position integer not null,
    run_id text not null, call_id text not null, tool text not null,
    input text not null, digest text not null, versions text not null, card text not null,
    created_at integer not null, expires_at integer not null,
    state text not null, decided_at integer, decided_by text,
    decided_access text, deciding_run_id text, outcome text, reopened_at integer
  ) without rowid;
  create index approvals_by_message on approvals (message_id);
  create table branches (ordinal integer primary key, parent integer not null, repeats integer);
  create table copied_cards (message_id text primary key, cards text not null) without rowid;
  create table feedback (
    message_id text not null, user_id text not null, verdict text not null, comment text,
    primary key (message_id, user_id)
  ) without rowid;
  create table model_data (message_id text primary key, data text not null) without rowid;
  create table summaries (
    ordinal integer primary key, run_id text not null, through integer not null,
    state text not null, text text, is_partial integer not null, model text not null, created_at integer not null,
    cost_micros integer, lease_id text, budget_month text, prompt_tokens integer not null
  );
`;

/** Part of the caller's commit. */
export const migrateConversation = (sql: SqlStorage): void => migrate(sql, CONVERSATION_STEPS, CONVERSATION_SCHEMA);
