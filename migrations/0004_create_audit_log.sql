-- The audit log. Rows are only ever added. Each carries the hash of the row before it in its organization, so that a
-- changed, removed or inserted row is found. Columns added later must be nullable: a null column is not part of the
-- hash.
set local role groundwire_owner;

create table public.audit_log (
  org_id uuid not null references public.orgs (id),
  seq bigint not null,
  -- Text, and chosen by the writer, so that the same event sent twice is one row.
  id text not null check (length(id) between 1 and 200),
  event text not null check (length(event) between 1 and 64),
  -- No foreign keys to people and conversations: the row outlives both. Null when only the system acted.
  actor_user_id uuid,
  session_id uuid,
  run_id text,
  message_id text,
  program_id text,
  design_id text,
  tool text,
  provider text,
  model text,
  input_tokens bigint check (input_tokens >= 0),
  output_tokens bigint check (output_tokens >= 0),
  cache_read_tokens bigint check (cache_read_tokens >= 0),
  cache_write_tokens bigint check (cache_write_tokens >= 0),
  reasoning_tokens bigint check (reasoning_tokens >= 0),
  usage_estimated boolean,
  cost_micros bigint check (cost_micros >= 0),
  price_version text,
  parameters jsonb,
  result jsonb,
  error text,
  duration_ms bigint check (duration_ms >= 0),
  request_id text,
  _meta jsonb,
  created_at timestamptz(3) not null default now(),
  prev_hash bytea not null,
  hash bytea not null,
  budget_month text check (budget_month ~ '^\d{4}-(0[1-9]|1[0-2])$'),
  primary key (org_id, id),
  unique (org_id, seq)
);
create index audit_log_by_budget_month on public.audit_log (org_id, budget_month) where budget_month is not null;
create index audit_log_by_time on public.audit_log (org_id, created_at desc, seq desc);
create index audit_log_by_event on public.audit_log (org_id, event, created_at desc, seq desc);
create index audit_log_by_actor on public.audit_log (org_id, actor_user_id, created_at desc, seq desc)
  where actor_user_id is not null;
create index audit_log_by_session on public.audit_log (org_id, session_id, created_at desc, seq desc)
  where session_id is not null;
create index audit_log_by_tool on public.audit_log (org_id, tool, created_at desc, seq desc) where tool is not null;
create index audit_log_failed on public.audit_log (org_id, created_at desc, seq desc) where error is not null;

create table private.audit_heads (
  org_id uuid primary key,
  seq bigint not null,
  hash bytea not null
);

-- One row per redacted audit row, with a hash of what is left of it. It replaces the row's own hash in checks; that one
-- still links the chain. `fact_id` is the audit row that records the redaction.
create table private.audit_redactions (
  org_id uuid not null,
  seq bigint not null,
  fact_id text not null,
  hash bytea not null,
  primary key (org_id, seq, fact_id)
);
create index audit_redactions_of_fact on private.audit_redactions (org_id, fact_id, seq);

--!needs functions/audit-chain.sql

create trigger chain before insert on public.audit_log
  for each row execute function private.chain_audit_entry();

create trigger refuse_change before update or delete or truncate on public.audit_log
  for each statement execute function private.refuse_audit_change();

alter table public.audit_log enable row level security;
alter table public.audit_log force row level security;
create policy select_with_audit_read on public.audit_log for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'audit:read' = any (c.permissions)));
create policy insert_as_system on public.audit_log for insert to groundwire_app
  with check (org_id = (select c.org_id from private.claim() c where c.kind = 'system'));
create policy insert_as_self on public.audit_log for insert to groundwire_app
  with check ((org_id, actor_user_id) = (select c.org_id, c.user_id from private.claim() c));
create policy select_for_definer on public.audit_log for select to groundwire_owner using (true);
grant select on public.audit_log to groundwire_app;
grant insert (
  org_id, id, event, actor_user_id, session_id, run_id, message_id, program_id, design_id, tool, provider, model,
  input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, usage_estimated, cost_micros,
  price_version, parameters, result, error, duration_ms, request_id, _meta, created_at
) on public.audit_log to groundwire_app;
grant insert (budget_month) on public.audit_log to groundwire_app;
