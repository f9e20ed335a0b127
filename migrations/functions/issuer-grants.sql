-- What the token of an issuer grants its person, under the policy of the issuer. The Worker signs what a verified token says
-- into its claim (`grant`: {subject, issuedAt, orgs, orgName, founds, roles, email, name}); everything else is decided here.
-- Policies admit only the rows that private.issuer_grant() returns, so a claim without a grant admits none.
--!needs functions/claim.sql
set local role groundwire_owner;

-- Only for callers that have a row of private.claim(), because this does not verify the claim again.
create or replace function private.claimed_grant() returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
return (convert_from(decode(rpad(translate(split_part(current_setting('groundwire.claim', true), '.', 2), '-_', '+/'),
  ((length(split_part(current_setting('groundwire.claim', true), '.', 2)) + 3) / 4) * 4, '='), 'base64'), 'UTF8')::jsonb
  -> 'grant');

-- The best of the roles that the token names, none with more permissions than the issuer's highest role: a better one becomes
-- that. Null: no role.
create or replace function private.granted_role(source private.issuers, org uuid, claimed text[]) returns text
language sql stable
return (
  with highest as (
    select r.name, r.permissions from public.roles r where r.org_id = org and r.name = source.highest_role
  ), named as (
    select r.name, r.permissions from public.roles r
    where r.org_id = org and r.name in (select coalesce(source.role_names ->> c.value, c.value) from unnest(claimed) c (value))
  ), offered as (
    select case when n.permissions <@ h.permissions then n.name else h.name end as name,
      case when n.permissions <@ h.permissions then cardinality(n.permissions) else cardinality(h.permissions) end as size
    from named n, highest h
    union all
    select r.name, -1 from public.roles r, highest h
    where r.org_id = org and r.name = source.default_role and r.permissions <@ h.permissions
  )
  select o.name from offered o order by o.size desc, o.name limit 1
);

-- The values of the organization claim. An issuer without that claim speaks for its only organization.
create or replace function private.claimed_orgs(source private.issuers, given jsonb) returns setof text
language sql stable
begin atomic
  select distinct v.value from jsonb_array_elements_text(given -> 'orgs') v where source.claims ? 'organization'
  union all
  select min(o.claimed) from private.issuer_orgs o
  where o.issuer_id = source.id and not source.claims ? 'organization' having count(*) = 1;
end;

-- One row for each organization that the token names or no longer names. `action` is what it changes: join, update, withdraw,
-- found; null for nothing. A removal wins over a token of the same second.
create or replace function private.grant_steps(given jsonb)
returns table (org_id uuid, claimed text, action text, role text)
language plpgsql stable as $$
#variable_conflict use_column
declare
  source private.issuers;
  person public.users;
  issued bigint := (given ->> 'issuedAt')::bigint;
  roles text[] := array(select jsonb_array_elements_text(given -> 'roles'));
begin
  select * into source from private.issuers i where i.is_enabled and i.issuer = split_part(given ->> 'subject', '|', 1);
  if not found then
    return;
  end if;
  select * into person from public.users u where u.subject = given ->> 'subject';
  return query
  with named as (
    select c.value as claimed, o.org_id from private.claimed_orgs(source, given) c (value)
    left join private.issuer_orgs o on o.issuer_id = source.id and o.claimed = c.value
  )
  select n.org_id, n.claimed,
    case
      when n.org_id is null then case
        when source.new_orgs is not null and n.claimed ~ '^[a-z0-9][a-z0-9-]{0,62}$'
          and not exists (select from public.orgs o where o.slug = n.claimed) then 'found' end
      when m.user_id is null then case
        when r.name is not null and (g.state is null or g.state = 'active' or (g.state = 'withdrawn' and issued > g.issued_at))
          then 'join' end
      when g.state = 'active' and issued >= g.issued_at then case
        when r.name is null then 'withdraw'
        when r.name <> g.role or roles <> g.claimed_roles or person.email <> given ->> 'email'
          or person.name <> given ->> 'name' then 'update' end
    end,
    r.name
  from named n
  cross join lateral (select private.granted_role(source, n.org_id, roles) as name) r
  left join public.memberships m on m.org_id = n.org_id and m.user_id = person.id
  left join private.issuer_grants g on g.org_id = n.org_id and g.user_id = person.id
  union all
  select g.org_id, null, 'withdraw', null
  from private.issuer_grants g
  where g.user_id = person.id and g.state = 'active' and issued >= g.issued_at
    and (source.lists_orgs = 'all' or not exists (select from named))
    and not exists (select from named n where n.org_id = g.org_id);
