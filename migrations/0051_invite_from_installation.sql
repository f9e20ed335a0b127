-- Why: the first admin of an org has nobody there who could invite them. Whoever runs the installation does: such an
-- invitation has no sender, so no policy lets the app role make one, and it needs no sender's rights to stay good.
set local role groundwire_owner;

alter table public.invitations alter column invited_by drop not null;

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

create or replace function public.find_invitation(token text)
returns table (
  id uuid, org_id uuid, org_slug text, org_name text, role text, email text, invited_by text, expires_at timestamptz,
  user_id uuid
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select i.id, o.id, o.slug, o.name, i.role, i.email, coalesce(s.name, 'Whoever runs this installation'), i.expires_at,
    (select u.id from private.claim() c join public.users u on u.subject = c.subject where c.kind = 'subject')
  from private.open_invitation(find_invitation.token) i
  join public.orgs o on o.id = i.org_id
  left join public.users s on s.id = i.invited_by;
end;
