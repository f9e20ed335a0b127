-- Why: what objects keep can only be erased by the Worker, and is asked for by whoever runs the installation, who reaches the
-- database and not the objects. A row here is such a chore; the Worker looks for them by its cron trigger and takes each
-- out once it is done. It does so under a claim of a kind of its own, which names no org and no person: no policy knows it.
set local role groundwire_owner;

create or replace function private.claim()
returns table (kind text, org_id uuid, user_id uuid, subject text, permissions text[])
language plpgsql stable parallel safe security definer rows 1
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  claim_text text := current_setting('groundwire.claim', true);
  claim_kid text := split_part(claim_text, '.', 1);
  claim_body text := split_part(claim_text, '.', 2);
  given text := split_part(claim_text, '.', 3);
  expected text;
  key private.claim_keys;
  payload jsonb;
  claim_org uuid;
  claim_user uuid;
  granted text[];
begin
  if claim_text is null or claim_text = '' or length(claim_text) > 4096 then
    return;
  end if;
  select * into key from private.claim_keys k where k.kid = claim_kid;
  if not found then
    return;
  end if;
  expected := rtrim(translate(
    encode(private.hmac_sha256(key.inner_pad, key.outer_pad, claim_kid || '.' || claim_body), 'base64'), '+/', '-_'), '=');
  -- Both sides are hashed once more under the key, so that the time of the comparison says nothing about `expected`.
  if private.hmac_sha256(key.inner_pad, key.outer_pad, given)
      is distinct from private.hmac_sha256(key.inner_pad, key.outer_pad, expected)
    or claim_text is distinct from claim_kid || '.' || claim_body || '.' || given then
    return;
  end if;

  -- From here on the text is known to be the Worker's own, hence well-formed.
  payload := convert_from(
    decode(rpad(translate(claim_body, '-_', '+/'), ((length(claim_body) + 3) / 4) * 4, '='), 'base64'), 'UTF8')::jsonb;
  if coalesce((payload ->> 'exp')::bigint, 0) <= extract(epoch from statement_timestamp()) then
    return;
  end if;
  claim_org := (payload ->> 'org')::uuid;
  claim_user := (payload ->> 'user')::uuid;

  case payload ->> 'kind'
    when 'user' then
      select r.permissions into granted
      from public.memberships m
      join public.roles r on r.org_id = m.org_id and r.name = m.role
      where m.org_id = claim_org and m.user_id = claim_user;
      if found then
        return query select 'user', claim_org, claim_user, null::text, granted;
      end if;
    when 'system' then
      if claim_org is not null then
        return query select 'system', claim_org, claim_user, null::text, '{}'::text[];
      end if;
    when 'subject' then
      return query select 'subject', null::uuid, null::uuid, payload ->> 'sub', '{}'::text[];
    when 'installation' then
      return query select 'installation', null::uuid, null::uuid, null::text, '{}'::text[];
    else
      return;
  end case;
end
$$;

-- `name` is a conversation's id, or the subject of an Account; null where the objects of the whole org are meant.
create table private.object_chores (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('erase-account', 'erase-conversation', 'erase-words', 'erase-org', 'retry-parked')),
  org_id uuid not null,
  name text,
  details jsonb not null default '{}',
  attempts integer not null default 0,
  last_error text,
  created_at timestamptz(3) not null default now()
);
create index object_chores_of_org on private.object_chores (org_id);

-- Accounts first, since they know conversations that Postgres may not have seen; the org's own objects last, when nothing
-- settles with them any more. What failed before waits behind the rest.
create function public.pending_object_chores(max_rows integer)
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

-- `failed` holds the error's name by the chore's id; never an error's words.
create function public.settle_object_chores(done uuid[], failed jsonb) returns void
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
grant execute on function public.pending_object_chores(integer), public.settle_object_chores(uuid[], jsonb) to groundwire_app;
