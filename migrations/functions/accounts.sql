-- What a signed-in person may do in each of their organizations, before one is chosen.
--!needs functions/claim.sql
--!needs functions/issuer-grants.sql
set local role groundwire_owner;

create or replace function public.account_access()
returns table (
  user_id uuid, user_name text, user_email text,
  org_id uuid, org_slug text, org_name text, plan text,
  role text, permissions text[], features jsonb,
  -- Null: no limit.
  token_allowance bigint, extra_models text[]
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select u.id, u.name, u.email, o.id, o.slug, o.name, o.plan, m.role, r.permissions,
    -- Every known feature is present, and off unless the organization's settings turn it on.
    jsonb_build_object('aiAssistant', false) || coalesce(s.settings -> 'experimentalFeatures', '{}'),
    coalesce(o.token_allowance, p.monthly_tokens), p.extra_models || o.extra_models
  from private.claim() c
  join public.users u on u.subject = c.subject
  join public.memberships m on m.user_id = u.id
  join public.orgs o on o.id = m.org_id
  join private.plans p on p.name = o.plan
  join public.roles r on r.org_id = m.org_id and r.name = m.role
  left join public.tenant_settings s on s.org_id = m.org_id
  where c.kind = 'subject' and private.is_granted(m.org_id, m.user_id)
  order by o.name, o.id;
end;

grant execute on function public.account_access() to groundwire_app;
