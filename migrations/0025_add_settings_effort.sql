-- How hard models think by default, and at most. Null: inherited. Not lists, so that a newer release can add a value.
set local role groundwire_owner;

alter table public.ai_settings
  add column effort text check (effort ~ '^[a-z]{1,16}$'),
  add column effort_ceiling text check (effort_ceiling ~ '^[a-z]{1,16}$');

grant insert (effort, effort_ceiling), update (effort, effort_ceiling) on public.ai_settings to groundwire_app;
