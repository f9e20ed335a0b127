-- Why: a plain setting can be forged by any SQL that reaches the app role, so each transaction carries a signed claim:
-- groundwire.claim = <kid>.<base64url(payload)>.<base64url(hmac-sha256 of "<kid>.<payload>")>, the payload being
-- {kind: user|system|subject, user?, org?, sub?, exp}. Only the Worker and the table below have the key.
set local role groundwire_owner;

-- The two padded keys of HMAC (RFC 2104) instead of the secret, so that the check is two calls of the built-in
-- sha256() and needs no extension on its search_path.
create table private.claim_keys (
  kid text primary key check (kid ~ '^[A-Za-z0-9_-]{1,32}$'),
  inner_pad bytea not null check (length(inner_pad) = 64),
  outer_pad bytea not null check (length(outer_pad) = 64),
  created_at timestamptz not null default now()
);

create function private.hmac_sha256(inner_pad bytea, outer_pad bytea, message text) returns bytea
language sql immutable strict parallel safe
return sha256(outer_pad || sha256(inner_pad || convert_to(message, 'UTF8')));

-- Rotation: put the new key, deploy the Worker with it, then drop the old one.
create function private.put_claim_key(new_kid text, secret bytea) returns void
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

create function private.drop_claim_key(old_kid text) returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
  delete from private.claim_keys where kid = old_kid;
end;

-- One row for a claim that holds, none for one that is missing, malformed, expired, forged, signed with an unknown
-- key, or whose user has left the org. Policies call it as (select … from private.claim()), so that it runs once a
-- statement. A system claim skips the membership check, because it writes down what a removed member did before.
create function private.claim()
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
    else
      return;
  end case;
end
$$;

grant execute on function private.claim() to groundwire_app;
