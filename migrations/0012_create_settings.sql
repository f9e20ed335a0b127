-- Settings of an organization: feature flags (settings.experimentalFeatures; absent means off), how long conversations
-- are kept, and model providers with their keys.
set local role groundwire_owner;

create table public.tenant_settings (
  org_id uuid primary key references public.orgs (id),
  settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
  version bigint not null default 1,
  updated_by uuid references public.users (id),
  updated_at timestamptz(3) not null default now()
);

-- Only user claims have permissions, so naming a permission also names the kind. Admins write in their own name.
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

create table public.session_rules (
  org_id uuid primary key references public.orgs (id),
  keep_newest integer not null default 50 check (keep_newest between 1 and 500),
  -- Null: no age limit.
  retention_days integer check (retention_days between 1 and 3650),
  version bigint not null default 1,
  updated_by uuid references public.users (id),
  updated_at timestamptz(3) not null default now()
);

-- How many conversations of each person are kept, and for how long. No row: the newest 50, whatever their age. A table
-- of its own, so that saving these rules never conflicts with changing features. Audit rows are not affected.
alter table public.session_rules enable row level security;
alter table public.session_rules force row level security;
create policy select_own_org on public.session_rules for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where c.kind = 'user'));
create policy insert_with_settings_update on public.session_rules for insert to groundwire_app
  with check ((org_id, updated_by) = (
    select c.org_id, c.user_id from private.claim() c where 'settings:update' = any (c.permissions)
  ));
create policy update_with_settings_update on public.session_rules for update to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'settings:update' = any (c.permissions)))
  with check ((org_id, updated_by) = (
    select c.org_id, c.user_id from private.claim() c where 'settings:update' = any (c.permissions)
  ));
create policy select_for_definer on public.session_rules for select to groundwire_owner using (true);
grant select on public.session_rules to groundwire_app;
grant insert (org_id, keep_newest, retention_days, version, updated_by, updated_at) on public.session_rules to groundwire_app;
grant update (keep_newest, retention_days, version, updated_by, updated_at) on public.session_rules to groundwire_app;

create table public.ai_settings (
  org_id uuid not null references public.orgs (id),
  id uuid not null default gen_random_uuid(),
  -- Null: the row of the organization.
  program_id uuid,
  enabled boolean not null default true,
  -- Null: inherited from the organization's row, then from the environment.
  provider text check (provider ~ '^[a-z0-9-]{1,32}$'),
  model text check (length(model) between 1 and 128),
  base_url text check (length(base_url) between 1 and 512),
  -- Used while the provider is unavailable.
  fallback_provider text check (fallback_provider ~ '^[a-z0-9-]{1,32}$'),
  fallback_model text check (length(fallback_model) between 1 and 128),
  fallback_base_url text check (length(fallback_base_url) between 1 and 512),
  version bigint not null default 1,
  updated_by uuid references public.users (id),
  updated_at timestamptz(3) not null default now(),
  primary key (org_id, id),
  unique nulls not distinct (org_id, program_id),
  foreign key (org_id, program_id) references plm.programs (org_id, id) on delete cascade,
  -- A model or an address needs a provider.
  check (provider is not null or (model is null and base_url is null)),
  check (fallback_provider is not null or (fallback_model is null and fallback_base_url is null))
);

alter table public.ai_settings enable row level security;
alter table public.ai_settings force row level security;
create policy select_own_org on public.ai_settings for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c where c.kind = 'user')
    and (program_id is null or program_id = any ((select private.programs_for('read'))::uuid[]))
  );
create policy insert_with_ai_settings_create on public.ai_settings for insert to groundwire_app
  with check (
    (org_id, updated_by) = (select c.org_id, c.user_id from private.claim() c where 'ai_settings:create' = any (c.permissions))
    and (program_id is null or program_id = any ((select private.programs_for('read'))::uuid[]))
  );
