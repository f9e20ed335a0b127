-- Erases a person or a whole organization for good, and the list of Durable Objects that still have to erase their part.
-- Runs as the owner of the database, from `npm run admin`.
set local role groundwire_owner;

-- A person who was invited again and joined is a member like any other.
create or replace function private.is_erased(org uuid, person uuid) returns boolean
language sql stable
return exists (
  select from private.erasures e
  where e.org_id = org and (e.user_id is null or (e.user_id = person and not exists (
    select from public.memberships m where m.org_id = org and m.user_id = person
  )))
);

-- The owner of the database, who also owns its claim keys, writes through the same policies as the Worker.
create or replace function private.note_as_installation(org uuid, fact text, event text, parameters jsonb) returns void
language plpgsql as $$
declare
  key private.claim_keys;
  body text := rtrim(translate(replace(encode(convert_to(jsonb_build_object('kind', 'system', 'org', org,
    'exp', extract(epoch from clock_timestamp())::bigint + 600)::text, 'UTF8'), 'base64'), E'\n', ''), '+/', '-_'), '=');
begin
  select * into key from private.claim_keys k order by k.created_at desc, k.kid limit 1;
  if not found then
    raise exception 'the database has no claim key; run the migrations with CLAIM_KEY';
  end if;
  perform set_config('groundwire.claim', key.kid || '.' || body || '.' || rtrim(translate(
    encode(private.hmac_sha256(key.inner_pad, key.outer_pad, key.kid || '.' || body), 'base64'), '+/', '-_'), '='), true);
  insert into public.audit_log (org_id, id, event, parameters)
  values (org, fact, note_as_installation.event, note_as_installation.parameters);
  perform set_config('groundwire.claim', '', true);
end
$$;

-- Redacts audit rows whose actor or subject is erased. The person is replaced and their words and tool arguments are
-- removed. What happened, when, with which model, for how many tokens and at what cost stays. Returns the number of
-- rows.
create or replace function private.redact_audit(org uuid, person uuid, stand_in uuid, address text, reason text) returns bigint
language plpgsql as $$
declare
  fact text := gen_random_uuid()::text;
  touched bigint;
begin
  perform set_config('groundwire.redaction', pg_current_xact_id()::text, true);
  with redacted as (
    update public.audit_log a set
      actor_user_id = case when a.actor_user_id = person then stand_in else a.actor_user_id end,
      parameters = case
        when a.tool is not null and a.actor_user_id = person then null
        when a.event = 'audit.redacted' then a.parameters
        else (case when a.parameters ->> 'userId' = person::text then jsonb_set(a.parameters, '{userId}', to_jsonb(stand_in)) else a.parameters end)
          - (case when lower(a.parameters ->> 'email') = lower(address) then 'email' else '' end)
      end,
      result = case when a.actor_user_id = person then null else a.result end
    where a.org_id = org and a.event <> 'audit.redacted' and (
      a.actor_user_id = person or a.parameters ->> 'userId' = person::text or lower(a.parameters ->> 'email') = lower(address)
    )
    returning a.seq, private.audit_hash(a) as hash
  )
  insert into private.audit_redactions (org_id, seq, fact_id, hash) select org, r.seq, fact, r.hash from redacted r;
  get diagnostics touched = row_count;
  perform set_config('groundwire.redaction', '', true);
  perform private.note_as_installation(org, fact, 'audit.redacted', jsonb_build_object(
    'reason', reason, 'standInId', stand_in, 'rows', touched, 'digest', private.redaction_digest(org, fact)));
  return touched;
end
$$;

-- Erases one person from one organization. What others wrote stays; records of the organization stay with a stand-in as
-- their author.
create or replace function private.erase_person(org uuid, person uuid) returns jsonb
language plpgsql as $$
declare
  who public.users;
  stand_in uuid := gen_random_uuid();
  shared uuid[];
  counted jsonb := '{}';
  touched bigint;
  naming record;
  is_gone boolean;
