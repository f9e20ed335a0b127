-- Plans, organizations, people, roles, memberships and invitations. The installation's administrator creates
-- organizations and roles; members change by the functions in functions/members.sql.
-- The owner's select policies (select_for_definer) serve the security definer functions: they run as the owner, and
-- forced row-level security applies to the owner too.
set local role groundwire_owner;

create table private.plans (
  name text primary key,
  -- Tokens per UTC month. 0: no AI. Null: no limit. Larger numbers would not be exact in JSON.
  monthly_tokens bigint check (monthly_tokens between 0 and 9007199254740991),
  -- Model ids that the plan includes besides those of its tier.
  extra_models text[] not null default '{}'
);

insert into private.plans (name, monthly_tokens) values ('free', 0), ('professional', 200000), ('enterprise', null);

create table public.orgs (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null check (length(name) between 1 and 200),
  plan text not null default 'free' check (plan in ('free', 'professional', 'enterprise')),
  created_at timestamptz(3) not null default now(),
  token_allowance bigint check (token_allowance between 0 and 9007199254740991),
  extra_models text[] not null default '{}',
  foreign key (plan) references private.plans (name)
);

-- One row per person for the whole installation. `subject` is the `sub` of the person's tokens.
create table public.users (
  id uuid primary key default gen_random_uuid(),
  subject text not null unique check (length(subject) between 1 and 512),
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

-- Deleting the row removes the member; claims of that user are invalid from then on.
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

create table public.invitations (
  org_id uuid not null references public.orgs (id),
  id uuid not null default gen_random_uuid(),
  email text not null check (email = lower(email) and length(email) between 3 and 320),
  role text not null,
  token_hash bytea not null check (length(token_hash) = 32),
  invited_by uuid,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  primary key (org_id, id),
  unique (org_id, email),
  foreign key (org_id, role) references public.roles (org_id, name),
  -- The invitations of a member who leaves are deleted with them.
  foreign key (org_id, invited_by) references public.memberships (org_id, user_id) on delete cascade
);
create unique index invitations_by_token on public.invitations (token_hash);
create index invitations_of_sender on public.invitations (org_id, invited_by);
create index invitations_of_role on public.invitations (org_id, role);

--!needs functions/invitations.sql

create trigger keep_an_admin before update or delete on public.memberships
  for each row execute function private.keep_an_admin();

alter table public.orgs enable row level security;
alter table public.orgs force row level security;
create policy select_own_org on public.orgs for select to groundwire_app
  using (id = (select c.org_id from private.claim() c where c.kind = 'user'));
create policy select_for_definer on public.orgs for select to groundwire_owner using (true);
grant select on public.orgs to groundwire_app;

-- The members of the claim's organization, the user included. The organization is named here too, so that this policy
-- does not depend on that of memberships alone; that one requires a user's claim.
alter table public.users enable row level security;
alter table public.users force row level security;
create policy select_members_of_own_org on public.users for select to groundwire_app
  using (id in (
    select m.user_id from public.memberships m
    where m.org_id = (select c.org_id from private.claim() c)
  ));
create policy select_for_definer on public.users for select to groundwire_owner using (true);
grant select (id, email, name, created_at) on public.users to groundwire_app;
create policy insert_invited on public.users for insert to groundwire_app
  with check (id = (
    select p.user_id from private.claim() c, private.presented_invitation() p where p.org_id = c.org_id
  ));
grant insert (id, subject, email, name) on public.users to groundwire_app;

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
create policy insert_invited on public.memberships for insert to groundwire_app
  with check ((org_id, user_id, role) = (
    select p.org_id, p.user_id, p.role from private.claim() c, private.presented_invitation() p where p.org_id = c.org_id
  ));
create policy update_grantable on public.memberships for update to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c) and role = any ((select private.grantable_roles())::text[])
  )
  with check (
    org_id = (select c.org_id from private.claim() c) and role = any ((select private.grantable_roles())::text[])
  );
create policy delete_grantable on public.memberships for delete to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c) and role = any ((select private.grantable_roles())::text[])
  );
create policy delete_own on public.memberships for delete to groundwire_app
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c where c.kind = 'user'));
grant insert (org_id, user_id, role), update (role), delete on public.memberships to groundwire_app;

alter table public.invitations enable row level security;
alter table public.invitations force row level security;
create policy select_with_members_read on public.invitations for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'members:read' = any (c.permissions)));
create policy insert_grantable on public.invitations for insert to groundwire_app
  with check (
    (org_id, invited_by) = (select c.org_id, c.user_id from private.claim() c)
    and role = any ((select private.grantable_roles())::text[])
  );
create policy delete_with_members_manage on public.invitations for delete to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'members:manage' = any (c.permissions)));
create policy select_presented on public.invitations for select to groundwire_app
  using ((org_id, id) = (
    select p.org_id, p.id from private.claim() c, private.presented_invitation() p where p.org_id = c.org_id
  ));
create policy delete_presented on public.invitations for delete to groundwire_app
  using ((org_id, id) = (
    select p.org_id, p.id from private.claim() c, private.presented_invitation() p where p.org_id = c.org_id
  ));
create policy select_for_definer on public.invitations for select to groundwire_owner using (true);
grant select (org_id, id, email, role, invited_by, created_at, expires_at) on public.invitations to groundwire_app;
grant insert (org_id, id, email, role, token_hash, invited_by, expires_at) on public.invitations to groundwire_app;
grant delete on public.invitations to groundwire_app;
