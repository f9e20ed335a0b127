-- Why: which model provider answers for an org, or for one of its programs. The row of a program comes before the org's,
-- and the org's before the Worker's environment. Provider keys stand in a table of their own, sealed by the Worker: the
-- app role writes them and can never read them back.
set local role groundwire_owner;

create table public.ai_settings (
  org_id uuid not null references public.orgs (id),
  id uuid not null default gen_random_uuid(),
  -- Null: the org's own row.
  program_id uuid,
  enabled boolean not null default true,
  -- Null: as the next row, or the environment, has it.
  provider text check (provider ~ '^[a-z0-9-]{1,32}$'),
  model text check (length(model) between 1 and 128),
  base_url text check (length(base_url) between 1 and 512),
  -- Who answers while the provider does not.
  fallback_provider text check (fallback_provider ~ '^[a-z0-9-]{1,32}$'),
  fallback_model text check (length(fallback_model) between 1 and 128),
  fallback_base_url text check (length(fallback_base_url) between 1 and 512),
  version bigint not null default 1,
  updated_by uuid references public.users (id),
  updated_at timestamptz(3) not null default now(),
  primary key (org_id, id),
  unique nulls not distinct (org_id, program_id),
  foreign key (org_id, program_id) references plm.programs (org_id, id) on delete cascade,
  -- A model and an address belong to a provider.
  check (provider is not null or (model is null and base_url is null)),
  check (fallback_provider is not null or (fallback_model is null and fallback_base_url is null))
);

-- `sealed` is ciphertext under a key that only the Worker has; see durable/secrets/sealed-secret.ts for its form. Nobody
-- is granted to select it: account_ai_settings() alone gives it out.
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

-- Whose the key is says its settings row, which the claim's user must see; that leaves programs to one place.
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

-- The provider settings of each org of the claim's subject, as account_access() says the rights: the org's row, and those
-- of the programs that the person sees. Keys are sealed.
create function public.account_ai_settings()
returns table (org_id uuid, settings jsonb)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select m.org_id, jsonb_agg(jsonb_build_object(
    'id', s.id, 'programId', s.program_id, 'programCode', p.code, 'enabled', s.enabled,
    'primary', jsonb_build_object('provider', s.provider, 'model', s.model, 'baseUrl', s.base_url,
      'sealedKey', k.sealed, 'keyReplacedAt', k.replaced_at),
    'fallback', jsonb_build_object('provider', s.fallback_provider, 'model', s.fallback_model,
      'baseUrl', s.fallback_base_url, 'sealedKey', f.sealed, 'keyReplacedAt', f.replaced_at)
  ) order by s.id)
  from private.claim() c
  join public.users u on u.subject = c.subject
  join public.memberships m on m.user_id = u.id
  join public.roles r on r.org_id = m.org_id and r.name = m.role
  join public.ai_settings s on s.org_id = m.org_id
  left join plm.programs p on p.org_id = s.org_id and p.id = s.program_id
  left join public.ai_keys k on k.org_id = s.org_id and k.setting_id = s.id and k.slot = 'primary'
  left join public.ai_keys f on f.org_id = s.org_id and f.setting_id = s.id and f.slot = 'fallback'
  where c.kind = 'subject' and (
    s.program_id is null or 'programs:all' = any (r.permissions) or exists (
      select from plm.program_members pm
      where pm.org_id = s.org_id and pm.program_id = s.program_id and pm.user_id = u.id
    )
  )
  group by m.org_id;
end;
grant execute on function public.account_ai_settings() to groundwire_app;