begin
  select * into who from public.users u where u.id = person;
  if not found then
    raise exception 'there is no such person';
  end if;
  perform private.lock_members(org);
  insert into public.users (id, subject, email, name)
  values (stand_in, 'erased:' || stand_in, stand_in || '@erased.invalid', 'Erased person');

  -- Shared conversations, and copies that others made.
  select coalesce(array_agg(v.id), '{}') into shared from public.ai_conversations v
  where v.org_id = org and (v.audience = 'shared' and v.user_id = person or v.user_id <> person and exists (
    select from public.ai_messages m where m.org_id = org and m.user_id = v.user_id and m.conversation_id = v.id and m.author_id = person
  ));
  insert into private.object_chores (kind, org_id, name)
  select 'erase-conversation', org, v.id from public.ai_conversations v
  where v.org_id = org and v.user_id = person and v.audience = 'private';
  insert into private.object_chores (kind, org_id, name, details)
  select 'erase-words', org, v.id, jsonb_build_object('userId', person, 'standInId', stand_in) from unnest(shared) v (id);

  with gone as (
    delete from public.ai_conversations v where v.org_id = org and v.user_id = person and v.audience = 'private' returning v.id
  ), told as (select count(*) as conversations from gone)
  select jsonb_build_object('conversations', told.conversations, 'messages', (
    -- As of before the statement: the rows go with their conversations.
    select count(*) from public.ai_messages m where m.org_id = org and m.user_id = person and m.audience = 'private'
  )) into counted from told;

  -- The person's turns in shared conversations: their messages and the answers to them.
  update public.ai_messages m
  set content = '[erased]', parts = '[{"type": "text", "content": "[erased]"}]', tool_calls = null,
    author_id = case when m.author_id = person then stand_in else m.author_id end
  where m.org_id = org and m.conversation_id = any (shared) and (m.author_id = person or m.run_id in (
    select o.run_id from public.ai_messages o where o.org_id = org and o.conversation_id = m.conversation_id and o.author_id = person
  ));
  get diagnostics touched = row_count;
  counted := counted || jsonb_build_object('sharedMessages', touched);
  update public.ai_conversations v set user_id = stand_in where v.org_id = org and v.user_id = person;

  delete from public.ai_feedback f where f.org_id = org and f.user_id = person;
  get diagnostics touched = row_count;
  counted := counted || jsonb_build_object('feedback', touched);
  delete from public.effect_journal j where j.org_id = org and j.user_id = person;
  delete from public.invitations i where i.org_id = org and i.email = lower(who.email);
  get diagnostics touched = row_count;
  counted := counted || jsonb_build_object('invitations', touched);
  delete from public.memberships m where m.org_id = org and m.user_id = person;
  get diagnostics touched = row_count;
  counted := counted || jsonb_build_object('memberships', touched);
  delete from private.issuer_grants g where g.org_id = org and g.user_id = person;

  touched := 0;
  for naming in
    select k.conrelid::regclass as relation, a.attname as name
    from pg_constraint k
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    join pg_attribute o on o.attrelid = k.conrelid and o.attname = 'org_id'
    where k.contype = 'f' and k.confrelid = 'public.users'::regclass and k.conrelid <> 'public.memberships'::regclass
  loop
    execute format('update %s set %I = $1 where org_id = $2 and %I = $3', naming.relation, naming.name, naming.name)
      using stand_in, org, person;
    if found then
      touched := touched + 1;
    end if;
  end loop;
  counted := counted || jsonb_build_object('columnsNamingThem', touched);
  counted := counted || jsonb_build_object('auditRows', private.redact_audit(org, person, stand_in, who.email, 'person'));

  insert into private.erasures (org_id, user_id) values (org, person)
  on conflict (org_id, user_id) do update set erased_at = excluded.erased_at;
  is_gone := not exists (select from public.memberships m where m.user_id = person);
  insert into private.object_chores (kind, org_id, name, details)
  values ('erase-account', org, who.subject, jsonb_build_object('isGone', is_gone));
  -- Rows of other organizations may still name a person who has left them; those organizations erase them.
  if is_gone then
    begin
      delete from public.users u where u.id = person;
    exception when foreign_key_violation then
      is_gone := false;
    end;
  end if;
  return counted || jsonb_build_object('personRow', is_gone, 'chores', (
    select count(*) from private.object_chores o where o.org_id = org));
end
$$;

-- The same for a whole organization: each person is replaced by a stand-in that only the log has, and all words are
-- removed.
create or replace function private.redact_whole_audit(org uuid) returns bigint
language plpgsql as $$
declare
  fact text := gen_random_uuid()::text;
  touched bigint;
begin
  perform set_config('groundwire.redaction', pg_current_xact_id()::text, true);
  with actors as (
    select distinct a.actor_user_id as id from public.audit_log a where a.org_id = org and a.actor_user_id is not null
  ), stand_ins as materialized (
    select o.id, gen_random_uuid() as stand_in from actors o
  ), redacted as (
    update public.audit_log a
    set actor_user_id = (select s.stand_in from stand_ins s where s.id = a.actor_user_id), parameters = null, result = null
    where a.org_id = org and a.event <> 'audit.redacted'
      and (a.actor_user_id is not null or a.parameters is not null or a.result is not null)
    returning a.seq, private.audit_hash(a) as hash
  )
  insert into private.audit_redactions (org_id, seq, fact_id, hash) select org, r.seq, fact, r.hash from redacted r;
  get diagnostics touched = row_count;
  perform set_config('groundwire.redaction', '', true);
  perform private.note_as_installation(org, fact, 'audit.redacted', jsonb_build_object(
    'reason', 'org', 'rows', touched, 'digest', private.redaction_digest(org, fact)));
  return touched;
