-- Provider settings of an organization and of its programs. Keys are sealed by the Worker; only account_ai_settings() returns
-- them, still sealed.
--!needs functions/claim.sql
set local role groundwire_owner;

-- The provider settings of each of the subject's organizations: the row of the organization, and those of the programs
-- that the person can see. Keys are sealed.
create or replace function public.account_ai_settings()
returns table (org_id uuid, settings jsonb)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select m.org_id, jsonb_agg(jsonb_build_object(
    'id', s.id, 'programId', s.program_id, 'programCode', p.code, 'enabled', s.enabled,
    'effort', s.effort, 'effortCeiling', s.effort_ceiling,
    'primary', jsonb_build_object('provider', s.provider, 'model', s.model, 'baseUrl', s.base_url,
      'wire', s.wire, 'sealedKey', k.sealed, 'keyReplacedAt', k.replaced_at, 'serverLimits', l.limits),
    'fallback', jsonb_build_object('provider', s.fallback_provider, 'model', s.fallback_model,
      'baseUrl', s.fallback_base_url, 'wire', s.fallback_wire, 'sealedKey', f.sealed, 'keyReplacedAt', f.replaced_at,
      'serverLimits', g.limits)
  ) order by s.id)
  from private.claim() c
  join public.users u on u.subject = c.subject
  join public.memberships m on m.user_id = u.id
  join public.roles r on r.org_id = m.org_id and r.name = m.role
  join public.ai_settings s on s.org_id = m.org_id
  left join plm.programs p on p.org_id = s.org_id and p.id = s.program_id
  left join public.ai_keys k on k.org_id = s.org_id and k.setting_id = s.id and k.slot = 'primary'
  left join public.ai_keys f on f.org_id = s.org_id and f.setting_id = s.id and f.slot = 'fallback'
  left join public.ai_server_limits l on l.org_id = s.org_id and l.setting_id = s.id and l.slot = 'primary'
  left join public.ai_server_limits g on g.org_id = s.org_id and g.setting_id = s.id and g.slot = 'fallback'
  where c.kind = 'subject' and (
    s.program_id is null or 'programs:all' = any (r.permissions) or exists (
      select from plm.program_members pm
      where pm.org_id = s.org_id and pm.program_id = s.program_id and pm.user_id = u.id
    )
  )
  group by m.org_id;
end;

-- A settings row as the audit log and a save conflict show it: everything but the writer and the time. Never a key.
create or replace function private.ai_settings_json(entry public.ai_settings) returns jsonb
language sql stable
return to_jsonb(entry) - array['org_id', 'id', 'program_id', 'version', 'updated_by', 'updated_at']
  || jsonb_build_object('keys', (
    select coalesce(jsonb_object_agg(k.slot, k.replaced_at), '{}') from public.ai_keys k
    where k.org_id = entry.org_id and k.setting_id = entry.id
  ));

-- `keys` has {sealed, lastFour} for a key to store and null for one to remove; a slot that is not named keeps its key.
create or replace function private.put_ai_keys(setting uuid, keys jsonb) returns void
language plpgsql as $$
declare
  who record;
  slot_name text;
  given jsonb;
begin
  select c.org_id, c.user_id into who from private.claim() c;
  for slot_name, given in select e.key, e.value from jsonb_each(keys) e loop
    if given = 'null' then
      delete from public.ai_keys k where k.org_id = who.org_id and k.setting_id = setting and k.slot = slot_name;
      continue;
    end if;
    update public.ai_keys k
    set sealed = given ->> 'sealed', last_four = given ->> 'lastFour', replaced_by = who.user_id,
      -- Never the same time twice, because the time tells one key from the next.
      replaced_at = greatest(clock_timestamp(), k.replaced_at + interval '1 millisecond')
    where k.org_id = who.org_id and k.setting_id = setting and k.slot = slot_name;
    if not found then
      insert into public.ai_keys (org_id, setting_id, slot, sealed, last_four, replaced_by, replaced_at)
      values (who.org_id, setting, slot_name, given ->> 'sealed', given ->> 'lastFour', who.user_id, clock_timestamp());
    end if;
  end loop;
end
$$;

-- `input` is the whole row without version and writer. The caller chooses the id, because keys are sealed for a row.
create or replace function public.create_ai_settings(input jsonb, keys jsonb, request_id text) returns jsonb
language plpgsql as $$
declare
  who record;
  entry public.ai_settings := jsonb_populate_record(null::public.ai_settings, input);