end
$$;

-- The one row that the transaction may write for the person of its claim in the organization of its claim.
create or replace function private.issuer_grant()
returns table (
  org_id uuid, user_id uuid, subject text, email text, name text, issuer text, issued_at bigint, claimed_roles text[],
  action text, role text,
  -- For an organization that the issuer creates; `founding` until it has a first member.
  slug text, org_name text, plan text, founding jsonb
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  who record;
  given jsonb;
  step record;
  source private.issuers;
  person public.users;
  is_founding boolean;
begin
  select c.org_id, c.user_id into who from private.claim() c where c.kind = 'system' and c.user_id is not null;
  if not found then
    return;
  end if;
  given := private.claimed_grant();
  if given is null then
    return;
  end if;
  -- The claim's id must be the subject's own, or new for a new subject.
  if exists (
    select from public.users u
    where (u.id = who.user_id or u.subject = given ->> 'subject') and (u.id, u.subject) <> (who.user_id, given ->> 'subject')
  ) then
    return;
  end if;
  select * into source from private.issuers i where i.issuer = split_part(given ->> 'subject', '|', 1);
  select * into step from private.grant_steps(given) s
  where s.org_id = who.org_id or (
    s.action = 'found' and s.claimed = given ->> 'founds' and not exists (select from public.orgs o where o.id = who.org_id)
  );
  if not found then
    return;
  end if;
  is_founding := exists (
    select from private.issuer_orgs o where o.issuer_id = source.id and o.org_id = who.org_id and o.is_founder
  ) and not exists (select from public.memberships m where m.org_id = who.org_id);
  select * into person from public.users u where u.id = who.user_id;
  return query select who.org_id, who.user_id, given ->> 'subject',
    coalesce(given ->> 'email', person.email, 'no-address@unknown.invalid'),
    coalesce(given ->> 'name', person.name, given ->> 'email', 'Unnamed person'), source.issuer,
    (given ->> 'issuedAt')::bigint, array(select jsonb_array_elements_text(given -> 'roles')), step.action, step.role,
    step.claimed, coalesce(given ->> 'orgName', step.claimed), source.new_orgs ->> 'plan',
    case when is_founding then source.new_orgs end;
end
$$;

-- Whether a membership counts: one that an issuer granted needs that issuer, its right to speak for the organization, and a role
-- that it could still grant. Others always count.
create or replace function private.is_granted(org uuid, person uuid) returns boolean
language sql stable
return not exists (
  select from private.issuer_grants g
  where g.org_id = org and g.user_id = person and g.state = 'active' and not exists (
    select from public.users u
    join private.issuers i on i.issuer = split_part(u.subject, '|', 1) and i.is_enabled
    join private.issuer_orgs o on o.issuer_id = i.id and o.org_id = g.org_id
    join public.roles r on r.org_id = g.org_id and r.name = g.role
    join public.roles h on h.org_id = g.org_id and h.name = i.highest_role
    where u.id = g.user_id and r.permissions <@ h.permissions
  )
);

-- What the token of a subject claim reaches and would change: {reach: organization ids, steps: [{orgId, userId, founds}]}.
create or replace function public.plan_issuer_grant() returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  given jsonb;
  source private.issuers;
  is_identity_only boolean;
begin
  if not exists (select from private.claim() c where c.kind = 'subject' and c.subject = private.claimed_grant() ->> 'subject') then
    return null;
  end if;
  given := private.claimed_grant();
  select * into source from private.issuers i where i.is_enabled and i.issuer = split_part(given ->> 'subject', '|', 1);
  -- Without an organization claim, tokens only say who someone is; membership comes from elsewhere.
  is_identity_only := not source.claims ? 'organization';
  return jsonb_build_object(
    'reach', (
      select coalesce(jsonb_agg(distinct x.org_id), '[]') from (
        select s.org_id from private.grant_steps(given) s where s.claimed is not null and s.org_id is not null
        union all
        select o.org_id from private.issuer_orgs o where is_identity_only and o.issuer_id = source.id
      ) x
    ),
    'steps', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'orgId', s.org_id,
        'userId', (select u.id from public.users u where u.subject = given ->> 'subject'),
        'founds', case when s.action = 'found' then s.claimed end
      )), '[]') from private.grant_steps(given) s where s.action is not null
    ));
