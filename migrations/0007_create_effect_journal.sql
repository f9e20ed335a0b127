-- A write whose response was lost must be found again and must never run twice. Each effect has a key that stays the
-- same for every try. Its result is stored here in the same transaction as the effect and its audit row. Rows are only
-- ever added, each by and for the user who acted. A refusal undoes the whole effect and leaves no row.
set local role groundwire_owner;

create table public.effect_journal (
  org_id uuid not null references public.orgs (id),
  user_id uuid not null references public.users (id),
  key text not null check (length(key) between 1 and 200),
  result jsonb not null,
  created_at timestamptz(3) not null default now(),
  primary key (org_id, user_id, key)
);

alter table public.effect_journal enable row level security;
alter table public.effect_journal force row level security;
create policy select_own on public.effect_journal for select to groundwire_app
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c where c.kind = 'user'));
create policy insert_own on public.effect_journal for insert to groundwire_app
  with check ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c where c.kind = 'user'));
grant select on public.effect_journal to groundwire_app;
grant insert (org_id, user_id, key, result) on public.effect_journal to groundwire_app;
