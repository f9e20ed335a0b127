-- Which API a server speaks. Null: the default for its address. Not a list, so that a newer release can add one.
set local role groundwire_owner;

alter table public.ai_settings
  add column wire text check (wire ~ '^[a-z0-9-]{1,32}$'),
  add column fallback_wire text check (fallback_wire ~ '^[a-z0-9-]{1,32}$'),
  add check (provider is not null or wire is null),
  add check (fallback_provider is not null or fallback_wire is null);

grant insert (wire, fallback_wire), update (wire, fallback_wire) on public.ai_settings to groundwire_app;