end
$$;

-- Stores what was granted. Writes nothing that private.issuer_grant() doesn't return.
create or replace function private.note_issuer_grant() returns void
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
  insert into private.issuer_grants (org_id, user_id, role, claimed_roles, issued_at, state)
  select g.org_id, g.user_id, g.role, g.claimed_roles, g.issued_at, 'active'
  from private.issuer_grant() g where g.action in ('join', 'update')
  on conflict (org_id, user_id) do update set role = excluded.role, claimed_roles = excluded.claimed_roles,
    issued_at = excluded.issued_at, state = 'active', changed_at = now();
end;

-- A new organization belongs to the issuer whose signed grant founds it. Runs before the other triggers of the table, which add what
-- every organization has: their rows need this one.
create or replace function private.link_founded_org() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from private.claim() c where c.kind = 'system' and c.org_id = new.id) then
    insert into private.issuer_orgs (issuer_id, claimed, org_id, is_founder)
    select i.id, new.slug, new.id, true
    from private.issuers i
    where i.issuer = split_part(private.claimed_grant() ->> 'subject', '|', 1) and i.is_enabled and i.new_orgs is not null
      and private.claimed_grant() ->> 'founds' = new.slug;
  end if;
  return null;
end
$$;

-- A membership that ends otherwise than by its issuer's token stays ended.
create or replace function private.note_membership_ending() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  token bigint := (
    select g.issued_at from private.issuer_grant() g
    where g.org_id = old.org_id and g.user_id = old.user_id and g.action = 'withdraw'
  );
begin
  update private.issuer_grants g
  set state = case when token is null then 'revoked' else 'withdrawn' end, issued_at = coalesce(token, g.issued_at), changed_at = now()
  where g.org_id = old.org_id and g.user_id = old.user_id;
  return old;
end
$$;

-- Someone who joins in another way than by a token, such as by invitation, is no longer the issuer's to remove.
create or replace function private.forget_issuer_grant() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from private.issuer_grants g
  where g.org_id = new.org_id and g.user_id = new.user_id and not exists (
    select from private.issuer_grant() i where i.org_id = new.org_id and i.user_id = new.user_id
  );
  return null;
end
$$;

create or replace function private.refuse_log_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise insufficient_privilege using message = 'this log is append-only';
end
$$;

-- Does what the claim's grant allows in the claim's organization, under the policies of the tables. Returns what it did, or null.
create or replace function public.apply_issuer_grant(request_id text) returns text
language plpgsql as $$
declare
  org uuid := (select c.org_id from private.claim() c where c.kind = 'system');
  granted record;