create policy update_with_ai_settings_update on public.ai_settings for update to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c where 'ai_settings:update' = any (c.permissions))
    and (program_id is null or program_id = any ((select private.programs_for('read'))::uuid[]))
  )
  with check (
    (org_id, updated_by) = (select c.org_id, c.user_id from private.claim() c where 'ai_settings:update' = any (c.permissions))
    and (program_id is null or program_id = any ((select private.programs_for('read'))::uuid[]))
  );
create policy delete_with_ai_settings_update on public.ai_settings for delete to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c where 'ai_settings:update' = any (c.permissions))
    and (program_id is null or program_id = any ((select private.programs_for('read'))::uuid[]))
  );
create policy select_for_definer on public.ai_settings for select to groundwire_owner using (true);
grant select, delete on public.ai_settings to groundwire_app;
grant insert (
  org_id, id, program_id, enabled, provider, model, base_url, fallback_provider, fallback_model, fallback_base_url,
  version, updated_by, updated_at
) on public.ai_settings to groundwire_app;
grant update (
  enabled, provider, model, base_url, fallback_provider, fallback_model, fallback_base_url, version, updated_by, updated_at
) on public.ai_settings to groundwire_app;

-- `sealed` is ciphertext under a key that only the Worker has (durable/secrets/sealed-secret.ts). The app role writes
-- it and can't select it; only account_ai_settings() returns it.
create table public.ai_keys (
  org_id uuid not null,
  setting_id uuid not null,
  slot text not null check (slot in ('primary', 'fallback')),
  sealed text not null check (length(sealed) between 1 and 8192),
  last_four text not null check (length(last_four) <= 4),
  replaced_by uuid references public.users (id),
  replaced_at timestamptz(3) not null default now(),
  primary key (org_id, setting_id, slot),
  foreign key (org_id, setting_id) references public.ai_settings (org_id, id) on delete cascade
);

-- The settings row decides whose key this is, and the claim's user must see that row. So the rule about programs is in
-- one place.
alter table public.ai_keys enable row level security;
alter table public.ai_keys force row level security;
create policy select_with_ai_settings_right on public.ai_keys for select to groundwire_app
  using (setting_id in (
    select s.id from public.ai_settings s where s.org_id = (
      select c.org_id from private.claim() c where 'ai_settings:create' = any (c.permissions) or 'ai_settings:update' = any (c.permissions)
    )
  ));
create policy insert_with_ai_settings_right on public.ai_keys for insert to groundwire_app
  with check (
    replaced_by = (select c.user_id from private.claim() c)
    and setting_id in (
      select s.id from public.ai_settings s where s.org_id = (
        select c.org_id from private.claim() c where 'ai_settings:create' = any (c.permissions) or 'ai_settings:update' = any (c.permissions)
      )
    )
  );
create policy update_with_ai_settings_update on public.ai_keys for update to groundwire_app
  using (setting_id in (
    select s.id from public.ai_settings s
    where s.org_id = (select c.org_id from private.claim() c where 'ai_settings:update' = any (c.permissions))
  ))
  with check (
    replaced_by = (select c.user_id from private.claim() c)
    and setting_id in (
      select s.id from public.ai_settings s
      where s.org_id = (select c.org_id from private.claim() c where 'ai_settings:update' = any (c.permissions))
    )
  );
create policy delete_with_ai_settings_update on public.ai_keys for delete to groundwire_app
  using (setting_id in (
    select s.id from public.ai_settings s
    where s.org_id = (select c.org_id from private.claim() c where 'ai_settings:update' = any (c.permissions))
  ));
create policy select_for_definer on public.ai_keys for select to groundwire_owner using (true);
grant select (org_id, setting_id, slot, last_four, replaced_by, replaced_at) on public.ai_keys to groundwire_app;
grant insert on public.ai_keys to groundwire_app;
grant update (sealed, last_four, replaced_by, replaced_at) on public.ai_keys to groundwire_app;
grant delete on public.ai_keys to groundwire_app;
