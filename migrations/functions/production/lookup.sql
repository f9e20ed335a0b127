-- Finds a project or show by id, code or name, and describes production records as JSON. Fields that need another
-- permission are listed as not shown.
--!needs functions/production/time.sql
set local role groundwire_owner;

-- Empty if the role has the permission.
create or replace function private.not_shown(fields text[], permission text) returns jsonb
language sql stable
return case when private.holds(permission) then '[]'
  else jsonb_build_array(jsonb_build_object('fields', fields, 'permission', permission)) end;

-- Whether the text contains each of the words, ignoring case.
create or replace function private.has_words(text text, words text) returns boolean
language sql immutable
return (
  select coalesce(bool_and(strpos(lower(text), w.word) > 0), true)
  from regexp_split_to_table(lower(coalesce(words, '')), '\s+') w (word) where w.word <> ''
);

-- By id, by code, or by a name that only one has.
create or replace function private.find_project(reference text, field text) returns production.projects
language plpgsql stable as $$
declare
  found_row production.projects;
  named text[];
begin
  if private.is_uuid(reference) then
    select * into found_row from production.projects p where p.id = reference::uuid;
  else
    select * into found_row from production.projects p where p.code = upper(reference);
    if not found then
      named := array(select p.code from production.projects p where lower(p.name) = lower(reference) order by p.code limit 10);
      if cardinality(named) > 1 then
        perform private.refuse('AMBIGUOUS', 'More than one project has this name. Use its code.',
          jsonb_build_object('field', field, 'candidates', named));
      end if;
      select * into found_row from production.projects p where p.code = named[1];
    end if;
  end if;
  if found_row.id is null then
    perform private.refuse_unknown('project', field);
  end if;
  return found_row;
end
$$;

-- By id, or by a name that only one has; of the project's shows if a project is named.
create or replace function private.find_show(reference text, field text, project uuid default null) returns production.shows
language plpgsql stable as $$
declare
  found_row production.shows;
  named uuid[];
begin
  if private.is_uuid(reference) then
    select * into found_row from production.shows s
    where s.id = reference::uuid and (project is null or s.project_id = project);
  else
    named := array(
      select s.id from production.shows s
      where lower(s.name) = lower(reference) and (project is null or s.project_id = project) limit 2);
    if cardinality(named) > 1 then
      perform private.refuse('AMBIGUOUS', 'More than one show has this name. Use its id.', jsonb_build_object('field', field));
    end if;
    select * into found_row from production.shows s where s.id = named[1];
  end if;
  if found_row.id is null then
    perform private.refuse_unknown('show', field);
  end if;
  return found_row;
end
$$;

create or replace function private.project_json(p production.projects) returns jsonb
language sql stable
return jsonb_build_object('id', p.id, 'code', p.code, 'name', p.name, 'client', p.client, 'state', p.state, 'phase', p.phase,
  'startsOn', p.starts_on, 'endsOn', p.ends_on);

create or replace function private.project_place(project uuid) returns jsonb
language sql stable
return (select jsonb_build_object('id', p.id, 'code', p.code, 'name', p.name) from production.projects p where p.id = project);

create or replace function private.venue_json(venue uuid) returns jsonb
language sql stable
return (
  select jsonb_build_object('id', v.id, 'name', v.name, 'kind', v.kind, 'address', v.address, 'city', v.city, 'region', v.region,
    'country', v.country, 'capacity', v.capacity, 'contactName', v.contact_name, 'contactEmail', v.contact_email,
    'contactPhone', v.contact_phone)
  from production.venues v where v.id = venue
);

create or replace function private.show_json(s production.shows) returns jsonb
language sql stable
return jsonb_build_object('id', s.id, 'name', s.name, 'state', s.state,
  'startsAt', private.local_time(s.starts_at, s.time_zone), 'endsAt', private.local_time(s.ends_at, s.time_zone),
  'doorsAt', private.local_time(s.doors_at, s.time_zone), 'loadInAt', private.local_time(s.load_in_at, s.time_zone),
  'timeZone', s.time_zone, 'projectId', s.project_id,
  'projectName', (select p.name from production.projects p where p.org_id = s.org_id and p.id = s.project_id)
) || coalesce((
  select jsonb_build_object('venueId', v.id, 'venue', v.name, 'city', v.city, 'capacity', v.capacity)
  from production.venues v where v.org_id = s.org_id and v.id = s.venue_id
), '{"venueId": null, "venue": null, "city": null, "capacity": null}');

create or replace function private.certifications_json(member uuid) returns jsonb
language sql stable
return coalesce((
  select jsonb_agg(jsonb_build_object('name', c.name, 'expiresOn', c.expires_on,
    'isExpired', coalesce(c.expires_on < private.today(), false)) order by c.name)
  from production.crew_certifications c where c.crew_member_id = member
), '[]');

create or replace function private.vendor_json(v production.vendors) returns jsonb
language sql stable
return jsonb_build_object('id', v.id, 'name', v.name, 'category', v.category, 'contactName', v.contact_name, 'email', v.email,
  'phone', v.phone, 'city', v.city, 'w9ReceivedOn', v.w9_received_on, 'coiExpiresOn', v.coi_expires_on,
  'insurance', private.validity(v.coi_expires_on));

create or replace function private.responses_json(rfp uuid) returns jsonb
language sql stable
return coalesce((
  select jsonb_agg(jsonb_build_object('id', r.id, 'vendorId', r.vendor_id, 'vendor', v.name, 'state', r.state,
    'submittedOn', (r.submitted_at at time zone f.time_zone)::date, 'summary', nullif(r.summary, ''),
    'total', t.total, 'currency', t.currency) order by r.submitted_at, r.id)
  from production.rfp_responses r
  join production.rfps f on f.org_id = r.org_id and f.id = r.rfp_id
  left join production.vendors v on v.org_id = r.org_id and v.id = r.vendor_id
  left join production.rfp_totals t on t.org_id = r.org_id and t.response_id = r.id
  where r.rfp_id = rfp
), '[]');

