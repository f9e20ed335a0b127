-- Why: who belongs where. The app role only reads these; they are written by whoever administers the installation.
-- The owner's select policies serve the definer functions, which run as the owner and are held by FORCE like anybody.
set local role groundwire_owner;

create table public.orgs (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null check (length(name) between 1 and 200),
  plan text not null default 'free' check (plan in ('free', 'professional', 'enterprise')),
  created_at timestamptz(3) not null default now()
);

-- A person, once for the whole installation. `subject` is the `sub` of the person's tokens.
create table public.users (
  id uuid primary key default gen_random_uuid(),
  subject text not null unique check (length(subject) between 1 and 255),
  email text not null check (length(email) between 3 and 320),
  name text not null check (length(name) between 1 and 200),
  created_at timestamptz(3) not null default now()
);

create table public.roles (
  org_id uuid not null references public.orgs (id),
  name text not null check (length(name) between 1 and 64),
  permissions text[] not null default '{}',
  primary key (org_id, name)
);

-- Removing a member is deleting the row: private.claim() stops to hold at once.
create table public.memberships (
  org_id uuid not null references public.orgs (id),
  user_id uuid not null references public.users (id),
  role text not null,
  created_at timestamptz(3) not null default now(),
  primary key (org_id, user_id),
  foreign key (org_id, role) references public.roles (org_id, name)
);
create index memberships_of_user on public.memberships (user_id);
create index memberships_of_role on public.memberships (org_id, role);

alter table public.orgs enable row level security;
alter table public.orgs force row level security;
create policy select_own_org on public.orgs for select to groundwire_app
  using (id = (select c.org_id from private.claim() c where c.kind = 'user'));
create policy select_for_definer on public.orgs for select to groundwire_owner using (true);
grant select on public.orgs to groundwire_app;

alter table public.roles enable row level security;
alter table public.roles force row level security;
create policy select_own_org on public.roles for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where c.kind = 'user'));
create policy select_for_definer on public.roles for select to groundwire_owner using (true);
grant select on public.roles to groundwire_app;

alter table public.memberships enable row level security;
alter table public.memberships force row level security;
create policy select_own_org on public.memberships for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where c.kind = 'user'));
create policy select_for_definer on public.memberships for select to groundwire_owner using (true);
grant select on public.memberships to groundwire_app;

-- Members of the claim's org, oneself among them. The org is named here too, so that this policy does not lean on
-- the one of memberships alone; that one says that the claim must be a user's.
alter table public.users enable row level security;
alter table public.users force row level security;
create policy select_members_of_own_org on public.users for select to groundwire_app
  using (id in (
    select m.user_id from public.memberships m
    where m.org_id = (select c.org_id from private.claim() c)
  ));
create policy select_for_definer on public.users for select to groundwire_owner using (true);
grant select (id, email, name, created_at) on public.users to groundwire_app;
