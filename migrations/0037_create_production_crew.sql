-- Why: who works where. Everybody who may read the crew sees names, work and certificates; how to reach a person is for
-- crew:contacts, and what a day of theirs costs for finance:read.
set local role groundwire_owner;

create table production.crew_members (
  org_id uuid not null references public.orgs (id),
  id uuid not null default gen_random_uuid(),
  name text not null check (length(name) between 1 and 200),
  position text not null check (length(position) between 1 and 120),
  department text not null check (department in (
    'Production', 'Stage', 'Audio', 'Lighting', 'Video', 'Rigging', 'Backline', 'Staging', 'Hospitality', 'Transport',
    'Security', 'Medical'
  )),
  home_city text check (length(home_city) between 1 and 120),
  primary key (org_id, id)
);
create index crew_members_by_name on production.crew_members (org_id, name, id);

create table production.crew_certifications (
  org_id uuid not null,
  crew_member_id uuid not null,
  name text not null check (length(name) between 1 and 120),
  expires_on date,
  primary key (org_id, crew_member_id, name),
  foreign key (org_id, crew_member_id) references production.crew_members (org_id, id)
);

create table production.crew_contacts (
  org_id uuid not null,
  crew_member_id uuid not null,
  email text check (length(email) between 3 and 320),
  phone text check (length(phone) between 3 and 40),
  primary key (org_id, crew_member_id),
  foreign key (org_id, crew_member_id) references production.crew_members (org_id, id)
);

-- To one show, or to the whole project where no show is named. A call time is on the show's clock, so it needs a show.
create table production.crew_assignments (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  show_id uuid,
  crew_member_id uuid not null,
  role text not null check (length(role) between 1 and 120),
  state text not null default 'confirmed' check (state in ('offered', 'confirmed', 'declined')),
  call_at timestamptz(3),
  primary key (org_id, id),
  unique nulls not distinct (org_id, project_id, show_id, crew_member_id, role),
  foreign key (org_id, project_id) references production.projects (org_id, id),
  foreign key (org_id, project_id, show_id) references production.shows (org_id, project_id, id),
  foreign key (org_id, crew_member_id) references production.crew_members (org_id, id),
  check (call_at is null or show_id is not null)
);
create index crew_assignments_of_show on production.crew_assignments (org_id, show_id);
create index crew_assignments_of_member on production.crew_assignments (org_id, crew_member_id);

create table production.crew_rates (
  org_id uuid not null,
  assignment_id uuid not null,
  day_rate numeric(10, 2) not null check (day_rate >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  primary key (org_id, assignment_id),
  foreign key (org_id, assignment_id) references production.crew_assignments (org_id, id)
);

alter table production.crew_members enable row level security;
alter table production.crew_members force row level security;
create policy select_with_crew_read on production.crew_members for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'crew:read' = any (c.permissions)));
grant select on production.crew_members to groundwire_app;

alter table production.crew_certifications enable row level security;
alter table production.crew_certifications force row level security;
create policy select_with_crew_read on production.crew_certifications for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'crew:read' = any (c.permissions)));
grant select on production.crew_certifications to groundwire_app;

alter table production.crew_contacts enable row level security;
alter table production.crew_contacts force row level security;
create policy select_with_crew_contacts on production.crew_contacts for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'crew:contacts' = any (c.permissions)));
grant select on production.crew_contacts to groundwire_app;

alter table production.crew_assignments enable row level security;
alter table production.crew_assignments force row level security;
create policy select_with_crew_read on production.crew_assignments for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'crew:read' = any (c.permissions)));
grant select on production.crew_assignments to groundwire_app;

alter table production.crew_rates enable row level security;
alter table production.crew_rates force row level security;
create policy select_with_finance_read on production.crew_rates for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'finance:read' = any (c.permissions)));
grant select on production.crew_rates to groundwire_app;
