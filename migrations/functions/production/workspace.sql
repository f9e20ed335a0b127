-- The read-only workspace pages of a production organization. Each page is one call.
set local role groundwire_owner;

-- Counts across all projects. Null if the role may not read that kind.
create or replace function private.do_workspace_totals(input jsonb) returns jsonb
language sql stable
return jsonb_build_object(
  'shows', case when private.holds('shows:read') then (select count(*) from production.shows) end,
  'crew', case when private.holds('crew:read') then (select count(*) from production.crew_members) end,
  'vendors', case when private.holds('vendors:read') then (select count(*) from production.vendors) end,
  'rfps', case when private.holds('rfps:read') then (select count(*) from production.rfps) end,
  'incidents', case when private.holds('incidents:read') then (select count(*) from production.incidents) end,
  'deliverables', case when private.holds('deliverables:read') then (select count(*) from production.deliverables) end);

create or replace function private.do_workspace_show(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  show production.shows;
begin
  perform private.require_permission('shows:read');
  show := private.find_show(private.input_text(input, 'id', 200, true), 'id');
  return private.show_json(show) || jsonb_build_object('notes', nullif(show.notes, ''), 'venueDetails', private.venue_json(show.venue_id),
    'project', private.project_place(show.project_id),
    'counts', jsonb_build_object(
      'crew', case when private.holds('crew:read') then (
        select count(*) from production.crew_assignments a
        where a.show_id = show.id or (a.project_id = show.project_id and a.show_id is null)) end,
      'deliverables', case when private.holds('deliverables:read') then (
        select count(*) from production.deliverables d where d.show_id = show.id) end,
      'incidents', case when private.holds('incidents:read') then (
        select count(*) from production.incidents i where i.show_id = show.id) end));
end
$$;

create or replace function private.do_workspace_crew_member(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  max_shown constant integer := 200;
  reference text := private.input_text(input, 'id', 200, true);
  member production.crew_members;
begin
  perform private.require_permission('crew:read');
  if private.is_uuid(reference) then
    select * into member from production.crew_members m where m.id = reference::uuid;
  end if;
  if member.id is null then
    perform private.refuse_unknown('crew member', 'id');
  end if;
  return jsonb_build_object('id', member.id, 'name', member.name, 'position', member.position, 'department', member.department,
    'homeCity', member.home_city, 'certifications', private.certifications_json(member.id),
    'email', (select x.email from production.crew_contacts x where x.crew_member_id = member.id),
    'phone', (select x.phone from production.crew_contacts x where x.crew_member_id = member.id),
    'notShown', private.not_shown(array['phone', 'email'], 'crew:contacts')
      || private.not_shown(array['dayRate', 'currency'], 'finance:read'),
    'assignmentCount', (select count(*) from production.crew_assignments a where a.crew_member_id = member.id),
    'assignments', coalesce((
      select jsonb_agg(a.row order by a.at desc nulls first, a.id)
      from (
        select a.id, s.starts_at as at, jsonb_build_object('id', a.id, 'role', a.role, 'state', a.state,
          'project', private.project_place(a.project_id), 'showId', a.show_id, 'show', s.name,
          'startsAt', private.local_time(s.starts_at, s.time_zone), 'timeZone', s.time_zone,
          'callAt', private.local_time(a.call_at, s.time_zone), 'dayRate', r.day_rate, 'currency', r.currency) as row
        from production.crew_assignments a
        left join production.shows s on s.org_id = a.org_id and s.id = a.show_id
        left join production.crew_rates r on r.org_id = a.org_id and r.assignment_id = a.id
        where a.crew_member_id = member.id order by s.starts_at desc nulls first, a.id limit max_shown
      ) a), '[]'));
end
$$;

create or replace function private.do_workspace_vendor(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  reference text := private.input_text(input, 'id', 200, true);
  vendor production.vendors;
begin
  perform private.require_permission('vendors:read');
  if private.is_uuid(reference) then
    select * into vendor from production.vendors v where v.id = reference::uuid;
  end if;
  if vendor.id is null then
    perform private.refuse_unknown('vendor', 'id');
  end if;
  return private.vendor_json(vendor) || jsonb_build_object('notes', nullif(vendor.notes, ''),
    'projects', coalesce((
      select jsonb_agg(private.project_json(p) || jsonb_build_object('service', x.service) order by p.starts_on, p.id)
      from production.project_vendors x join production.projects p on p.org_id = x.org_id and p.id = x.project_id
      where x.vendor_id = vendor.id), '[]'),
    'responses', coalesce((
      select jsonb_agg(jsonb_build_object('rfpId', r.id, 'number', r.number, 'title', r.title, 'rfpState', r.state, 'state', s.state,
        'submittedOn', (s.submitted_at at time zone r.time_zone)::date, 'total', t.total, 'currency', t.currency) order by s.submitted_at desc, s.id)
      from production.rfp_responses s
      join production.rfps r on r.org_id = s.org_id and r.id = s.rfp_id
      left join production.rfp_totals t on t.org_id = s.org_id and t.response_id = s.id
      where s.vendor_id = vendor.id), '[]'),
    'notShown', private.not_shown(array['total', 'currency'], 'finance:read'));
end
$$;

create or replace function private.do_workspace_rfp(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  reference text := private.input_text(input, 'id', 200, true);
  rfp production.rfps;
begin
  perform private.require_permission('rfps:read');
  if private.is_uuid(reference) then
    select * into rfp from production.rfps r where r.id = reference::uuid;
  end if;
  if rfp.id is null then
    perform private.refuse_unknown('RFP', 'id');
  end if;
  return private.rfp_json(rfp) || jsonb_build_object('project', private.project_place(rfp.project_id),
    'responses', private.responses_json(rfp.id), 'notShown', private.not_shown(array['total', 'currency'], 'finance:read'));
end
$$;

create or replace function private.do_workspace_incident(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  reference text := private.input_text(input, 'id', 200, true);
  incident production.incidents;
begin
  perform private.require_permission('incidents:read');
  if private.is_uuid(reference) then
    select * into incident from production.incidents i where i.id = reference::uuid;
  end if;
  if incident.id is null then
    perform private.refuse_unknown('incident', 'id');
  end if;
  return private.incident_json(incident) || jsonb_build_object('project', private.project_place(incident.project_id),
    'notShown', private.not_shown(array['parties'], 'incidents:parties'));
end
$$;

create or replace function private.do_workspace_activity(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  reference text := private.input_text(input, 'id', 200, true);
  activity production.schedule_activities;
  neighbors jsonb;
begin
  perform private.require_permission('schedules:read');
  if private.is_uuid(reference) then
    select * into activity from production.schedule_activities a where a.id = reference::uuid;
  end if;
  if activity.id is null then
    perform private.refuse_unknown('activity', 'id');
  end if;
  with network as materialized (
    select * from private.schedule_network(activity.project_id)
  ), linked as (
    select d.predecessor_id as id, 'waitsFor' as side, d.kind, d.lag_days from production.schedule_dependencies d
    where d.project_id = activity.project_id and d.successor_id = activity.id
    union all
    select d.successor_id, 'holdsUp', d.kind, d.lag_days from production.schedule_dependencies d
    where d.project_id = activity.project_id and d.predecessor_id = activity.id
  ), shown as (
    select l.side, a.planned_start, a.name, jsonb_build_object('id', a.id, 'name', a.name, 'kind', l.kind, 'lagDays', l.lag_days,
      'plannedStart', a.planned_start, 'plannedFinish', a.planned_finish, 'isCritical', n.is_critical, 'totalFloatDays', n.total_float) as row
    from linked l
    join production.schedule_activities a on a.org_id = activity.org_id and a.id = l.id
    left join network n on n.activity_id = a.id
  )
  select jsonb_build_object(
    'waitsFor', coalesce(jsonb_agg(s.row order by s.planned_start, s.name) filter (where s.side = 'waitsFor'), '[]'),
    'holdsUp', coalesce(jsonb_agg(s.row order by s.planned_start, s.name) filter (where s.side = 'holdsUp'), '[]'),
    'computed', (
      select jsonb_build_object('earlyStart', n.early_start, 'earlyFinish', n.early_finish, 'lateStart', n.late_start,
        'lateFinish', n.late_finish, 'totalFloatDays', n.total_float, 'isCritical', n.is_critical)
      from network n where n.activity_id = activity.id and n.cycle_step is null),
    'isInCycle', exists (select from network n where n.activity_id = activity.id and n.cycle_step is not null))
  into neighbors from shown s;
  return neighbors || jsonb_build_object('id', activity.id, 'name', activity.name, 'phase', activity.phase,
    'responsible', activity.responsible, 'plannedStart', activity.planned_start, 'plannedFinish', activity.planned_finish,
    'durationDays', activity.duration_days, 'earliestStart', activity.earliest_start, 'percentComplete', activity.percent_complete,
    'project', private.project_place(activity.project_id), 'asOf', private.today());
end
$$;

create or replace function production.workspace_totals(input jsonb) returns jsonb
language sql return private.run_read('private.do_workspace_totals', input);

create or replace function production.workspace_show(input jsonb) returns jsonb
language sql return private.run_read('private.do_workspace_show', input);

create or replace function production.workspace_crew_member(input jsonb) returns jsonb
language sql return private.run_read('private.do_workspace_crew_member', input);

create or replace function production.workspace_vendor(input jsonb) returns jsonb
language sql return private.run_read('private.do_workspace_vendor', input);

create or replace function production.workspace_rfp(input jsonb) returns jsonb
language sql return private.run_read('private.do_workspace_rfp', input);

create or replace function production.workspace_incident(input jsonb) returns jsonb
language sql return private.run_read('private.do_workspace_incident', input);

create or replace function production.workspace_activity(input jsonb) returns jsonb
language sql return private.run_read('private.do_workspace_activity', input);

grant execute on function private.do_workspace_totals(jsonb), private.do_workspace_show(jsonb),
  private.do_workspace_crew_member(jsonb), private.do_workspace_vendor(jsonb), private.do_workspace_rfp(jsonb),
  private.do_workspace_incident(jsonb), private.do_workspace_activity(jsonb), production.workspace_totals(jsonb),
  production.workspace_show(jsonb), production.workspace_crew_member(jsonb), production.workspace_vendor(jsonb),
  production.workspace_rfp(jsonb), production.workspace_incident(jsonb), production.workspace_activity(jsonb)
  to groundwire_app;
