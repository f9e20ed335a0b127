-- Why: people join an org by invitation. A row is an invitation that is open: taking it up or back deletes it, so it is good
-- once. The token is known to whoever was given the link; here stands its hash alone.
set local role groundwire_owner;

create table public.invitations (
  org_id uuid not null references public.orgs (id),
  id uuid not null default gen_random_uuid(),
  email text not null check (email = lower(email) and length(email) between 3 and 320),
  role text not null,
  token_hash bytea not null check (length(token_hash) = 32),
  invited_by uuid not null,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  primary key (org_id, id),
  unique (org_id, email),
  foreign key (org_id, role) references public.roles (org_id, name),
  -- Whoever leaves the org takes along what they had offered in its name.
  foreign key (org_id, invited_by) references public.memberships (org_id, user_id) on delete cascade
);
create unique index invitations_by_token on public.invitations (token_hash);
create index invitations_of_sender on public.invitations (org_id, invited_by);
create index invitations_of_role on public.invitations (org_id, role);

-- The roles that the claim's user may give or take: with members:manage those that permit nothing beyond the user's own,
-- without it none. Policies of members and invitations ask this.
create function private.grantable_roles() returns text[]
language sql stable
return (
  select coalesce(array_agg(r.name), '{}')
  from private.claim() c join public.roles r on r.org_id = c.org_id
  where 'members:manage' = any (c.permissions) and r.permissions <@ c.permissions
);
grant execute on function private.grantable_roles() to groundwire_app;

-- The invitation that a token opens, while it is good: not expired, and its sender could still give that role today.
-- Granted to nobody; the two functions below run it as the owner.
create function private.open_invitation(token text) returns setof public.invitations
language sql stable
begin atomic
  select i.*
  from public.invitations i
  join public.roles r on r.org_id = i.org_id and r.name = i.role
  join public.memberships m on m.org_id = i.org_id and m.user_id = i.invited_by
  join public.roles s on s.org_id = m.org_id and s.name = m.role
  where i.token_hash = sha256(convert_to(open_invitation.token, 'UTF8')) and i.expires_at > statement_timestamp()
    and 'members:manage' = any (s.permissions) and r.permissions <@ s.permissions;
end;

-- What stands on an invitation, for whoever has its token; `user_id` is the subject claim's person, where there is one.
create function public.find_invitation(token text)
returns table (
  id uuid, org_id uuid, org_slug text, org_name text, role text, email text, invited_by text, expires_at timestamptz,
  user_id uuid
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select i.id, o.id, o.slug, o.name, i.role, i.email, s.name, i.expires_at,
    (select u.id from private.claim() c join public.users u on u.subject = c.subject where c.kind = 'subject')
  from private.open_invitation(find_invitation.token) i
  join public.orgs o on o.id = i.org_id
  join public.users s on s.id = i.invited_by;
end;
grant execute on function public.find_invitation(text) to groundwire_app;

-- The invitation whose token this transaction presents, and who takes it up: the system claim's user, in its org. The
-- policies that let a person in ask this, so that a system claim alone lets nobody in.
create function private.presented_invitation() returns table (org_id uuid, id uuid, user_id uuid, email text, role text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select i.org_id, i.id, c.user_id, i.email, i.role
  from private.claim() c
  join private.open_invitation(current_setting('groundwire.invitation', true)) i on i.org_id = c.org_id
  where c.kind = 'system' and c.user_id is not null;
end;
grant execute on function private.presented_invitation() to groundwire_app;

alter table public.invitations enable row level security;
alter table public.invitations force row level security;
create policy select_with_members_read on public.invitations for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'members:read' = any (c.permissions)));
create policy insert_grantable on public.invitations for insert to groundwire_app
  with check (
    (org_id, invited_by) = (select c.org_id, c.user_id from private.claim() c)
    and role = any ((select private.grantable_roles())::text[])
  );
create policy delete_with_members_manage on public.invitations for delete to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'members:manage' = any (c.permissions)));
create policy select_presented on public.invitations for select to groundwire_app
  using ((org_id, id) = (
    select p.org_id, p.id from private.claim() c, private.presented_invitation() p where p.org_id = c.org_id
  ));
create policy delete_presented on public.invitations for delete to groundwire_app
  using ((org_id, id) = (
    select p.org_id, p.id from private.claim() c, private.presented_invitation() p where p.org_id = c.org_id
  ));
create policy select_for_definer on public.invitations for select to groundwire_owner using (true);
grant select (org_id, id, email, role, invited_by, created_at, expires_at) on public.invitations to groundwire_app;
grant insert (org_id, id, email, role, token_hash, invited_by, expires_at) on public.invitations to groundwire_app;
grant delete on public.invitations to groundwire_app;
