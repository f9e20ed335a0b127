-- Why: whom the org buys from, whether their papers are in order, what was asked of them and what they offered. A vendor's
-- contact is a business's and stands with the vendor. What a proposal costs is for finance:read.
set local role groundwire_owner;

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
  -- When the W-9 came in; null where there is none.
  w9_received_on date,
  -- Until when the certificate of insurance holds; null where there is none.
  coi_expires_on date,
  notes text not null default '' check (length(notes) <= 4000),
  primary key (org_id, id)
);
create index vendors_by_name on production.vendors (org_id, name, id);

-- What a vendor does for a project.
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

create table production.rfp_totals (
  org_id uuid not null,
  response_id uuid not null,
  total numeric(14, 2) not null check (total >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  primary key (org_id, response_id),
  foreign key (org_id, response_id) references production.rfp_responses (org_id, id)
);

alter table production.vendors enable row level security;
alter table production.vendors force row level security;
create policy select_with_vendors_read on production.vendors for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'vendors:read' = any (c.permissions)));
grant select on production.vendors to groundwire_app;

alter table production.project_vendors enable row level security;
alter table production.project_vendors force row level security;
create policy select_with_vendors_read on production.project_vendors for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'vendors:read' = any (c.permissions)));
grant select on production.project_vendors to groundwire_app;

alter table production.rfps enable row level security;
alter table production.rfps force row level security;
create policy select_with_rfps_read on production.rfps for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'rfps:read' = any (c.permissions)));
grant select on production.rfps to groundwire_app;

alter table production.rfp_responses enable row level security;
alter table production.rfp_responses force row level security;
create policy select_with_rfps_read on production.rfp_responses for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'rfps:read' = any (c.permissions)));
grant select on production.rfp_responses to groundwire_app;

alter table production.rfp_totals enable row level security;
alter table production.rfp_totals force row level security;
create policy select_with_finance_read on production.rfp_totals for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'finance:read' = any (c.permissions)));
grant select on production.rfp_totals to groundwire_app;
