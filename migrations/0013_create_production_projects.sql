-- Live production belongs to an organization as a whole: everyone with projects:read reads all of them. What differs is
-- the kind of information, so each kind has a permission, and what not every reader of a record may know has a table of
-- its own. The product that keeps these rows writes them with its own login; the assistant's login only reads.
create schema production authorization groundwire_owner;
set local role groundwire_owner;
grant usage on schema production to groundwire_app;

--!needs functions/production/time.sql

create table production.projects (
  org_id uuid not null references public.orgs (id),
  id uuid not null default gen_random_uuid(),
  code text not null check (code ~ '^[A-Z0-9-]+$' and length(code) <= 32),
  name text not null check (length(name) between 1 and 200),
  client text check (length(client) between 1 and 200),
  description text not null default '' check (length(description) <= 4000),
  state text not null default 'draft' check (state in ('draft', 'active', 'paused', 'archived', 'complete')),
  phase text not null default 'Discovery'
    check (phase in ('Discovery', 'Design', 'Advance', 'Procurement', 'Build', 'Install', 'Operate', 'Close')),
  starts_on date check (starts_on between '1970-01-01' and '2200-01-01'),
  ends_on date check (ends_on between '1970-01-01' and '2200-01-01'),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (org_id, id),
  unique (org_id, code),
  check (ends_on >= starts_on)
);
create index projects_by_start on production.projects (org_id, starts_on, id);

alter table production.projects enable row level security;
alter table production.projects force row level security;
create policy select_with_projects_read on production.projects for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'projects:read' = any (c.permissions)));
grant select on production.projects to groundwire_app;

-- Amounts of money need finance:read in every table.
create table production.project_budgets (
  org_id uuid not null,
  project_id uuid not null,
  amount numeric(14, 2) not null check (amount >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  primary key (org_id, project_id),
  foreign key (org_id, project_id) references production.projects (org_id, id)
);

alter table production.project_budgets enable row level security;
alter table production.project_budgets force row level security;
create policy select_with_finance_read on production.project_budgets for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'finance:read' = any (c.permissions)));
grant select on production.project_budgets to groundwire_app;

create table production.venues (
  org_id uuid not null references public.orgs (id),
  id uuid not null default gen_random_uuid(),
  name text not null check (length(name) between 1 and 200),
  kind text check (length(kind) between 1 and 80),
  address text check (length(address) between 1 and 300),
  city text not null check (length(city) between 1 and 120),
  region text check (length(region) between 1 and 120),
  country text not null check (country ~ '^[A-Z]{2}$'),
  capacity integer check (capacity between 0 and 1000000),
  contact_name text check (length(contact_name) between 1 and 200),
  contact_email text check (length(contact_email) between 3 and 320),
  contact_phone text check (length(contact_phone) between 3 and 40),
  primary key (org_id, id)
);

alter table production.venues enable row level security;
alter table production.venues force row level security;
create policy select_with_shows_read on production.venues for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'shows:read' = any (c.permissions)));
grant select on production.venues to groundwire_app;

-- A show date. Times are stored as instants; `time_zone` is the venue's.
create table production.shows (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  venue_id uuid,
  name text not null check (length(name) between 1 and 200),
  state text not null default 'draft' check (state in ('draft', 'scheduled', 'live', 'complete', 'cancelled')),
  time_zone text not null check (private.is_time_zone(time_zone)),
  load_in_at timestamptz(3),
  doors_at timestamptz(3),
  starts_at timestamptz(3) not null,
  ends_at timestamptz(3),
  notes text not null default '' check (length(notes) <= 4000),
  primary key (org_id, id),
  unique (org_id, project_id, id),
  foreign key (org_id, project_id) references production.projects (org_id, id),
  foreign key (org_id, venue_id) references production.venues (org_id, id),
  check (ends_at > starts_at),
  check (doors_at <= starts_at),
  check (load_in_at <= coalesce(doors_at, starts_at))
);
create index shows_of_project on production.shows (org_id, project_id, starts_at);
create index shows_by_start on production.shows (org_id, starts_at);
create index shows_of_venue on production.shows (org_id, venue_id);

alter table production.shows enable row level security;
alter table production.shows force row level security;
create policy select_with_shows_read on production.shows for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'shows:read' = any (c.permissions)));
grant select on production.shows to groundwire_app;

-- Whole days of the project's calendar. A duration of 0 is a milestone at the end of its day.
create table production.schedule_activities (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  phase text not null
    check (phase in ('Discovery', 'Design', 'Advance', 'Procurement', 'Build', 'Install', 'Operate', 'Close')),
  responsible text check (length(responsible) between 1 and 200),
  planned_start date not null check (planned_start between '1970-01-01' and '2200-01-01'),
  duration_days integer not null check (duration_days between 0 and 3650),
  planned_finish date not null generated always as (planned_start + greatest(duration_days, 1) - 1) stored,
  -- Not before this day, whatever its predecessors allow: the site opens, the permit begins.
  earliest_start date check (earliest_start between '1970-01-01' and '2200-01-01'),
  percent_complete smallint not null default 0 check (percent_complete between 0 and 100),
  primary key (org_id, id),
  unique (org_id, project_id, id),
  foreign key (org_id, project_id) references production.projects (org_id, id)
);

alter table production.schedule_activities enable row level security;
alter table production.schedule_activities force row level security;
create policy select_with_schedules_read on production.schedule_activities for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'schedules:read' = any (c.permissions)));
grant select on production.schedule_activities to groundwire_app;

-- FS: finish to start, SS: start to start, FF: finish to finish; then `lag_days` later.
create table production.schedule_dependencies (
  org_id uuid not null,
  project_id uuid not null,
  predecessor_id uuid not null,
  successor_id uuid not null,
  kind text not null default 'FS' check (kind in ('FS', 'SS', 'FF')),
  lag_days integer not null default 0 check (lag_days between -365 and 365),
  primary key (org_id, project_id, predecessor_id, successor_id),
  foreign key (org_id, project_id, predecessor_id) references production.schedule_activities (org_id, project_id, id),
  foreign key (org_id, project_id, successor_id) references production.schedule_activities (org_id, project_id, id),
  check (predecessor_id <> successor_id)
);
create index schedule_dependencies_of_successor on production.schedule_dependencies (org_id, project_id, successor_id);

alter table production.schedule_dependencies enable row level security;
alter table production.schedule_dependencies force row level security;
create policy select_with_schedules_read on production.schedule_dependencies for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'schedules:read' = any (c.permissions)));
grant select on production.schedule_dependencies to groundwire_app;
