-- How much the models of a settings row's server read and write, as the server's list of models says. Apart from the settings,
-- because reading the list again is no change of them: it keeps their version and their writer.
set local role groundwire_owner;

create table public.ai_server_limits (
  org_id uuid not null,
  setting_id uuid not null,
  slot text not null check (slot in ('primary', 'fallback')),
  -- {provider, baseUrl, readAt, models: [{id, contextTokens, maxOutputTokens}]}. They count only for this provider and address. The
  -- Worker validates them again.
  limits jsonb not null check (jsonb_typeof(limits) = 'object' and octet_length(limits::text) <= 16384),
  primary key (org_id, setting_id, slot),
  foreign key (org_id, setting_id) references public.ai_settings (org_id, id) on delete cascade
);

-- The settings row decides whose limits these are, as for its keys.
alter table public.ai_server_limits enable row level security;
alter table public.ai_server_limits force row level security;
create policy select_with_ai_settings_right on public.ai_server_limits for select to groundwire_app
  using (setting_id in (
    select s.id from public.ai_settings s where s.org_id = (
      select c.org_id from private.claim() c where 'ai_settings:create' = any (c.permissions) or 'ai_settings:update' = any (c.permissions)
    )
  ));
create policy insert_with_ai_settings_right on public.ai_server_limits for insert to groundwire_app
  with check (setting_id in (
    select s.id from public.ai_settings s where s.org_id = (
      select c.org_id from private.claim() c where 'ai_settings:create' = any (c.permissions) or 'ai_settings:update' = any (c.permissions)
    )
  ));
create policy update_with_ai_settings_right on public.ai_server_limits for update to groundwire_app
  using (setting_id in (
    select s.id from public.ai_settings s where s.org_id = (
      select c.org_id from private.claim() c where 'ai_settings:create' = any (c.permissions) or 'ai_settings:update' = any (c.permissions)
    )
  ))
  with check (setting_id in (
    select s.id from public.ai_settings s where s.org_id = (
      select c.org_id from private.claim() c where 'ai_settings:create' = any (c.permissions) or 'ai_settings:update' = any (c.permissions)
    )
  ));
create policy select_for_definer on public.ai_server_limits for select to groundwire_owner using (true);
grant select, insert on public.ai_server_limits to groundwire_app;
grant update (limits) on public.ai_server_limits to groundwire_app;