begin
  perform private.lock_members(org);
  select * into granted from private.issuer_grant();
  if not found then
    return null;
  end if;
  if granted.action = 'found' then
    insert into public.orgs (id, slug, name, plan) values (org, granted.slug, granted.org_name, granted.plan);
    select * into granted from private.issuer_grant();
    insert into public.roles (org_id, name, permissions)
    select org, r.value ->> 'name', array(select jsonb_array_elements_text(r.value -> 'permissions'))
    from jsonb_array_elements(granted.founding -> 'roles') r;
    insert into public.tenant_settings (org_id, settings) values (org, granted.founding -> 'settings');
    perform private.note_member_change('org.created', jsonb_build_object('slug', granted.slug, 'plan', granted.plan,
      'issuer', granted.issuer), request_id);
    select * into granted from private.issuer_grant();
  end if;
  case granted.action
    when 'join' then
      insert into public.users (id, subject, email, name)
      values (granted.user_id, granted.subject, granted.email, granted.name) on conflict do nothing;
      perform private.note_issuer_grant();
      insert into public.memberships (org_id, user_id, role) values (org, granted.user_id, granted.role);
      -- Someone who is known from elsewhere; visible only as a member.
      update public.users u set email = granted.email, name = granted.name where u.id = granted.user_id;
      perform private.note_member_change('member.joined', jsonb_build_object('userId', granted.user_id,
        'issuer', granted.issuer, 'role', granted.role), request_id);
    when 'update' then
      update public.users u set email = granted.email, name = granted.name where u.id = granted.user_id;
      perform private.change_granted_role(granted.role, granted.issuer, request_id);
      perform private.note_issuer_grant();
    when 'withdraw' then
      perform private.note_member_change('member.removed', jsonb_build_object('userId', granted.user_id,
        'issuer', granted.issuer), request_id);
      delete from public.memberships m where m.org_id = org and m.user_id = granted.user_id;
      if not found then
        raise insufficient_privilege using message = 'the membership was not withdrawn';
      end if;
    else
      return null;
  end case;
  return granted.action;
end
$$;

-- Only if the issuer's own role changes: a role that an admin gave since then stays until that happens.
create or replace function private.change_granted_role(wanted text, issuer text, request_id text) returns void
language plpgsql as $$
declare
  own public.memberships;
begin
  if wanted = private.last_granted_role() then
    return;
  end if;
  select m.* into own from private.claim() c join public.memberships m on m.org_id = c.org_id and m.user_id = c.user_id;
  if own.role = wanted then
    return;
  end if;
  perform private.note_member_change('role.changed', jsonb_build_object('userId', own.user_id, 'before', own.role,
    'after', wanted, 'issuer', issuer), request_id);
  update public.memberships m set role = wanted where m.org_id = own.org_id and m.user_id = own.user_id;
  if not found then
    raise insufficient_privilege using message = 'the role was not changed';
  end if;
end
$$;

create or replace function private.last_granted_role() returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (
  select g.role from private.claim() c join private.issuer_grants g on g.org_id = c.org_id and g.user_id = c.user_id
  where c.kind = 'system'
);

-- Removed members whose issuer still vouches for them. For admins.
create or replace function public.revoked_members()
returns table (user_id uuid, name text, email text, role text, revoked_at timestamptz)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select u.id, u.name, u.email, g.role, g.changed_at
  from private.claim() c
  join private.issuer_grants g on g.org_id = c.org_id and g.state = 'revoked'
  join public.users u on u.id = g.user_id
  where c.kind = 'user' and 'members:read' = any (c.permissions)
  order by g.changed_at desc, u.id
  limit 1000;
end;

-- Lets the person's next token grant the membership again. False if there is no such person.
create or replace function private.forget_revocation(person uuid) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from private.issuer_grants g using private.claim() c
  where c.kind = 'user' and 'members:manage' = any (c.permissions) and g.org_id = c.org_id and g.user_id = person
    and g.state = 'revoked';
  return found;
end
$$;

grant execute on function private.issuer_grant(), public.plan_issuer_grant(), private.note_issuer_grant(),
  public.apply_issuer_grant(text), private.change_granted_role(text, text, text),
  private.last_granted_role(), public.revoked_members(), private.forget_revocation(uuid) to groundwire_app;