end
$$;

-- Erases an organization with everything in it. Its audit log stays, redacted, under an organization without a name:
-- bills are derived from it.
create or replace function private.erase_org(org uuid) returns jsonb
language plpgsql as $$
declare
  people uuid[];
  person uuid;
  statement text;
  deleted jsonb;
  counted jsonb := '{}';
  touched bigint;
begin
  perform private.lock_members(org);
  select coalesce(array_agg(p.id), '{}') into people from (
    select m.user_id as id from public.memberships m where m.org_id = org
    union select v.user_id from public.ai_conversations v where v.org_id = org
    union select a.actor_user_id from public.audit_log a where a.org_id = org
  ) p;
  insert into private.object_chores (kind, org_id, name)
  select 'erase-conversation', org, v.id from public.ai_conversations v where v.org_id = org;
  insert into private.object_chores (kind, org_id, name, details)
  select 'erase-account', org, u.subject, jsonb_build_object('isGone', not exists (
    select from public.memberships o where o.user_id = u.id and o.org_id <> org
  ))
  from public.users u where u.subject not like 'erased:%' and u.id = any (people);
  insert into private.object_chores (kind, org_id) values ('erase-org', org);

  counted := jsonb_build_object('auditRows', private.redact_whole_audit(org));

  -- First, because a trigger updates them when a membership goes.
  delete from private.issuer_grants g where g.org_id = org;
  -- All tables in one statement, because rows refer to each other in circles and the check runs when the statement
  -- ends. Generated, so that new tables are included.
  select 'with ' || string_agg(format('d%s as (delete from %s where org_id = $1 returning 1)', t.n, t.relation), ', ')
    || ' select jsonb_object_agg(c.name, c.rows) from (values '
    || string_agg(format('(%L, (select count(*) from d%s))', t.relation, t.n), ', ') || ') c (name, rows) where c.rows > 0'
  into statement
  from (
    select c.oid::regclass::text as relation, row_number() over (order by c.oid) as n
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
    where c.relkind in ('r', 'p') and not c.relispartition and c.relowner = 'groundwire_owner'::regrole
      and c.oid::regclass not in (
        'public.audit_log', 'private.audit_heads', 'private.audit_segments', 'private.audit_redactions', 'private.erasures', 'private.object_chores',
        'private.conversation_tombstones'
      )
  ) t;
  execute statement into deleted using org;
  counted := counted || coalesce(deleted, '{}');

  insert into private.erasures (org_id) values (org) on conflict (org_id, user_id) do nothing;
  update public.orgs o
  set slug = 'erased-' || left(o.id::text, 8), name = 'Erased organization', plan = 'free', token_allowance = 0, extra_models = '{}', model_overrides = '[]'
  where o.id = org;
  touched := 0;
  foreach person in array people loop
    begin
      delete from public.users u
      where u.id = person and not exists (select from public.memberships m where m.user_id = u.id);
      if found then
        touched := touched + 1;
      end if;
    exception when foreign_key_violation then
      null; -- Another org's rows name them.
    end;
  end loop;
  return counted || jsonb_build_object('people', touched, 'chores', (
    select count(*) from private.object_chores o where o.org_id = org));
end
$$;

-- Accounts first, because they know conversations that Postgres may not have seen; the organization's own objects last,
-- when nothing settles with them any more. Failed chores wait behind the others.
create or replace function public.pending_object_chores(max_rows integer)
returns table (id uuid, kind text, org_id uuid, name text, details jsonb)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select o.id, o.kind, o.org_id, o.name, o.details
  from private.claim() c cross join private.object_chores o
  where c.kind = 'installation'
  order by o.attempts, array_position(
    array['erase-account', 'erase-conversation', 'erase-words', 'retry-parked', 'erase-org'], o.kind), o.created_at, o.id
  limit max_rows;
end;

-- `failed` has the error's name by the chore's id, never an error's message.
create or replace function public.settle_object_chores(done uuid[], failed jsonb) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from private.claim() c where c.kind = 'installation') then
    return;
  end if;
  delete from private.object_chores o where o.id = any (done);
  update private.object_chores o set attempts = o.attempts + 1, last_error = left(failed ->> o.id::text, 200)
  where failed ? o.id::text;
end
$$;

grant execute on function public.pending_object_chores(integer), public.settle_object_chores(uuid[], jsonb)
  to groundwire_app;
