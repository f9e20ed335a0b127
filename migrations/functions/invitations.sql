-- What the policies of members and invitations ask: which roles the user may grant, whether an invitation is open, and
-- which one this transaction presents. Also the trigger that keeps a last admin.
set local role groundwire_owner;

-- The roles that the claim's user may grant or revoke: with members:manage, those that permit nothing beyond the user's
-- own; without it, none.
create or replace function private.grantable_roles() returns text[]
language sql stable
return (
  select coalesce(array_agg(r.name), '{}')
  from private.claim() c join public.roles r on r.org_id = c.org_id
  where 'members:manage' = any (c.permissions) and r.permissions <@ c.permissions
);

-- The invitation of a token while it is valid: not expired, and its sender could still grant that role. An invitation
-- without a sender is the installation's own, for an organization's first admin. Granted to no one; the two functions
-- below run it as the owner.
create or replace function private.open_invitation(token text) returns setof public.invitations
language sql stable
begin atomic
  select i.*
  from public.invitations i
  join public.roles r on r.org_id = i.org_id and r.name = i.role
  left join public.memberships m on m.org_id = i.org_id and m.user_id = i.invited_by
  left join public.roles s on s.org_id = m.org_id and s.name = m.role
  where i.token_hash = sha256(convert_to(open_invitation.token, 'UTF8')) and i.expires_at > statement_timestamp()
    and (i.invited_by is null or ('members:manage' = any (s.permissions) and r.permissions <@ s.permissions));
end;

-- What the holder of a token sees of the invitation; `user_id` is the subject claim's person, if there is one.
create or replace function public.find_invitation(token text)
returns table (
  id uuid, org_id uuid, org_slug text, org_name text, role text, email text, invited_by text, expires_at timestamptz,
  user_id uuid
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select i.id, o.id, o.slug, o.name, i.role, i.email, coalesce(s.name, 'The administrator of this installation'), i.expires_at,
    (select u.id from private.claim() c join public.users u on u.subject = c.subject where c.kind = 'subject')
  from private.open_invitation(find_invitation.token) i
  join public.orgs o on o.id = i.org_id
  left join public.users s on s.id = i.invited_by;
end;

-- The invitation whose token this transaction presents, and the person who accepts it: the system claim's user, in its
-- organization. The policies that let a person in ask this, so that a system claim alone lets no one in.
create or replace function private.presented_invitation() returns table (org_id uuid, id uuid, user_id uuid, email text, role text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select i.org_id, i.id, c.user_id, i.email, i.role
  from private.claim() c
  join private.open_invitation(current_setting('groundwire.invitation', true)) i on i.org_id = c.org_id
  where c.kind = 'system' and c.user_id is not null;
end;

create or replace function private.lock_members(org uuid) returns void
language sql
return pg_advisory_xact_lock(hashtextextended(format('members of %s', org), 0));

create or replace function private.manages_members(org uuid, role_name text) returns boolean
language sql stable
return exists (
  select from public.roles r
  where r.org_id = org and r.name = role_name and 'members:manage' = any (r.permissions)
);

-- Without a claim the installation's owner acts, who may delete a whole organization.
create or replace function private.keep_an_admin() returns trigger
language plpgsql as $$
declare
  kept public.memberships := case when tg_op = 'UPDATE' then new else old end;
begin
  if not exists (select from private.claim()) or not private.manages_members(old.org_id, old.role) then
    return kept;
  end if;
  if tg_op = 'UPDATE' and private.manages_members(new.org_id, new.role) then
    return kept;
  end if;
  -- Whom the organization's own issuer no longer vouches for must not keep access because no other admin is left.
  if exists (select from private.issuer_grant() g where g.org_id = old.org_id and g.user_id = old.user_id) then
    return kept;
  end if;
  perform private.lock_members(old.org_id);
  if not exists (
    select from public.memberships m
    where m.org_id = old.org_id and m.user_id <> old.user_id and private.manages_members(m.org_id, m.role)
  ) then
    perform private.refuse('LAST_ADMIN', 'The last admin can''t be removed or demoted.');
  end if;
  return kept;
end
$$;

grant execute on function private.grantable_roles(), public.find_invitation(text), private.presented_invitation(),
  private.lock_members(uuid), private.manages_members(uuid, text) to groundwire_app;
