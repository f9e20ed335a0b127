-- The pages of other sites that an organization lets talk to the assistant: for CORS and for frames. No row: none. A table
-- of its own, so that saving it never conflicts with other settings.
set local role groundwire_owner;

create table public.embed_settings (
  org_id uuid primary key references public.orgs (id),
  -- Exact origins, as browsers send them. The Worker validates them first and explains errors.
  origins text[] not null default '{}' check (
    cardinality(origins) <= 20
    and array_position(origins, null) is null
    and array_to_string(origins, E'\n') ~ '^(https?://[a-z0-9.:\[\]-]{1,255}(\n|$))*$'
  ),
  version bigint not null default 1,
  updated_by uuid references public.users (id),
  updated_at timestamptz(3) not null default now()
);

alter table public.embed_settings enable row level security;
alter table public.embed_settings force row level security;
create policy select_own_org on public.embed_settings for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where c.kind = 'user'));
create policy insert_with_settings_update on public.embed_settings for insert to groundwire_app
  with check ((org_id, updated_by) = (
    select c.org_id, c.user_id from private.claim() c where 'settings:update' = any (c.permissions)
  ));
create policy update_with_settings_update on public.embed_settings for update to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'settings:update' = any (c.permissions)))
  with check ((org_id, updated_by) = (
    select c.org_id, c.user_id from private.claim() c where 'settings:update' = any (c.permissions)
  ));
create policy select_for_definer on public.embed_settings for select to groundwire_owner using (true);
grant select on public.embed_settings to groundwire_app;
grant insert (org_id, origins, version, updated_by, updated_at) on public.embed_settings to groundwire_app;
grant update (origins, version, updated_by, updated_at) on public.embed_settings to groundwire_app;
