-- Why: what a plan includes is data, and an org may have more: raising an allowance or opening a model is an update by
-- whoever administers the installation. The app role reads all of it through account_access() and writes none.
set local role groundwire_owner;

create table private.plans (
  name text primary key,
  -- Tokens of a UTC month. 0: no AI. Null: no limit. Larger numbers would not be exact in JSON.
  monthly_tokens bigint check (monthly_tokens between 0 and 9007199254740991),
  -- Model ids beyond those whose own lowest plan is reached.
  extra_models text[] not null default '{}'
);
insert into private.plans (name, monthly_tokens) values ('free', 0), ('professional', 200000), ('enterprise', null);

-- In place of the plan's number, and on top of its models.
alter table public.orgs
  add column token_allowance bigint check (token_allowance between 0 and 9007199254740991),
  add column extra_models text[] not null default '{}',
  add foreign key (plan) references private.plans (name);

drop function public.account_access();
create function public.account_access()
returns table (
  user_id uuid, user_name text, user_email text,
  org_id uuid, org_slug text, org_name text, plan text,
  role text, permissions text[], features jsonb,
  -- Null where nothing limits the org.
  token_allowance bigint, extra_models text[]
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select u.id, u.name, u.email, o.id, o.slug, o.name, o.plan, m.role, r.permissions,
    -- Every known feature is present, and off unless the org says otherwise.
    jsonb_build_object('aiAssistant', false) || coalesce(s.settings -> 'experimentalFeatures', '{}'),
    coalesce(o.token_allowance, p.monthly_tokens), p.extra_models || o.extra_models
  from private.claim() c
  join public.users u on u.subject = c.subject
  join public.memberships m on m.user_id = u.id
  join public.orgs o on o.id = m.org_id
  join private.plans p on p.name = o.plan
  join public.roles r on r.org_id = m.org_id and r.name = m.role
  left join public.tenant_settings s on s.org_id = m.org_id
  where c.kind = 'subject'
  order by o.name, o.id;
end;

grant execute on function public.account_access() to groundwire_app;
