-- Why: an org's own switches. settings.experimentalFeatures holds the feature flags; what is absent is off.
set local role groundwire_owner;

create table public.tenant_settings (
  org_id uuid primary key references public.orgs (id),
  settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
  version bigint not null default 1,
  updated_by uuid references public.users (id),
  updated_at timestamptz(3) not null default now()
);

-- Only user claims have permissions, so naming one says the kind as well. An admin writes in their own name.
alter table public.tenant_settings enable row level security;
alter table public.tenant_settings force row level security;
create policy select_own_org on public.tenant_settings for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where c.kind = 'user'));
create policy insert_with_settings_update on public.tenant_settings for insert to groundwire_app
  with check ((org_id, updated_by) = (
    select c.org_id, c.user_id from private.claim() c where 'settings:update' = any (c.permissions)
  ));
create policy update_with_settings_update on public.tenant_settings for update to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'settings:update' = any (c.permissions)))
  with check ((org_id, updated_by) = (
    select c.org_id, c.user_id from private.claim() c where 'settings:update' = any (c.permissions)
  ));
create policy select_for_definer on public.tenant_settings for select to groundwire_owner using (true);
grant select on public.tenant_settings to groundwire_app;
grant insert (org_id, settings, version, updated_by, updated_at) on public.tenant_settings to groundwire_app;
grant update (settings, version, updated_by, updated_at) on public.tenant_settings to groundwire_app;
