-- Why: before an org is chosen there is no org to claim. A subject claim is good for this one function, which says
-- what that person may do in each org they belong to, and for nothing else.
set local role groundwire_owner;

create function public.account_access()
returns table (
  user_id uuid, user_name text, user_email text,
  org_id uuid, org_slug text, org_name text, plan text,
  role text, permissions text[], features jsonb
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select u.id, u.name, u.email, o.id, o.slug, o.name, o.plan, m.role, r.permissions,
    -- Every known feature is present, and off unless the org says otherwise.
    jsonb_build_object('aiAssistant', false) || coalesce(s.settings -> 'experimentalFeatures', '{}')
  from private.claim() c
  join public.users u on u.subject = c.subject
  join public.memberships m on m.user_id = u.id
  join public.orgs o on o.id = m.org_id
  join public.roles r on r.org_id = m.org_id and r.name = m.role
  left join public.tenant_settings s on s.org_id = m.org_id
  where c.kind = 'subject'
  order by o.name, o.id;
end;

grant execute on function public.account_access() to groundwire_app;