begin
  select c.org_id, c.user_id into who from private.claim() c where 'ai_settings:create' = any (c.permissions);
  if not found then
    return '{"ok": false, "code": "FORBIDDEN"}';
  end if;
  insert into public.ai_settings (
    org_id, id, program_id, enabled, provider, model, base_url, wire, fallback_provider, fallback_model, fallback_base_url,
    fallback_wire, effort, effort_ceiling, version, updated_by
  ) values (
    who.org_id, entry.id, entry.program_id, entry.enabled, entry.provider, entry.model, entry.base_url, entry.wire,
    entry.fallback_provider, entry.fallback_model, entry.fallback_base_url, entry.fallback_wire,
    entry.effort, entry.effort_ceiling, 1, who.user_id
  ) on conflict do nothing;
  if not found then
    return '{"ok": false, "code": "EXISTS"}';
  end if;
  perform private.put_ai_keys(entry.id, keys);
  select * into entry from public.ai_settings s where s.org_id = who.org_id and s.id = entry.id;
  perform private.note_settings_change('aiSettings', entry.program_id, null, private.ai_settings_json(entry), request_id);
  return jsonb_build_object('ok', true);
end
$$;

create or replace function public.update_ai_settings(input jsonb, keys jsonb, expected_version bigint, request_id text)
returns jsonb
language plpgsql as $$
declare
  who record;
  entry public.ai_settings := jsonb_populate_record(null::public.ai_settings, input);
  stored public.ai_settings;
  before jsonb;
begin
  select c.org_id, c.user_id into who from private.claim() c where 'ai_settings:update' = any (c.permissions);
  if not found then
    return '{"ok": false, "code": "FORBIDDEN"}';
  end if;
  select * into stored from public.ai_settings s where s.org_id = who.org_id and s.id = entry.id for update;
  if not found then
    return '{"ok": false, "code": "NOT_FOUND"}';
  end if;
  before := private.ai_settings_json(stored);
  if stored.version <> expected_version then
    return jsonb_build_object('ok', false, 'code', 'CONFLICT');
  end if;
  update public.ai_settings s
  set enabled = entry.enabled, provider = entry.provider, model = entry.model, base_url = entry.base_url,
    fallback_provider = entry.fallback_provider, fallback_model = entry.fallback_model,
    fallback_base_url = entry.fallback_base_url,
    -- A release before the wires and efforts doesn't name them, and must not clear them.
    wire = case when entry.provider is null then null when input ? 'wire' then entry.wire else s.wire end,
    fallback_wire = case
      when entry.fallback_provider is null then null
      when input ? 'fallback_wire' then entry.fallback_wire
      else s.fallback_wire
    end,
    effort = case when input ? 'effort' then entry.effort else s.effort end,
    effort_ceiling = case when input ? 'effort_ceiling' then entry.effort_ceiling else s.effort_ceiling end,
    version = stored.version + 1, updated_by = who.user_id, updated_at = now()
  where s.org_id = who.org_id and s.id = entry.id;
  perform private.put_ai_keys(entry.id, keys);
  select * into entry from public.ai_settings s where s.org_id = who.org_id and s.id = entry.id;
  perform private.note_settings_change('aiSettings', entry.program_id, before, private.ai_settings_json(entry), request_id);
  return jsonb_build_object('ok', true);
end
$$;

-- Without a row, the settings are inherited again. The keys are deleted with the row.
create or replace function public.delete_ai_settings(setting uuid, request_id text) returns jsonb
language plpgsql as $$
declare
  stored public.ai_settings;
  before jsonb;
begin
  if not exists (select from private.claim() c where 'ai_settings:update' = any (c.permissions)) then
    return '{"ok": false, "code": "FORBIDDEN"}';
  end if;
  select * into stored from public.ai_settings s
  where s.org_id = (select c.org_id from private.claim() c) and s.id = setting for update;
  if not found then
    return '{"ok": false, "code": "NOT_FOUND"}';
  end if;
  before := private.ai_settings_json(stored);
  delete from public.ai_settings s where s.org_id = stored.org_id and s.id = stored.id;
  perform private.note_settings_change('aiSettings', stored.program_id, before, null, request_id);
  return jsonb_build_object('ok', true);
end
$$;

-- Stores what a server said about its models, by slot. No effect on a settings row that was removed meanwhile, or that the person
-- can't see.
create or replace function public.note_ai_limits(setting uuid, noted jsonb) returns void
language sql as $$
  insert into public.ai_server_limits (org_id, setting_id, slot, limits)
  select s.org_id, s.id, e.key, e.value
  from private.claim() c
  join public.ai_settings s on s.org_id = c.org_id and s.id = setting
  cross join jsonb_each(noted) e
  where c.permissions && array['ai_settings:create', 'ai_settings:update']
  on conflict (org_id, setting_id, slot) do update set limits = excluded.limits
$$;

grant execute on function public.account_ai_settings(), private.ai_settings_json(public.ai_settings),
  private.put_ai_keys(uuid, jsonb), public.create_ai_settings(jsonb, jsonb, text),
  public.update_ai_settings(jsonb, jsonb, bigint, text), public.delete_ai_settings(uuid, text),
  public.note_ai_limits(uuid, jsonb) to groundwire_app;