create or replace function private.rfp_json(r production.rfps) returns jsonb
language sql stable
return jsonb_build_object('id', r.id, 'number', r.number, 'title', r.title, 'state', r.state,
  'dueAt', private.local_time(r.due_at, r.time_zone), 'timeZone', r.time_zone, 'scope', nullif(r.scope, ''),
  'deliverables', nullif(r.deliverables, ''), 'requiresInsurance', r.requires_insurance, 'requiresW9', r.requires_w9,
  'requiresNda', r.requires_nda, 'projectId', r.project_id,
  'projectName', (select p.name from production.projects p where p.org_id = r.org_id and p.id = r.project_id),
  'responseCount', (select count(*) from production.rfp_responses s where s.org_id = r.org_id and s.rfp_id = r.id));

create or replace function private.incident_json(i production.incidents) returns jsonb
language sql stable
return jsonb_build_object('id', i.id, 'number', i.number, 'title', i.title, 'severity', i.severity, 'state', i.state,
  'occurredAt', private.local_time(i.occurred_at, i.time_zone), 'timeZone', i.time_zone, 'location', i.location,
  'description', nullif(i.description, ''), 'correctiveAction', i.corrective_action, 'isOshaRecordable', i.is_osha_recordable,
  'daysAway', i.days_away, 'daysRestricted', i.days_restricted, 'projectId', i.project_id,
  'projectName', (select p.name from production.projects p where p.org_id = i.org_id and p.id = i.project_id), 'showId', i.show_id,
  'show', (select s.name from production.shows s where s.org_id = i.org_id and s.id = i.show_id),
  'parties', case when private.holds('incidents:parties') then coalesce((
    select jsonb_agg(jsonb_build_object('name', y.name, 'role', y.role, 'organization', y.organization, 'contact', y.contact,
      'statement', nullif(y.statement, '')) order by y.role, y.name)
    from production.incident_parties y where y.org_id = i.org_id and y.incident_id = i.id), '[]') end);

-- Overdue: approved and delivered ones are done.
create or replace function private.is_overdue(d production.deliverables) returns boolean
language sql stable
return coalesce(d.due_on < private.today(), false) and d.state not in ('approved', 'delivered');

create or replace function private.deliverable_json(d production.deliverables) returns jsonb
language sql stable
return jsonb_build_object('id', d.id, 'title', d.title, 'kind', d.kind, 'state', d.state, 'dueOn', d.due_on,
  'isOverdue', private.is_overdue(d), 'responsible', d.responsible, 'projectId', d.project_id,
  'projectName', (select p.name from production.projects p where p.org_id = d.org_id and p.id = d.project_id), 'showId', d.show_id,
  'show', (select s.name from production.shows s where s.org_id = d.org_id and s.id = d.show_id));

-- The summary of a project: how many there are of each kind, and what needs attention. Null if the role may not read
-- that kind.
create or replace function private.project_counts(project uuid) returns jsonb
language sql stable
return jsonb_build_object(
  'shows', case when private.holds('shows:read') then (
    select count(*) from production.shows s where s.project_id = project) end,
  'crew', case when private.holds('crew:read') then (
    select count(distinct a.crew_member_id) from production.crew_assignments a where a.project_id = project) end,
  'vendors', case when private.holds('vendors:read') then (
    select count(*) from production.project_vendors v where v.project_id = project) end,
  'activities', case when private.holds('schedules:read') then (
    select count(*) from production.schedule_activities a where a.project_id = project) end,
  'rfps', case when private.holds('rfps:read') then (
    select count(*) from production.rfps r where r.project_id = project) end,
  'incidents', case when private.holds('incidents:read') then (
    select count(*) from production.incidents i where i.project_id = project) end,
  'deliverables', case when private.holds('deliverables:read') then (
    select count(*) from production.deliverables d where d.project_id = project) end);

create or replace function private.project_attention(project uuid) returns jsonb
language sql stable
return jsonb_build_object(
  'openIncidents', case when private.holds('incidents:read') then (
    select count(*) from production.incidents i where i.project_id = project and i.state in ('open', 'investigating')) end,
  'overdueDeliverables', case when private.holds('deliverables:read') then (
    select count(*) from production.deliverables d where d.project_id = project and private.is_overdue(d)) end,
  'vendorsWithoutW9', case when private.holds('vendors:read') then (
    select count(*) from production.project_vendors x join production.vendors v on v.org_id = x.org_id and v.id = x.vendor_id
    where x.project_id = project and v.w9_received_on is null) end,
  'vendorsWithoutInsurance', case when private.holds('vendors:read') then (
    select count(*) from production.project_vendors x join production.vendors v on v.org_id = x.org_id and v.id = x.vendor_id
    where x.project_id = project and private.validity(v.coi_expires_on) in ('missing', 'expired')) end,
  'openRfps', case when private.holds('rfps:read') then (
    select count(*) from production.rfps r where r.project_id = project and r.state in ('sent', 'closed')) end);

grant execute on function private.not_shown(text[], text), private.has_words(text, text),
  private.find_project(text, text), private.find_show(text, text, uuid), private.project_json(production.projects),
  private.project_place(uuid), private.venue_json(uuid), private.show_json(production.shows),
  private.certifications_json(uuid), private.vendor_json(production.vendors), private.responses_json(uuid),
  private.rfp_json(production.rfps), private.incident_json(production.incidents),
  private.is_overdue(production.deliverables), private.deliverable_json(production.deliverables),
  private.project_counts(uuid), private.project_attention(uuid) to groundwire_app;
