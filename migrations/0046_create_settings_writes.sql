-- Why: a settings change and the audit row that tells of it are one transaction, and two admins who save at once must not
-- undo each other: each change names the version that it was made on. These run under the caller's own rights, so the
-- policies of the tables still decide; a refusal is a value.
set local role groundwire_owner;

create function private.note_settings_change(
  area text, program uuid, before jsonb, after jsonb, request_id text
) returns void
language sql
begin atomic
  insert into public.audit_log (org_id, id, event, actor_user_id, program_id, request_id, parameters)
  select c.org_id, gen_random_uuid()::text, 'settings.changed', c.user_id, program::text, request_id,
    jsonb_build_object('area', area, 'before', before, 'after', after)
  from private.claim() c;
end;

-- Merges `changes` into settings.experimentalFeatures and leaves all other settings as they are. Version 0: never saved.
create function public.update_experimental_features(changes jsonb, expected_version bigint, request_id text)
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

-- A settings row as the audit log and a save conflict show it: all but who wrote it when. It never holds a key.
create function private.ai_settings_json(entry public.ai_settings) returns jsonb
language sql stable
return to_jsonb(entry) - array['org_id', 'id', 'program_id', 'version', 'updated_by', 'updated_at']
  || jsonb_build_object('keys', (
    select coalesce(jsonb_object_agg(k.slot, k.replaced_at), '{}') from public.ai_keys k
    where k.org_id = entry.org_id and k.setting_id = entry.id
  ));

-- `keys` holds {sealed, lastFour} for a key to store and null for one to remove; a slot that is not named keeps its key.
create function private.put_ai_keys(setting uuid, keys jsonb) returns void
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
      -- Never the same instant twice: it tells one key from the next.
      replaced_at = greatest(clock_timestamp(), k.replaced_at + interval '1 millisecond')
    where k.org_id = who.org_id and k.setting_id = setting and k.slot = slot_name;
    if not found then
      insert into public.ai_keys (org_id, setting_id, slot, sealed, last_four, replaced_by, replaced_at)
      values (who.org_id, setting, slot_name, given ->> 'sealed', given ->> 'lastFour', who.user_id, clock_timestamp());
    end if;
  end loop;
end
$$;

-- `input` is the whole row but for its version and writer. The id comes with it, since keys are sealed for a row.
create function public.create_ai_settings(input jsonb, keys jsonb, request_id text) returns jsonb
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
    org_id, id, program_id, enabled, provider, model, base_url, fallback_provider, fallback_model, fallback_base_url,
    version, updated_by
  ) values (
    who.org_id, entry.id, entry.program_id, entry.enabled, entry.provider, entry.model, entry.base_url,
    entry.fallback_provider, entry.fallback_model, entry.fallback_base_url, 1, who.user_id
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

create function public.update_ai_settings(input jsonb, keys jsonb, expected_version bigint, request_id text)
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
    version = stored.version + 1, updated_by = who.user_id, updated_at = now()
  where s.org_id = who.org_id and s.id = entry.id;
  perform private.put_ai_keys(entry.id, keys);
  select * into entry from public.ai_settings s where s.org_id = who.org_id and s.id = entry.id;
  perform private.note_settings_change('aiSettings', entry.program_id, before, private.ai_settings_json(entry), request_id);
  return jsonb_build_object('ok', true);
end
$$;

-- The scope goes back to what it would have without a row. Its keys go with the row.
create function public.delete_ai_settings(setting uuid, request_id text) returns jsonb
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

grant execute on function private.note_settings_change(text, uuid, jsonb, jsonb, text),
  private.ai_settings_json(public.ai_settings), private.put_ai_keys(uuid, jsonb),
  public.update_experimental_features(jsonb, bigint, text), public.create_ai_settings(jsonb, jsonb, text),
  public.update_ai_settings(jsonb, jsonb, bigint, text), public.delete_ai_settings(uuid, text) to groundwire_app;
