-- Crew, vendors and RFPs. Everyone who may read the crew sees names, work and certificates. Contact details need
-- crew:contacts; day rates and proposal totals need finance:read. A vendor's contact is a business contact and is part
-- of the vendor.
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

alter table production.crew_members enable row level security;
alter table production.crew_members force row level security;
create policy select_with_crew_read on production.crew_members for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'crew:read' = any (c.permissions)));
grant select on production.crew_members to groundwire_app;

create table production.crew_certifications (
  org_id uuid not null,
  crew_member_id uuid not null,
  name text not null check (length(name) between 1 and 120),
  expires_on date,
  primary key (org_id, crew_member_id, name),
  foreign key (org_id, crew_member_id) references production.crew_members (org_id, id)
);

alter table production.crew_certifications enable row level security;
alter table production.crew_certifications force row level security;
create policy select_with_crew_read on production.crew_certifications for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'crew:read' = any (c.permissions)));
grant select on production.crew_certifications to groundwire_app;

create table production.crew_contacts (
  org_id uuid not null,
  crew_member_id uuid not null,
  email text check (length(email) between 3 and 320),
  phone text check (length(phone) between 3 and 40),
  primary key (org_id, crew_member_id),
  foreign key (org_id, crew_member_id) references production.crew_members (org_id, id)
);

alter table production.crew_contacts enable row level security;
alter table production.crew_contacts force row level security;
create policy select_with_crew_contacts on production.crew_contacts for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'crew:contacts' = any (c.permissions)));
grant select on production.crew_contacts to groundwire_app;

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

alter table production.crew_assignments enable row level security;
alter table production.crew_assignments force row level security;
create policy select_with_crew_read on production.crew_assignments for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'crew:read' = any (c.permissions)));
grant select on production.crew_assignments to groundwire_app;

create table production.crew_rates (
  org_id uuid not null,
  assignment_id uuid not null,
  day_rate numeric(10, 2) not null check (day_rate >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  primary key (org_id, assignment_id),
  foreign key (org_id, assignment_id) references production.crew_assignments (org_id, id)
);

alter table production.crew_rates enable row level security;
alter table production.crew_rates force row level security;
create policy select_with_finance_read on production.crew_rates for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'finance:read' = any (c.permissions)));
grant select on production.crew_rates to groundwire_app;

create table production.vendors (
  org_id uuid not null references public.orgs (id),
  id uuid not null default gen_random_uuid(),
  name text not null check (length(name) between 1 and 200),
  category text not null check (category in (
    'Audio', 'Lighting', 'Video', 'Rigging', 'Staging', 'Backline', 'Trucking', 'Travel', 'Catering', 'Power',
    'Security', 'Medical', 'Labor', 'Sanitation', 'Special effects', 'Site services', 'Merchandise'
  )),
  contact_name text check (length(contact_name) between 1 and 200),
  email text check (length(email) between 3 and 320),
  phone text check (length(phone) between 3 and 40),
  city text check (length(city) between 1 and 120),
  -- The day the W-9 arrived; null if it has not.
  w9_received_on date,
  -- The last day that the certificate of insurance is valid; null if there is none.
  coi_expires_on date,
  notes text not null default '' check (length(notes) <= 4000),
  primary key (org_id, id)
);
create index vendors_by_name on production.vendors (org_id, name, id);

alter table production.vendors enable row level security;
alter table production.vendors force row level security;
create policy select_with_vendors_read on production.vendors for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'vendors:read' = any (c.permissions)));
grant select on production.vendors to groundwire_app;

-- The service that a vendor provides to a project.
create table production.project_vendors (
  org_id uuid not null,
  project_id uuid not null,
  vendor_id uuid not null,
  service text not null check (length(service) between 1 and 200),
  primary key (org_id, project_id, vendor_id),
  foreign key (org_id, project_id) references production.projects (org_id, id),
  foreign key (org_id, vendor_id) references production.vendors (org_id, id)
);
create index project_vendors_of_vendor on production.project_vendors (org_id, vendor_id);

alter table production.project_vendors enable row level security;
alter table production.project_vendors force row level security;
create policy select_with_vendors_read on production.project_vendors for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'vendors:read' = any (c.permissions)));
grant select on production.project_vendors to groundwire_app;

create table production.rfps (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  number text not null check (number ~ '^RFP-[0-9]{4,8}$'),
  title text not null check (length(title) between 1 and 200),
  scope text not null default '' check (length(scope) <= 4000),
  deliverables text not null default '' check (length(deliverables) <= 4000),
  state text not null default 'draft' check (state in ('draft', 'sent', 'closed', 'awarded', 'cancelled')),
  due_at timestamptz(3),
  time_zone text not null default 'UTC' check (private.is_time_zone(time_zone)),
  requires_insurance boolean not null default false,
  requires_w9 boolean not null default false,
  requires_nda boolean not null default false,
  primary key (org_id, id),
  unique (org_id, number),
  foreign key (org_id, project_id) references production.projects (org_id, id)
);
create index rfps_of_project on production.rfps (org_id, project_id, number);

alter table production.rfps enable row level security;
alter table production.rfps force row level security;
create policy select_with_rfps_read on production.rfps for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'rfps:read' = any (c.permissions)));
grant select on production.rfps to groundwire_app;

create table production.rfp_responses (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  rfp_id uuid not null,
  vendor_id uuid not null,
  state text not null default 'submitted' check (state in ('submitted', 'shortlisted', 'awarded', 'declined')),
  submitted_at timestamptz(3) not null,
  summary text not null default '' check (length(summary) <= 4000),
  primary key (org_id, id),
  unique (org_id, rfp_id, vendor_id),
  foreign key (org_id, rfp_id) references production.rfps (org_id, id),
  foreign key (org_id, vendor_id) references production.vendors (org_id, id)
);
create index rfp_responses_of_vendor on production.rfp_responses (org_id, vendor_id);
create unique index rfp_responses_awarded on production.rfp_responses (org_id, rfp_id) where state = 'awarded';

alter table production.rfp_responses enable row level security;
alter table production.rfp_responses force row level security;
create policy select_with_rfps_read on production.rfp_responses for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'rfps:read' = any (c.permissions)));
grant select on production.rfp_responses to groundwire_app;

create table production.rfp_totals (
  org_id uuid not null,
  response_id uuid not null,
  total numeric(14, 2) not null check (total >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  primary key (org_id, response_id),
  foreign key (org_id, response_id) references production.rfp_responses (org_id, id)
);

alter table production.rfp_totals enable row level security;
alter table production.rfp_totals force row level security;
create policy select_with_finance_read on production.rfp_totals for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'finance:read' = any (c.permissions)));
grant select on production.rfp_totals to groundwire_app;
