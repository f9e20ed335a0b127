-- Feature flags, the rules for keeping conversations and the allowed origins. Updates expect the version that the admin saw, and write their
-- audit row in the same transaction.
set local role groundwire_owner;

create or replace function private.note_settings_change(
  area text, program uuid, before jsonb, after jsonb, request_id text
) returns void
language sql
begin atomic
  insert into public.audit_log (org_id, id, event, actor_user_id, program_id, request_id, parameters)
  select c.org_id, gen_random_uuid()::text, 'settings.changed', c.user_id, program::text, request_id,
    jsonb_build_object('area', area, 'before', before, 'after', after)
  from private.claim() c;
end;

-- Merges `changes` into settings.experimentalFeatures and leaves all other settings unchanged. Version 0: never saved.
create or replace function public.update_experimental_features(changes jsonb, expected_version bigint, request_id text)
returns jsonb
language plpgsql as $$
declare
  who record;
  stored public.tenant_settings;
  before jsonb;
  after jsonb;
begin
  select c.org_id, c.user_id into who from private.claim() c where 'settings:update' = any (c.permissions);
  if not found then
    return '{"ok": false, "code": "FORBIDDEN"}';
  end if;
  insert into public.tenant_settings (org_id, version, updated_by) values (who.org_id, 0, who.user_id)
  on conflict do nothing;
  select * into stored from public.tenant_settings t where t.org_id = who.org_id for update;
  before := coalesce(stored.settings -> 'experimentalFeatures', '{}');
  if stored.version <> expected_version then
    return jsonb_build_object('ok', false, 'code', 'CONFLICT', 'version', stored.version, 'features', before);
  end if;
  after := before || changes;
  if after <> before then
    update public.tenant_settings t
    set settings = stored.settings || jsonb_build_object('experimentalFeatures', after),
      version = stored.version + 1, updated_by = who.user_id, updated_at = now()
    where t.org_id = who.org_id;
    perform private.note_settings_change('experimentalFeatures', null, before, after, request_id);
  end if;
  return jsonb_build_object('ok', true);
end
$$;

create or replace function private.session_rules_json(entry public.session_rules) returns jsonb
language sql stable
return jsonb_build_object('keepNewest', entry.keep_newest, 'retentionDays', entry.retention_days);

-- Version 0: never saved. A conflict returns what is stored.
create or replace function public.update_session_rules(keep integer, days integer, expected_version bigint, request_id text)
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

-- The rules of each of the subject's organizations that has any.
create or replace function public.account_session_rules()
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

-- For the sweep of one organization, under its system claim: the conversations that its rules no longer keep at
-- `as_of`, oldest first, after a cursor, with their owners and without their words. Pinned and shared ones are always
-- kept.
create or replace function public.sessions_beyond_rules(
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

-- Replaces the list. Version 0: never saved. A conflict returns what is stored.
create or replace function public.update_allowed_origins(listed text[], expected_version bigint, request_id text)
returns jsonb
language plpgsql as $$
declare
  who record;
  stored public.embed_settings;
begin
  select c.org_id, c.user_id into who from private.claim() c where 'settings:update' = any (c.permissions);
  if not found then
    return '{"ok": false, "code": "FORBIDDEN"}';
  end if;
  insert into public.embed_settings (org_id, version, updated_by) values (who.org_id, 0, who.user_id)
  on conflict do nothing;
  select * into stored from public.embed_settings s where s.org_id = who.org_id for update;
  if stored.version <> expected_version then
    return jsonb_build_object('ok', false, 'code', 'CONFLICT', 'version', stored.version,
      'origins', to_jsonb(stored.origins));
  end if;
  update public.embed_settings s
  set origins = listed, version = stored.version + 1, updated_by = who.user_id, updated_at = now()
  where s.org_id = who.org_id;
  if listed <> stored.origins then
    perform private.note_settings_change(
      'allowedOrigins', null, to_jsonb(stored.origins), to_jsonb(listed), request_id);
  end if;
  return jsonb_build_object('ok', true);
end
$$;

-- Which organization lists which origin, for all organizations: a preflight has no token, and a frame's address only a
-- slug. The Worker keeps the whole list for seconds, so that unknown origins cost no query each.
create or replace function public.all_allowed_origins(max_rows integer)
returns table (slug text, origin text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select o.slug, l.origin
  from private.claim() c
  cross join public.embed_settings s
  join public.orgs o on o.id = s.org_id
  cross join unnest(s.origins) l (origin)
  where c.kind = 'installation'
  order by o.slug, l.origin
  limit least(greatest(max_rows, 1), 100000);
end;

grant execute on function private.note_settings_change(text, uuid, jsonb, jsonb, text),
  public.update_experimental_features(jsonb, bigint, text), private.session_rules_json(public.session_rules),
  public.update_session_rules(integer, integer, bigint, text), public.account_session_rules(),
  public.sessions_beyond_rules(timestamptz, timestamptz, uuid, integer),
  public.update_allowed_origins(text[], bigint, text), public.all_allowed_origins(integer) to groundwire_app;
