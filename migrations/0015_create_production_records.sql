-- Incidents and deliverables. People who were involved in an incident, and what they said, need incidents:parties; the
-- record of the incident itself names no one.
set local role groundwire_owner;

create table production.incidents (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  show_id uuid,
  number text not null check (number ~ '^INC-[0-9]{4,8}$'),
  title text not null check (length(title) between 1 and 200),
  description text not null default '' check (length(description) <= 8000),
  severity text not null check (severity in ('near_miss', 'minor', 'major', 'critical')),
  state text not null default 'open' check (state in ('open', 'investigating', 'resolved', 'closed')),
  occurred_at timestamptz(3) not null,
  time_zone text not null check (private.is_time_zone(time_zone)),
  location text check (length(location) between 1 and 300),
  -- Null until it is decided.
  is_osha_recordable boolean,
  days_away integer not null default 0 check (days_away between 0 and 3650),
  days_restricted integer not null default 0 check (days_restricted between 0 and 3650),
  corrective_action text check (length(corrective_action) between 1 and 4000),
  primary key (org_id, id),
  unique (org_id, number),
  foreign key (org_id, project_id) references production.projects (org_id, id),
  foreign key (org_id, project_id, show_id) references production.shows (org_id, project_id, id)
);
create index incidents_of_project on production.incidents (org_id, project_id, occurred_at);
create index incidents_of_show on production.incidents (org_id, show_id);

alter table production.incidents enable row level security;
alter table production.incidents force row level security;
create policy select_with_incidents_read on production.incidents for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'incidents:read' = any (c.permissions)));
grant select on production.incidents to groundwire_app;

create table production.incident_parties (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  incident_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  role text not null check (role in ('injured', 'involved', 'witness', 'reporter', 'responder')),
  organization text check (length(organization) between 1 and 200),
  contact text check (length(contact) between 1 and 320),
  statement text not null default '' check (length(statement) <= 4000),
  primary key (org_id, id),
  foreign key (org_id, incident_id) references production.incidents (org_id, id)
);
create index incident_parties_of_incident on production.incident_parties (org_id, incident_id);

alter table production.incident_parties enable row level security;
alter table production.incident_parties force row level security;
create policy select_with_incidents_parties on production.incident_parties for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'incidents:parties' = any (c.permissions)));
grant select on production.incident_parties to groundwire_app;

create table production.deliverables (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  show_id uuid,
  kind text not null check (kind in (
    'technical_rider', 'hospitality_rider', 'input_list', 'stage_plot', 'lighting_plot', 'rigging_plot', 'site_plan',
    'power_plan', 'safety_plan', 'run_of_show', 'guest_list', 'permit', 'other'
  )),
  title text not null check (length(title) between 1 and 200),
  state text not null default 'open' check (state in ('open', 'in_progress', 'in_review', 'approved', 'delivered')),
  due_on date,
  responsible text check (length(responsible) between 1 and 200),
  primary key (org_id, id),
  foreign key (org_id, project_id) references production.projects (org_id, id),
  foreign key (org_id, project_id, show_id) references production.shows (org_id, project_id, id)
);
create index deliverables_of_project on production.deliverables (org_id, project_id, due_on);
create index deliverables_of_show on production.deliverables (org_id, show_id);

alter table production.deliverables enable row level security;
alter table production.deliverables force row level security;
create policy select_with_deliverables_read on production.deliverables for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'deliverables:read' = any (c.permissions)));
grant select on production.deliverables to groundwire_app;
