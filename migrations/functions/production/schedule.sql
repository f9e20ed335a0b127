-- The project schedule: the network of activities with its critical path.
set local role groundwire_owner;

-- The critical path method: a forward pass for the earliest days and a backward pass for the latest, each activity and
-- dependency once. Offsets count days from the first planned day; an activity spans [early, early + days). Activities
-- without predecessors start when planned. If dependencies form a circle there is no schedule: then the rows are only
-- the activities of one circle, ordered by `cycle_step`.
create or replace function private.schedule_network(project uuid) returns table (
  activity_id uuid, early_start date, early_finish date, late_start date, late_finish date, total_float integer,
  is_critical boolean, cycle_step integer
)
language plpgsql stable as $$
#variable_conflict use_column
declare
  ids uuid[];
  days integer[];
  early integer[];
  late integer[];
  base date;
  sources integer[];
  targets integer[];
  kinds text[];
  lags integer[];
  -- Per activity: its first dependency, and how many predecessors are not placed yet.
  first_edge integer[];
  waiting integer[];
  before integer[];
  placed integer[];
  activities integer;
  edges integer;
  filled integer := 0;
  head integer := 0;
  here integer;
  there integer;
  edge integer;
  last_day integer;
begin
  select min(least(a.planned_start, a.earliest_start)), count(*) into base, activities
  from production.schedule_activities a where a.project_id = project;
  if activities = 0 then
    return;
  end if;
  select array_agg(a.id order by a.id), array_agg(a.duration_days order by a.id),
    array_agg(
      case when a.duration_days = 0 then 1 else 0 end
      + coalesce(a.earliest_start - base, case when w.waits then 0 else a.planned_start - base end)
      order by a.id)
    into ids, days, early
  from production.schedule_activities a,
    lateral (select exists (
      select from production.schedule_dependencies d
      where d.org_id = a.org_id and d.project_id = a.project_id and d.successor_id = a.id) as waits) w
  where a.project_id = project;
  with numbered as (select n.id, n.place::integer from unnest(ids) with ordinality n (id, place))
  select coalesce(array_agg(p.place order by p.place, s.place), '{}'), coalesce(array_agg(s.place order by p.place, s.place), '{}'),
    coalesce(array_agg(d.kind order by p.place, s.place), '{}'), coalesce(array_agg(d.lag_days order by p.place, s.place), '{}')
    into sources, targets, kinds, lags
  from production.schedule_dependencies d
  join numbered p on p.id = d.predecessor_id
  join numbered s on s.id = d.successor_id
  where d.project_id = project;

  edges := cardinality(sources);
  first_edge := array_fill(0, array[activities]);
  waiting := array_fill(0, array[activities]);
  placed := array_fill(0, array[activities]);
  for e in reverse edges..1 loop
    first_edge[sources[e]] := e;
    waiting[targets[e]] := waiting[targets[e]] + 1;
  end loop;
  for a in 1..activities loop
    if waiting[a] = 0 then
      filled := filled + 1;
      placed[filled] := a;
    end if;
  end loop;
  while head < filled loop
    head := head + 1;
    here := placed[head];
    edge := first_edge[here];
    while edge between 1 and edges and sources[edge] = here loop
      there := targets[edge];
      early[there] := greatest(early[there], lags[edge] + case kinds[edge]
        when 'FS' then early[here] + days[here]
        when 'SS' then early[here]
        else early[here] + days[here] - days[there] end);
      waiting[there] := waiting[there] - 1;
      if waiting[there] = 0 then
        filled := filled + 1;
        placed[filled] := there;
      end if;
      edge := edge + 1;
    end loop;
  end loop;

  if filled < activities then
    -- Each remaining activity waits for another remaining one, so following them back from any of them ends in a
    -- circle.
    before := array_fill(0, array[activities]);
    for e in 1..edges loop
      if waiting[sources[e]] > 0 and waiting[targets[e]] > 0 then
        before[targets[e]] := sources[e];
        here := targets[e];
      end if;
    end loop;
    for step in 1..activities loop
      here := before[here];
    end loop;
    there := here;
    placed := '{}';
    loop
      placed := there || placed;
      there := before[there];
      exit when there = here;
    end loop;
    return query
    select ids[c.place], null::date, null::date, null::date, null::date, null::integer, null::boolean, c.step::integer
    from unnest(placed) with ordinality c (place, step);
    return;
  end if;

  last_day := (select max(e.start + e.days) from unnest(early, days) e (start, days));
  late := array_fill(last_day, array[activities]);
  for place in reverse activities..1 loop
    here := placed[place];
    edge := first_edge[here];
    while edge between 1 and edges and sources[edge] = here loop
      there := targets[edge];
      late[here] := least(late[here], case kinds[edge]
        when 'FS' then late[there] - days[there]
        when 'SS' then late[there] - days[there] + days[here]
        else late[there] end - lags[edge]);
      edge := edge + 1;
    end loop;
  end loop;
  return query
  select n.id, base + n.early - case n.days when 0 then 1 else 0 end, base + n.early + n.days - 1,
    base + n.late - n.days - case n.days when 0 then 1 else 0 end, base + n.late - 1,
    n.late - n.days - n.early, n.late - n.days <= n.early, null::integer
  from unnest(ids, days, early, late) n (id, days, early, late);
end
$$;

-- 'Stage deck', 'Stage deck (SS +2 d)'
create or replace function private.dependency_words(name text, kind text, lag_days integer) returns text
language sql immutable
return name || case when kind = 'FS' and lag_days = 0 then ''
  else ' (' || kind || case when lag_days = 0 then '' else format(' %s%s d', case when lag_days > 0 then '+' else '' end, lag_days) end || ')' end;

create or replace function private.do_get_schedule(input jsonb) returns jsonb
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
    -- The earliest day by which everything can be done.
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

create or replace function production.get_schedule(input jsonb) returns jsonb
language sql return private.run_read('private.do_get_schedule', input);

grant execute on function private.schedule_network(uuid), private.dependency_words(text, text, integer),
  private.do_get_schedule(jsonb), production.get_schedule(jsonb) to groundwire_app;
