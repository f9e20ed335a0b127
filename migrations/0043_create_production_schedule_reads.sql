-- Why: a project's schedule as people ask for it, with what each activity waits for, how far it may slip and what moves the
-- end; the way to a record; and the functions of the read tools, each in the common envelope.
set local role groundwire_owner;

-- 'Stage deck', 'Stage deck (SS +2 d)'
create function private.dependency_words(name text, kind text, lag_days integer) returns text
language sql immutable
return name || case when kind = 'FS' and lag_days = 0 then ''
  else ' (' || kind || case when lag_days = 0 then '' else format(' %s%s d', case when lag_days > 0 then '+' else '' end, lag_days) end || ')' end;

create function private.do_get_schedule(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  project production.projects;
  words text := private.input_text(input, 'query', 200);
  only_critical boolean := private.input_flag(input, 'criticalOnly', false);
  size integer := private.input_size(input);
  answer jsonb;
begin
  perform private.require_permission('schedules:read');
  project := private.find_project(private.input_text(input, 'projectId', 200, true), 'projectId');
  with network as materialized (
    select * from private.schedule_network(project.id)
  ), activities as materialized (
    select a.*, n.early_start, n.early_finish, n.late_start, n.late_finish, n.total_float, n.is_critical, n.cycle_step,
      row_number() over (order by a.planned_start, a.planned_finish, lower(a.name), a.id) as place
    from production.schedule_activities a left join network n on n.activity_id = a.id
    where a.project_id = project.id
  ), matching as (
    select m.*, row_number() over (order by m.place) as nth from activities m
    where (not only_critical or m.is_critical) and private.has_words(concat_ws(' ', m.name, m.phase, m.responsible), words)
  )
  select jsonb_build_object(
    'activities', coalesce((
      select jsonb_agg(jsonb_build_object('id', m.id, 'name', m.name, 'phase', m.phase, 'responsible', m.responsible,
        'plannedStart', m.planned_start, 'plannedFinish', m.planned_finish, 'durationDays', m.duration_days,
        'isMilestone', m.duration_days = 0, 'percentComplete', m.percent_complete, 'isCritical', m.is_critical,
        'totalFloatDays', m.total_float, 'earlyStart', m.early_start, 'earlyFinish', m.early_finish,
        'lateStart', m.late_start, 'lateFinish', m.late_finish,
        'waitsFor', coalesce((
          select jsonb_agg(private.dependency_words(p.name, d.kind, d.lag_days) order by p.planned_start, p.name)
          from production.schedule_dependencies d join activities p on p.id = d.predecessor_id
          where d.project_id = project.id and d.successor_id = m.id), '[]')) order by m.place)
      from matching m where m.nth <= size), '[]'),
    'total', (select count(*) from matching), 'left', greatest((select count(*) from matching) - size, 0),
    'startsOn', (select min(a.planned_start) from activities a), 'plannedFinish', (select max(a.planned_finish) from activities a),
    -- The earliest day on which all of it can be done.
    'earliestFinish', (select max(a.early_finish) from activities a),
    'criticalCount', (select count(*) from activities a where a.is_critical),
    'criticalPath', (
      select jsonb_agg(c.name order by c.early_start, c.early_finish, c.name)
      from (select * from activities a where a.is_critical order by a.early_start, a.early_finish, a.name limit 100) c),
    'plannedTooEarly', coalesce((
      select jsonb_agg(jsonb_build_object('name', t.name, 'plannedStart', t.planned_start, 'earlyStart', t.early_start) order by t.place)
      from (select * from activities a where a.planned_start < a.early_start order by a.place limit 20) t), '[]'),
    'cycle', (select jsonb_agg(a.name order by a.cycle_step) from activities a where a.cycle_step is not null))
  into answer;
  return answer || jsonb_build_object('project', private.project_place(project.id), 'asOf', private.today());
end
$$;

-- Button data: where it is, and what it is called.
create function private.do_resolve_production_entity(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  kind text := private.input_choice(input, 'itemType', 'Project', 'Show', 'CrewMember', 'Vendor', 'Rfp', 'Incident', 'Activity');
  reference text := private.input_text(input, 'itemId', 200, true);
  wanted uuid := case when private.is_uuid(reference) then reference::uuid end;
  project production.projects;
  show production.shows;
  answer jsonb;
begin
  case coalesce(kind, 'Project')
    when 'Project' then
      project := private.find_project(reference, 'itemId');
      answer := jsonb_build_object('id', project.id, 'number', project.code, 'name', project.name, 'projectId', project.id);
    when 'Show' then
      show := private.find_show(reference, 'itemId');
      answer := jsonb_build_object('id', show.id, 'number', show.name, 'name', show.name, 'projectId', show.project_id);
    when 'CrewMember' then
      select jsonb_build_object('id', m.id, 'number', m.name, 'name', m.name, 'projectId', null) into answer
      from production.crew_members m where m.id = wanted;
    when 'Vendor' then
      select jsonb_build_object('id', v.id, 'number', v.name, 'name', v.name, 'projectId', null) into answer
      from production.vendors v where v.id = wanted;
    when 'Rfp' then
      select jsonb_build_object('id', r.id, 'number', r.number, 'name', r.title, 'projectId', r.project_id) into answer
      from production.rfps r where r.id = wanted or (wanted is null and r.number = upper(reference));
    when 'Incident' then
      select jsonb_build_object('id', i.id, 'number', i.number, 'name', i.title, 'projectId', i.project_id) into answer
      from production.incidents i where i.id = wanted or (wanted is null and i.number = upper(reference));
    when 'Activity' then
      select jsonb_build_object('id', a.id, 'number', a.name, 'name', a.name, 'projectId', a.project_id) into answer
      from production.schedule_activities a where a.id = wanted;
  end case;
  if answer is null then
    perform private.refuse_unknown(case kind when 'CrewMember' then 'crew member' when 'Rfp' then 'RFP' else lower(kind) end, 'itemId');
  end if;
  return answer || jsonb_build_object('type', coalesce(kind, 'Project'));
end
$$;

create function production.search_projects(input jsonb) returns jsonb
language sql return private.run_read('private.do_search_projects', input);
create function production.get_project(input jsonb) returns jsonb
language sql return private.run_read('private.do_get_project', input);
create function production.list_shows(input jsonb) returns jsonb
language sql return private.run_read('private.do_list_shows', input);
create function production.list_crew(input jsonb) returns jsonb
language sql return private.run_read('private.do_list_crew', input);
create function production.list_vendors(input jsonb) returns jsonb
language sql return private.run_read('private.do_list_vendors', input);
create function production.get_schedule(input jsonb) returns jsonb
language sql return private.run_read('private.do_get_schedule', input);
create function production.list_rfps(input jsonb) returns jsonb
language sql return private.run_read('private.do_list_rfps', input);
create function production.list_incidents(input jsonb) returns jsonb
language sql return private.run_read('private.do_list_incidents', input);
create function production.list_deliverables(input jsonb) returns jsonb
language sql return private.run_read('private.do_list_deliverables', input);
create function production.resolve_entity(input jsonb) returns jsonb
language sql return private.run_read('private.do_resolve_production_entity', input);

grant execute on function private.list_of(text, jsonb, integer, bigint, bigint), private.input_size(jsonb),
  private.input_cursor(jsonb), private.input_project(jsonb), private.input_show(jsonb, uuid),
  private.moment_key(timestamptz, boolean), private.do_search_projects(jsonb), private.do_get_project(jsonb),
  private.do_list_shows(jsonb), private.crew_rows(uuid, production.shows), private.do_list_crew(jsonb),
  private.do_list_vendors(jsonb), private.do_list_rfps(jsonb), private.do_list_incidents(jsonb),
  private.do_list_deliverables(jsonb), private.dependency_words(text, text, integer), private.do_get_schedule(jsonb),
  private.do_resolve_production_entity(jsonb), production.search_projects(jsonb), production.get_project(jsonb),
  production.list_shows(jsonb), production.list_crew(jsonb), production.list_vendors(jsonb), production.get_schedule(jsonb),
  production.list_rfps(jsonb), production.list_incidents(jsonb), production.list_deliverables(jsonb),
  production.resolve_entity(jsonb) to groundwire_app;
