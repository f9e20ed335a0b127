-- Runs a write once for its key, together with its journal and audit rows, and turns a refusal into a value. A dry run
-- prepares an approval and writes nothing.
set local role groundwire_owner;

-- Ends the calling function with a refusal; run_effect and run_read return it as a value.
create or replace function private.refuse(code text, message text, facts jsonb default '{}') returns void
language plpgsql as $$
begin
  raise exception using errcode = 'GW001', message = message,
    detail = jsonb_build_object('ok', false, 'code', code, 'message', message, 'facts', facts)::text;
end
$$;

-- What a caught error means to the user. Functions check their input before they write, so the later cases are what
-- only the tables notice; their words name no data.
create or replace function private.refusal_of(state text, detail text) returns jsonb
language sql immutable
return case
  when state = 'GW001' then detail::jsonb
  else jsonb_build_object('ok', false, 'facts', '{}'::jsonb) || case
    when state = '42501' then '{"code": "FORBIDDEN", "message": "You don''t have permission to do this."}'::jsonb
    when state = '23505' then '{"code": "DUPLICATE", "message": "This already exists."}'
    when state = '23503' then '{"code": "NOT_FOUND", "message": "Something this refers to doesn''t exist."}'
    else '{"code": "OUT_OF_RANGE", "message": "A value is out of range."}'
  end
end;

create or replace function private.effect_lock(effect_key text) returns bigint
language sql stable
return (select hashtextextended(format('effect %s %s %s', c.org_id, c.user_id, effect_key), 0) from private.claim() c);

-- Runs `worker(input, dry_run, expected) returns jsonb` once for its key. A dry run returns {proposal, versions} and
-- can run in a read-only transaction; a real run returns {data, affected, programId, designId}. A second call with the
-- same key at the same time waits for the first and gets its result.
create or replace function private.run_effect(
  worker text, input jsonb, dry_run boolean, expected jsonb, effect_key text, audit jsonb
) returns jsonb
language plpgsql as $$
declare
  done jsonb;
  answer jsonb;
  state text;
  detail text;
begin
  if not dry_run then
    if effect_key is null or audit ->> 'id' is null or audit ->> 'event' is null then
      return '{"ok": false, "code": "MISSING", "message": "A write needs its key and its audit event.", "facts": {"field": "effect_key"}}';
    end if;
    perform pg_advisory_xact_lock(private.effect_lock(effect_key));
    answer := (select j.result from public.effect_journal j where j.key = effect_key);
    if answer is not null then
      return answer;
    end if;
  end if;
  begin
    execute format('select %s($1, $2, $3)', worker::regproc) into done using coalesce(input, '{}'), dry_run, expected;
    if dry_run then
      return jsonb_build_object('ok', true) || done;
    end if;
    answer := jsonb_build_object('ok', true, 'data', done -> 'data');
    insert into public.effect_journal (org_id, user_id, key, result)
    select c.org_id, c.user_id, effect_key, answer from private.claim() c;
    perform private.note_effect(audit, done);
    return answer;
  exception
    when sqlstate 'GW001' or insufficient_privilege or unique_violation or foreign_key_violation or check_violation
      or numeric_value_out_of_range or string_data_right_truncation or invalid_text_representation
      or invalid_datetime_format or datetime_field_overflow then
      get stacked diagnostics state = returned_sqlstate, detail = pg_exception_detail;
      return private.refusal_of(state, detail);
  end;
end
$$;

create or replace function private.run_read(worker text, input jsonb) returns jsonb
language plpgsql as $$
declare
  answer jsonb;
  detail text;
begin
  execute format('select %s($1)', worker::regproc) into answer using coalesce(input, '{}');
  return jsonb_build_object('ok', true, 'data', answer);
exception when sqlstate 'GW001' then
  get stacked diagnostics detail = pg_exception_detail;
  return private.refusal_of('GW001', detail);
end
$$;

-- run_read for results that are as long as the structure they describe.
create or replace function private.run_long_read(worker text, input jsonb) returns json
language plpgsql as $$
declare
  answer json;
  detail text;
begin
  execute format('select %s($1)', worker::regproc) into answer using coalesce(input, '{}');
  return json_build_object('ok', true, 'data', answer);
exception when sqlstate 'GW001' then
  get stacked diagnostics detail = pg_exception_detail;
  return private.refusal_of('GW001', detail);
end
$$;

-- The audit row of an effect: what the caller knows, the result, and the claim's user.
create or replace function private.note_effect(audit jsonb, done jsonb) returns void
language sql
begin atomic
  insert into public.audit_log (
    org_id, id, event, actor_user_id, session_id, run_id, message_id, program_id, design_id, tool, provider, model,
    input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, usage_estimated, cost_micros,
    price_version, parameters, result, duration_ms, request_id, _meta
  )
  select c.org_id, audit ->> 'id', audit ->> 'event', c.user_id, (audit ->> 'session_id')::uuid, audit ->> 'run_id',
    audit ->> 'message_id', coalesce(audit ->> 'program_id', done ->> 'programId'),
    coalesce(audit ->> 'design_id', done ->> 'designId'), audit ->> 'tool', audit ->> 'provider', audit ->> 'model',
    (audit ->> 'input_tokens')::bigint, (audit ->> 'output_tokens')::bigint, (audit ->> 'cache_read_tokens')::bigint,
    (audit ->> 'cache_write_tokens')::bigint, (audit ->> 'reasoning_tokens')::bigint,
    (audit ->> 'usage_estimated')::boolean, (audit ->> 'cost_micros')::bigint, audit ->> 'price_version',
    audit -> 'parameters', done -> 'data',
    -- Since the transaction began, which is when the Worker's request reached the database.
    (extract(epoch from clock_timestamp() - transaction_timestamp()) * 1000)::bigint, audit ->> 'request_id',
    jsonb_build_object('affectedItemIds', coalesce(done -> 'affected', '[]'), 'transactionId', pg_current_xact_id()::text)
      || coalesce(nullif(audit -> '_meta', 'null'), '{}')
  from private.claim() c
  on conflict do nothing;
end;

-- The result of an effect whose response was lost; null if there is none. Waits for one that is still running.
create or replace function public.find_effect(key text) returns jsonb
language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(private.effect_lock(find_effect.key));
  return (select j.result from public.effect_journal j where j.key = find_effect.key);
end
$$;

grant execute on function private.refuse(text, text, jsonb), private.refusal_of(text, text),
  private.effect_lock(text), private.run_effect(text, jsonb, boolean, jsonb, text, jsonb),
  private.run_read(text, jsonb), private.run_long_read(text, jsonb), private.note_effect(jsonb, jsonb),
  public.find_effect(text) to groundwire_app;
