-- Why: what happened, for good. Rows are only ever added; each carries the hash of the one before it in its org, so that
-- a changed, removed or inserted row is found. Later columns must be nullable: a null column is not part of the hash.
set local role groundwire_owner;

create table public.audit_log (
  org_id uuid not null references public.orgs (id),
  seq bigint not null,
  -- Text and made by the writer, so that the same fact sent twice is one row.
  id text not null check (length(id) between 1 and 200),
  event text not null check (length(event) between 1 and 64),
  -- No foreign keys to people and conversations: the row outlives both.
  -- Null where nobody but the system acted.
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
  primary key (org_id, id),
  unique (org_id, seq)
);
create index audit_log_newest on public.audit_log (org_id, created_at desc);

create table private.audit_heads (
  org_id uuid primary key,
  seq bigint not null,
  hash bytea not null
);

create function private.audit_hash(entry public.audit_log) returns bytea
language sql immutable
-- A timestamp's JSON form follows the session's time zone.
set timezone = 'UTC'
return sha256(entry.prev_hash || convert_to((
  select jsonb_object_agg(e.key, e.value)::text
  from jsonb_each(to_jsonb(entry) - 'hash' - 'prev_hash') e
  where e.value <> 'null'::jsonb
), 'UTF8'));

-- One writer an org at a time, by the lock on the head. A fact that is there already is skipped under that lock, so that
-- `on conflict do nothing` never leaves a gap. Another org's row is left
-- to the policy, which refuses it whether such a row exists or not.
create function private.chain_audit_entry() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  head private.audit_heads;
begin
  if not exists (select from private.claim() c where c.org_id = new.org_id) then
    return new;
  end if;
  insert into private.audit_heads (org_id, seq, hash) values (new.org_id, 0, sha256('')) on conflict do nothing;
  select * into head from private.audit_heads h where h.org_id = new.org_id for update;
  if exists (select from public.audit_log a where a.org_id = new.org_id and a.id = new.id) then
    return null;
  end if;
  new.seq := head.seq + 1;
  new.prev_hash := head.hash;
  new.hash := private.audit_hash(new);
  update private.audit_heads h set seq = new.seq, hash = new.hash where h.org_id = new.org_id;
  return new;
end
$$;
create trigger chain before insert on public.audit_log
  for each row execute function private.chain_audit_entry();

create function private.refuse_audit_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise insufficient_privilege using message = 'audit_log is only ever added to';
end
$$;
create trigger refuse_change before update or delete or truncate on public.audit_log
  for each statement execute function private.refuse_audit_change();

-- The first place where the chain of an org does not hold; no row when all of it holds.
create function private.find_audit_break(chain_org uuid) returns table (seq bigint, reason text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  entry public.audit_log;
  expected_seq bigint := 0;
  expected_hash bytea := sha256('');
begin
  for entry in select * from public.audit_log a where a.org_id = chain_org order by a.seq loop
    expected_seq := expected_seq + 1;
    if entry.seq <> expected_seq then
      return query select expected_seq, 'missing';
      return;
    end if;
    if entry.prev_hash <> expected_hash or entry.hash <> private.audit_hash(entry) then
      return query select expected_seq, 'changed';
      return;
    end if;
    expected_hash := entry.hash;
  end loop;
  if exists (
    select from private.audit_heads h where h.org_id = chain_org and (h.seq <> expected_seq or h.hash <> expected_hash)
  ) or (expected_seq > 0 and not exists (select from private.audit_heads h where h.org_id = chain_org)) then
    return query select expected_seq + 1, 'missing';
  end if;
end
$$;

create function public.find_audit_break() returns table (seq bigint, reason text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select b.seq, b.reason
  from private.claim() c cross join lateral private.find_audit_break(c.org_id) b
  where 'audit:read' = any (c.permissions);
end;
grant execute on function public.find_audit_break() to groundwire_app;

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
