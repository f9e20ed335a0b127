-- Why: inside an org, product data belongs to programs, and people see the programs that they are members of. Every PLM
-- row carries its program, so that one policy says both. Programs and members are kept by whoever administers the org.
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
  -- Who leaves the org leaves its programs.
  foreign key (org_id, user_id) references public.memberships (org_id, user_id) on delete cascade,
  check (role <> 'viewer' or not (can_create_eco or can_approve_eco))
);
create index program_members_of_user on plm.program_members (org_id, user_id);

-- The programs in which the claim's user has a right: 'read', 'write', 'create_eco' or 'approve_eco'. The permission
-- programs:all, which an org gives to its admins, sees and writes in all of them; the two rights on change orders are
-- given program by program, to admins too. Policies call it as (select …), so that it runs once a statement.
create function private.programs_for(wanted text) returns uuid[]
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  who record;
begin
  select c.org_id, c.user_id, c.permissions into who from private.claim() c where c.kind = 'user';
  if not found then
    return '{}';
  end if;
  if wanted in ('read', 'write') and 'programs:all' = any (who.permissions) then
    return array(select p.id from plm.programs p where p.org_id = who.org_id);
  end if;
  return array(
    select m.program_id from plm.program_members m
    where m.org_id = who.org_id and m.user_id = who.user_id and case wanted
      when 'read' then true
      when 'write' then m.role <> 'viewer'
      when 'create_eco' then m.can_create_eco
      when 'approve_eco' then m.can_approve_eco
      else false
    end
  );
end
$$;
grant execute on function private.programs_for(text) to groundwire_app;

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
