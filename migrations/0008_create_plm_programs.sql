-- Inside an organization, product data belongs to programs, and people see the programs they are members of. Every PLM
-- row has its program's id, so that one policy covers both. The installation's administrator manages programs and their
-- members.
create schema plm authorization groundwire_owner;
set local role groundwire_owner;
grant usage on schema plm to groundwire_app;

create table plm.programs (
  org_id uuid not null references public.orgs (id),
  id uuid not null default gen_random_uuid(),
  code text not null check (code ~ '^[A-Z0-9-]+$' and length(code) <= 32),
  name text not null check (length(name) between 1 and 200),
  description text not null default '' check (length(description) <= 4000),
  customer text check (length(customer) <= 200),
  status text not null default 'Active' check (status in ('Active', 'On Hold', 'Completed', 'Cancelled')),
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (org_id, id),
  unique (org_id, code)
);

create table plm.program_members (
  org_id uuid not null,
  program_id uuid not null,
  user_id uuid not null,
  role text not null check (role in ('admin', 'lead', 'engineer', 'viewer')),
  can_create_eco boolean not null default false,
  can_approve_eco boolean not null default false,
  created_at timestamptz(3) not null default now(),
  primary key (org_id, program_id, user_id),
  foreign key (org_id, program_id) references plm.programs (org_id, id),
  -- Leaving the organization also ends the memberships in its programs.
  foreign key (org_id, user_id) references public.memberships (org_id, user_id) on delete cascade,
  check (role <> 'viewer' or not (can_create_eco or can_approve_eco))
);
create index program_members_of_user on plm.program_members (org_id, user_id);

--!needs functions/plm/access.sql

alter table plm.programs enable row level security;
alter table plm.programs force row level security;
create policy select_in_own_programs on plm.programs for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and id = any ((select private.programs_for('read'))::uuid[])
  );
create policy select_for_definer on plm.programs for select to groundwire_owner using (true);
grant select on plm.programs to groundwire_app;

alter table plm.program_members enable row level security;
alter table plm.program_members force row level security;
create policy select_in_own_programs on plm.program_members for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and program_id = any ((select private.programs_for('read'))::uuid[])
  );
create policy select_for_definer on plm.program_members for select to groundwire_owner using (true);
grant select on plm.program_members to groundwire_app;

create table plm.designs (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  program_id uuid not null,
  code text not null check (code ~ '^[A-Z0-9-]+$' and length(code) <= 32),
  name text not null check (length(name) between 1 and 200),
  description text not null default '' check (length(description) <= 4000),
  design_type text not null default 'Engineering'
    check (design_type in ('Engineering', 'Library', 'Family', 'Manufacturing')),
  is_archived boolean not null default false,
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (org_id, id),
  unique (org_id, code),
  unique (org_id, program_id, id),
  foreign key (org_id, program_id) references plm.programs (org_id, id)
);

alter table plm.designs enable row level security;
alter table plm.designs force row level security;
create policy select_in_own_programs on plm.designs for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and program_id = any ((select private.programs_for('read'))::uuid[])
  );
grant select on plm.designs to groundwire_app;

create table plm.design_sessions (
  org_id uuid not null,
  id uuid not null default private.new_place_id(),
  program_id uuid not null,
  design_id uuid,
  description text not null check (length(description) between 1 and 4000),
  status text not null default 'active' check (status in ('active', 'closed')),
  created_by uuid not null references public.users (id),
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (org_id, id),
  foreign key (org_id, program_id) references plm.programs (org_id, id),
  foreign key (org_id, program_id, design_id) references plm.designs (org_id, program_id, id),
  constraint design_sessions_id_of_place check (substr(id::text, 15, 1) = '8')
);
create index design_sessions_of_program on plm.design_sessions (org_id, program_id, created_at desc);

alter table plm.design_sessions enable row level security;
alter table plm.design_sessions force row level security;
create policy select_in_own_programs on plm.design_sessions for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and program_id = any ((select private.programs_for('read'))::uuid[])
  );
create policy insert_own_with_parts_create on plm.design_sessions for insert to groundwire_app
  with check (
    (org_id, created_by) = (select c.org_id, c.user_id from private.claim() c where 'parts:create' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
grant select on plm.design_sessions to groundwire_app;
grant insert (org_id, id, program_id, design_id, description, created_by) on plm.design_sessions to groundwire_app;
alter table plm.design_sessions enable row level security;
