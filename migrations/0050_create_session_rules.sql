-- Why: how many conversations of each person are kept, and for how long, is the org's to say. A row of its own and not a key
-- of tenant_settings, so that whoever saves these rules and whoever turns features on never meet in one version. No row: the
-- newest 50 are kept, however old. Audit rows outlive them.
set local role groundwire_owner;

create table public.session_rules (
  org_id uuid primary key references public.orgs (id),
  keep_newest integer not null default 50 check (keep_newest between 1 and 500),
  -- Null: however old.
  retention_days integer check (retention_days between 1 and 3650),
  version bigint not null default 1,
  updated_by uuid references public.users (id),
  updated_at timestamptz(3) not null default now()
);

-- As those of tenant_settings: every member may know how long their words are kept, an admin writes in their own name.
alter table public.session_rules enable row level security;
alter table public.session_rules force row level security;
create policy select_own_org on public.session_rules for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where c.kind = 'user'));
create policy insert_with_settings_update on public.session_rules for insert to groundwire_app
  with check ((org_id, updated_by) = (
    select c.org_id, c.user_id from private.claim() c where 'settings:update' = any (c.permissions)
  ));
create policy update_with_settings_update on public.session_rules for update to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'settings:update' = any (c.permissions)))
  with check ((org_id, updated_by) = (
    select c.org_id, c.user_id from private.claim() c where 'settings:update' = any (c.permissions)
  ));
create policy select_for_definer on public.session_rules for select to groundwire_owner using (true);
grant select on public.session_rules to groundwire_app;
grant insert (org_id, keep_newest, retention_days, version, updated_by, updated_at) on public.session_rules to groundwire_app;
grant update (keep_newest, retention_days, version, updated_by, updated_at) on public.session_rules to groundwire_app;

create function private.session_rules_json(entry public.session_rules) returns jsonb
language sql stable
return jsonb_build_object('keepNewest', entry.keep_newest, 'retentionDays', entry.retention_days);

-- Version 0: never saved. A conflict answers what is stored.
create function public.update_session_rules(keep integer, days integer, expected_version bigint, request_id text)
returns jsonb
language plpgsql as $$
declare
  who record;
  stored public.session_rules;
  saved public.session_rules;
begin
  select c.org_id, c.user_id into who from private.claim() c where 'settings:update' = any (c.permissions);
  if not found then
    return '{"ok": false, "code": "FORBIDDEN"}';
  end if;
  insert into public.session_rules (org_id, version, updated_by) values (who.org_id, 0, who.user_id)
  on conflict do nothing;
  select * into stored from public.session_rules s where s.org_id = who.org_id for update;
  if stored.version <> expected_version then
    return jsonb_build_object('ok', false, 'code', 'CONFLICT', 'version', stored.version,
      'rules', private.session_rules_json(stored));
  end if;
  update public.session_rules s
  set keep_newest = keep, retention_days = days, version = stored.version + 1, updated_by = who.user_id, updated_at = now()
  where s.org_id = who.org_id
  returning * into saved;
  if private.session_rules_json(saved) <> private.session_rules_json(stored) then
    perform private.note_settings_change(
      'sessions', null, private.session_rules_json(stored), private.session_rules_json(saved), request_id);
  end if;
  return jsonb_build_object('ok', true);
end
$$;
grant execute on function private.session_rules_json(public.session_rules),
  public.update_session_rules(integer, integer, bigint, text) to groundwire_app;

-- The rules of each org of the claim's subject that has any, as account_access() says the rights.
create function public.account_session_rules()
returns table (org_id uuid, keep_newest integer, retention_days integer)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select s.org_id, s.keep_newest, s.retention_days
  from private.claim() c
  join public.users u on u.subject = c.subject
  join public.memberships m on m.user_id = u.id
  join public.session_rules s on s.org_id = m.org_id
  where c.kind = 'subject';
end;
grant execute on function public.account_session_rules() to groundwire_app;

-- For the sweep of one org, under its system claim: the conversations that its rules no longer keep at `as_of`, oldest
-- first, behind a place. Whose they are goes with them, no word of them does. Pinned and shared ones are always kept.
create function public.sessions_beyond_rules(
  as_of timestamptz, after_updated_at timestamptz, after_id uuid, max_rows integer
)
returns table (id uuid, user_id uuid, subject text, updated_at timestamptz)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with rules as (
    select c.org_id, coalesce(s.keep_newest, 50) as keep_newest, s.retention_days
    from private.claim() c
    left join public.session_rules s on s.org_id = c.org_id
    where c.kind = 'system' and c.user_id is null
  ), placed as (
    select v.id, v.user_id, v.updated_at, r.keep_newest, r.retention_days,
      row_number() over (partition by v.user_id order by v.updated_at desc, v.id desc) as place
    from rules r
    join public.ai_conversations v on v.org_id = r.org_id and v.audience = 'private' and not v.pinned
  )
  select p.id, p.user_id, u.subject, p.updated_at
  from placed p
  join public.users u on u.id = p.user_id
  where (p.place > p.keep_newest or p.updated_at < as_of - make_interval(days => p.retention_days))
    and (after_id is null or (p.updated_at, p.id) > (after_updated_at, after_id))
  order by p.updated_at, p.id
  limit least(greatest(max_rows, 1), 1000);
end;
grant execute on function public.sessions_beyond_rules(timestamptz, timestamptz, uuid, integer) to groundwire_app;
