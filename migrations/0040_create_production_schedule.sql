-- Why: a schedule is a network. What an activity waits for says more than its planned days: how far it may slip before the
-- end moves, and which activities move it at once. That is computed when somebody looks, from the rows as they are then,
-- so it can never be out of date; a circle of dependencies is found on the way and reported with its path.
set local role groundwire_owner;

-- Whole days on the project's calendar. A duration of 0 is a milestone: the end of its day.
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
  -- Not before this day, whatever it waits for: the site opens, the permit begins.
  earliest_start date check (earliest_start between '1970-01-01' and '2200-01-01'),
  percent_complete smallint not null default 0 check (percent_complete between 0 and 100),
  primary key (org_id, id),
  unique (org_id, project_id, id),
  foreign key (org_id, project_id) references production.projects (org_id, id)
);

-- FS: finish to start, SS: start to start, FF: finish to finish; `lag_days` later.
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

alter table production.schedule_activities enable row level security;
alter table production.schedule_activities force row level security;
create policy select_with_schedules_read on production.schedule_activities for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'schedules:read' = any (c.permissions)));
grant select on production.schedule_activities to groundwire_app;

alter table production.schedule_dependencies enable row level security;
alter table production.schedule_dependencies force row level security;
create policy select_with_schedules_read on production.schedule_dependencies for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where 'schedules:read' = any (c.permissions)));
grant select on production.schedule_dependencies to groundwire_app;

-- The critical path method: a pass forward for the earliest days, a pass back from the end for the latest ones, each
-- activity and dependency once. Offsets count days from the first planned day; an activity spans [early, early + days).
-- What waits for nothing starts when it is planned to. Where the dependencies go round in a circle there is no schedule:
-- then the rows are the activities of one circle, in order by `cycle_step`, and nothing else.
create function private.schedule_network(project uuid) returns table (
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
  -- Of an activity: its first edge, and how many of those that it waits for are not placed yet.
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
    -- Each that is left waits for another that is left, so that going back from any of them ends in a circle.
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
grant execute on function private.schedule_network(uuid) to groundwire_app;
