-- The signed claim that each transaction carries: checks its signature and expiry, and returns the organization, the
-- user and the permissions that every policy asks for. Also stores and drops the keys that sign claims.
set local role groundwire_owner;

create or replace function private.hmac_sha256(inner_pad bytea, outer_pad bytea, message text) returns bytea
language sql immutable strict parallel safe
return sha256(outer_pad || sha256(inner_pad || convert_to(message, 'UTF8')));

-- To rotate: put the new key, deploy the Worker with it, then drop the old one.
create or replace function private.put_claim_key(new_kid text, secret bytea) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  padded bytea;
  new_inner bytea := decode(repeat('36', 64), 'hex');
  new_outer bytea := decode(repeat('5c', 64), 'hex');
begin
  if secret is null or length(secret) not between 32 and 64 then
    raise exception 'a claim key has 32 to 64 bytes';
  end if;
  padded := secret || decode(repeat('00', 64 - length(secret)), 'hex');
  for i in 0..63 loop
    new_inner := set_byte(new_inner, i, get_byte(new_inner, i) # get_byte(padded, i));
    new_outer := set_byte(new_outer, i, get_byte(new_outer, i) # get_byte(padded, i));
  end loop;
  insert into private.claim_keys (kid, inner_pad, outer_pad) values (new_kid, new_inner, new_outer)
  on conflict (kid) do update set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad;
end
$$;

create or replace function private.drop_claim_key(old_kid text) returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
  delete from private.claim_keys where kid = old_kid;
end;

-- One row for a valid claim; none for one that is missing, malformed, expired, forged, signed with an unknown key, or
-- whose user has left the organization. Policies call it as (select … from private.claim()), so that it runs once per
-- statement. A system claim skips the membership check, because it also writes what a removed member did before.
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
  if claim_text is null or claim_text = '' or length(claim_text) > 16384 then
    return;
  end if;
  select * into key from private.claim_keys k where k.kid = claim_kid;
  if not found then
    return;
  end if;
  expected := rtrim(translate(
    encode(private.hmac_sha256(key.inner_pad, key.outer_pad, claim_kid || '.' || claim_body), 'base64'), '+/', '-_'), '=');
  -- Both sides are hashed again with the key, so that the time of the comparison reveals nothing about `expected`.
  if private.hmac_sha256(key.inner_pad, key.outer_pad, given)
      is distinct from private.hmac_sha256(key.inner_pad, key.outer_pad, expected)
    or claim_text is distinct from claim_kid || '.' || claim_body || '.' || given then
    return;
  end if;

  -- From here on the text is the Worker's own, so it is well-formed.
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
      where m.org_id = claim_org and m.user_id = claim_user and private.is_granted(claim_org, claim_user);
      if found then
        if payload ? 'place' then
          granted := private.permissions_in_place(claim_org, (payload ->> 'place')::uuid, granted);
        end if;
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

-- The shared place that the claim is limited to; null for none. Only for callers that have a row of private.claim(),
-- because this does not verify the claim again.
create or replace function private.claimed_place() returns uuid
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
return (convert_from(decode(rpad(translate(split_part(current_setting('groundwire.claim', true), '.', 2), '-_', '+/'),
  ((length(split_part(current_setting('groundwire.claim', true), '.', 2)) + 3) / 4) * 4, '='), 'base64'), 'UTF8')::jsonb
  ->> 'place')::uuid;

grant execute on function private.claim() to groundwire_app;
