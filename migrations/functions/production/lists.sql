-- The list tools: projects, shows, crew, vendors, RFPs, incidents and deliverables, each with a cursor and a total.
--!needs functions/production/lookup.sql
--!needs functions/production/time.sql
set local role groundwire_owner;

-- rows are [{key, row}] in the order of their keys, one more than `size` if there are more.
create or replace function private.list_of(name text, rows jsonb, size integer, total bigint, remaining bigint) returns jsonb
language sql stable
return (
  select jsonb_build_object(name, p.page -> 'rows', 'total', total, 'left', greatest(remaining - size, 0),
    'cursor', p.page -> 'cursor', 'asOf', private.today())
  from (select private.page_of(coalesce(rows, '[]'), size) as page) p
);

create or replace function private.input_size(input jsonb) returns integer
language sql stable
return coalesce(private.input_number(input, 'limit', 1, 500, true), 20);

create or replace function private.input_cursor(input jsonb) returns text
language sql stable
return nullif(private.input_text(input, 'cursor', 400), '');

-- Null if none is named.
create or replace function private.input_project(input jsonb) returns uuid
language sql stable
return case when coalesce(private.input_text(input, 'projectId', 200), '') <> ''
  then (private.find_project(private.input_text(input, 'projectId', 200), 'projectId')).id end;

create or replace function private.input_show(input jsonb, project uuid) returns production.shows
language plpgsql stable as $$
declare
  reference text := private.input_text(input, 'showId', 200);
  none production.shows;
begin
  if coalesce(reference, '') = '' then
    return none;
  end if;
  return private.find_show(reference, 'showId', project);
end
$$;

create or replace function private.do_search_projects(input jsonb) returns jsonb
language plpgsql stable set plan_cache_mode = force_custom_plan as $$
declare
  words text := private.input_text(input, 'query', 200);
  wanted_state text := private.input_choice(input, 'state', 'draft', 'active', 'paused', 'archived', 'complete');
  wanted_phase text := private.input_choice(input, 'phase',
    'Discovery', 'Design', 'Advance', 'Procurement', 'Build', 'Install', 'Operate', 'Close');
  size integer := private.input_size(input);
  after text := private.input_cursor(input);
begin
  perform private.require_permission('projects:read');
  return (
    with matching as (
      select p as project, coalesce(p.starts_on::text, '9999') || ' ' || p.id as key from production.projects p
      where (wanted_state is null or p.state = wanted_state) and (wanted_phase is null or p.phase = wanted_phase)
        and private.has_words(concat_ws(' ', p.code, p.name, p.client), words)
    ), page as (
      select * from matching m where after is null or m.key > after order by m.key limit size + 1
    )
    select private.list_of('projects',
      (select jsonb_agg(jsonb_build_object('key', g.key, 'row', private.project_json(g.project)) order by g.key) from page g),
      size, (select count(*) from matching), (select count(*) from matching m where after is null or m.key > after))
  );
end
$$;

create or replace function private.do_get_project(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  project production.projects;
begin
  perform private.require_permission('projects:read');
  project := private.find_project(private.input_text(input, 'projectId', 200, true), 'projectId');
  return private.project_json(project) || jsonb_build_object('description', nullif(project.description, ''),
    'budget', (select b.amount from production.project_budgets b where b.project_id = project.id),
    'currency', (select b.currency from production.project_budgets b where b.project_id = project.id),
    'nextShow', (
      select private.show_json(s) from production.shows s
      where s.project_id = project.id and s.starts_at >= now() and s.state <> 'cancelled' order by s.starts_at limit 1),
    'counts', private.project_counts(project.id), 'attention', private.project_attention(project.id),
    'notShown', private.not_shown(array['budget', 'currency'], 'finance:read'), 'asOf', private.today());
end
$$;

create or replace function private.do_list_shows(input jsonb) returns jsonb
language plpgsql stable set plan_cache_mode = force_custom_plan as $$
declare
  project uuid;
  words text := private.input_text(input, 'query', 200);
  wanted_state text := private.input_choice(input, 'state', 'draft', 'scheduled', 'live', 'complete', 'cancelled');
  wanted_time text := private.input_choice(input, 'when', 'upcoming', 'past');
  size integer := private.input_size(input);
  after text := private.input_cursor(input);
begin
  perform private.require_permission('shows:read');
  project := private.input_project(input);
  return (
    with matching as (
      select s as show, s.venue_id, private.moment_key(s.starts_at, wanted_time = 'past') || ' ' || s.id as key
      from production.shows s
      left join production.venues v on v.org_id = s.org_id and v.id = s.venue_id
      left join production.projects p on p.org_id = s.org_id and p.id = s.project_id
      where (project is null or s.project_id = project) and (wanted_state is null or s.state = wanted_state)
        and case wanted_time when 'upcoming' then coalesce(s.ends_at, s.starts_at) >= now()
          when 'past' then coalesce(s.ends_at, s.starts_at) < now() else true end
        and private.has_words(concat_ws(' ', s.name, v.name, v.city, v.region, p.name, p.code), words)
    ), page as (
      select * from matching m where after is null or m.key > after order by m.key limit size + 1
    )
    select private.list_of('shows',
      (select jsonb_agg(jsonb_build_object('key', g.key,
          'row', private.show_json(g.show) || jsonb_build_object('venueDetails', private.venue_json(g.venue_id))) order by g.key)
        from page g),
      size, (select count(*) from matching), (select count(*) from matching m where after is null or m.key > after))
  );
end
$$;

-- The crew of a show, including those of the whole project; of a project, each person and role once; or everyone.
create or replace function private.crew_rows(project uuid, show production.shows) returns table (
  crew_member_id uuid, role text, state text, works_on text, call_at text, time_zone text, day_rate numeric, currency text
)
language plpgsql stable set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
begin
  if show.id is not null then
    return query
    select a.crew_member_id, a.role, a.state, case when a.show_id is null then 'whole project' else 'this show' end,
      private.local_time(a.call_at, show.time_zone), show.time_zone, r.day_rate, r.currency
    from production.crew_assignments a
    left join production.crew_rates r on r.org_id = a.org_id and r.assignment_id = a.id
    where a.show_id = show.id or (a.project_id = show.project_id and a.show_id is null);
  elsif project is not null then
    return query
    select a.crew_member_id, a.role, string_agg(distinct a.state, ', '),
      case when bool_or(a.show_id is null) then 'whole project' when count(*) = 1 then '1 show' else format('%s shows', count(*)) end, null::text, null::text,
      r.day_rate, r.currency
    from production.crew_assignments a
    left join production.crew_rates r on r.org_id = a.org_id and r.assignment_id = a.id
    where a.project_id = project group by a.crew_member_id, a.role, r.day_rate, r.currency;
  else
    return query
    select m.id, m.position, null::text, null::text, null::text, null::text, null::numeric, null::text
    from production.crew_members m;
  end if;
end
$$;

create or replace function private.do_list_crew(input jsonb) returns jsonb
language plpgsql stable set plan_cache_mode = force_custom_plan as $$
declare
  departments constant text[] := array['Production', 'Stage', 'Audio', 'Lighting', 'Video', 'Rigging', 'Backline', 'Staging',
    'Hospitality', 'Transport', 'Security', 'Medical'];
  project uuid;
  show production.shows;
  words text := private.input_text(input, 'query', 200);
  wanted_department text := private.input_choice(input, 'department', variadic departments);
  size integer := private.input_size(input);
  after text := private.input_cursor(input);
begin
  perform private.require_permission('crew:read');
  project := private.input_project(input);
  show := private.input_show(input, project);
  return (
    with matching as (
      select c.*, m.name, m.department, m.home_city, x.email, x.phone,
        concat_ws(' ', to_char(array_position(departments, m.department), 'FM00'), lower(m.name), m.id, c.role, c.day_rate) as key
      from private.crew_rows(project, show) c
      join production.crew_members m on m.id = c.crew_member_id
      left join production.crew_contacts x on x.org_id = m.org_id and x.crew_member_id = m.id
      where (wanted_department is null or m.department = wanted_department)
        and private.has_words(concat_ws(' ', m.name, m.position, m.department, c.role, m.home_city), words)
    ), page as (
      select * from matching m where after is null or m.key > after order by m.key limit size + 1
    )
    select private.list_of('crew',
      (select jsonb_agg(jsonb_build_object('key', g.key, 'row', jsonb_build_object('id', g.crew_member_id, 'name', g.name, 'role', g.role,
          'department', g.department, 'worksOn', g.works_on, 'state', g.state, 'callAt', g.call_at, 'timeZone', g.time_zone,
          'phone', g.phone, 'email', g.email, 'dayRate', g.day_rate, 'currency', g.currency, 'homeCity', g.home_city,
          'certifications', private.certifications_json(g.crew_member_id))) order by g.key) from page g),
      size, (select count(*) from matching), (select count(*) from matching m where after is null or m.key > after))
      || jsonb_build_object('people', (select count(distinct m.crew_member_id) from matching m),
        'project', private.project_place(coalesce(project, show.project_id)),
        'show', case when show.id is not null then private.show_json(show) end,
        'notShown', private.not_shown(array['phone', 'email'], 'crew:contacts')
          || private.not_shown(array['dayRate', 'currency'], 'finance:read'))
  );
end
$$;

create or replace function private.do_list_vendors(input jsonb) returns jsonb
language plpgsql stable set plan_cache_mode = force_custom_plan as $$
declare
  project uuid;
  words text := private.input_text(input, 'query', 200);
  wanted_category text := private.input_choice(input, 'category', 'Audio', 'Lighting', 'Video', 'Rigging', 'Staging', 'Backline',
    'Trucking', 'Travel', 'Catering', 'Power', 'Security', 'Medical', 'Labor', 'Sanitation', 'Special effects', 'Site services',
    'Merchandise');
  wanted_issue text := private.input_choice(input, 'issue', 'w9_missing', 'insurance_missing', 'insurance_expired',
    'insurance_expiring', 'email_missing');
  size integer := private.input_size(input);
  after text := private.input_cursor(input);
begin
  perform private.require_permission('vendors:read');
  project := private.input_project(input);
  return (
    with matching as (
      select v as vendor, x.service, lower(v.name) || ' ' || v.id as key
      from production.vendors v
      left join production.project_vendors x on x.org_id = v.org_id and x.vendor_id = v.id and x.project_id = project
      where (project is null or x.vendor_id is not null) and (wanted_category is null or v.category = wanted_category)
        and case wanted_issue when 'w9_missing' then v.w9_received_on is null when 'email_missing' then v.email is null
          else wanted_issue is null or wanted_issue = 'insurance_' || private.validity(v.coi_expires_on) end
        and private.has_words(concat_ws(' ', v.name, v.category, v.city, v.contact_name, x.service), words)
    ), page as (
      select * from matching m where after is null or m.key > after order by m.key limit size + 1
    )
    select private.list_of('vendors',
      (select jsonb_agg(jsonb_build_object('key', g.key,
        'row', private.vendor_json(g.vendor) || jsonb_build_object('service', g.service)) order by g.key) from page g),
      size, (select count(*) from matching), (select count(*) from matching m where after is null or m.key > after))
      || jsonb_build_object('project', private.project_place(project))
  );
end
$$;

create or replace function private.do_list_rfps(input jsonb) returns jsonb
language plpgsql stable set plan_cache_mode = force_custom_plan as $$
declare
  project uuid;
  words text := private.input_text(input, 'query', 200);
  wanted_state text := private.input_choice(input, 'state', 'draft', 'sent', 'closed', 'awarded', 'cancelled');
  size integer := private.input_size(input);
  after text := private.input_cursor(input);
begin
  perform private.require_permission('rfps:read');
  project := private.input_project(input);
  return (
    with matching as (
      select r as rfp, r.number || ' ' || r.id as key from production.rfps r
      where (project is null or r.project_id = project) and (wanted_state is null or r.state = wanted_state)
        and private.has_words(concat_ws(' ', r.number, r.title, r.scope), words)
    ), page as (
      select * from matching m where after is null or m.key > after order by m.key limit size + 1
    )
    select private.list_of('rfps',
      (select jsonb_agg(jsonb_build_object('key', g.key,
        'row', private.rfp_json(g.rfp) || jsonb_build_object('responses', private.responses_json((g.rfp).id))) order by g.key) from page g),
      size, (select count(*) from matching), (select count(*) from matching m where after is null or m.key > after))
      || jsonb_build_object('project', private.project_place(project),
        'notShown', private.not_shown(array['total', 'currency'], 'finance:read'))
  );
end
$$;

create or replace function private.do_list_incidents(input jsonb) returns jsonb
language plpgsql stable set plan_cache_mode = force_custom_plan as $$
declare
  project uuid;
  show production.shows;
  words text := private.input_text(input, 'query', 200);
  wanted_severity text := private.input_choice(input, 'severity', 'near_miss', 'minor', 'major', 'critical');
  wanted_state text := private.input_choice(input, 'state', 'open', 'investigating', 'resolved', 'closed');
  only_recordable boolean := private.input_flag(input, 'oshaRecordable', null);
  size integer := private.input_size(input);
  after text := private.input_cursor(input);
begin
  perform private.require_permission('incidents:read');
  project := private.input_project(input);
  show := private.input_show(input, project);
  return (
    with matching as (
      select i as incident, private.moment_key(i.occurred_at, true) || ' ' || i.id as key from production.incidents i
      where (project is null or i.project_id = project) and (show.id is null or i.show_id = show.id)
        and (wanted_severity is null or i.severity = wanted_severity) and (wanted_state is null or i.state = wanted_state)
        and (only_recordable is null or i.is_osha_recordable = only_recordable)
        and private.has_words(concat_ws(' ', i.number, i.title, i.location), words)
    ), page as (
      select * from matching m where after is null or m.key > after order by m.key limit size + 1
    )
    select private.list_of('incidents',
      (select jsonb_agg(jsonb_build_object('key', g.key, 'row', private.incident_json(g.incident)) order by g.key) from page g),
      size, (select count(*) from matching), (select count(*) from matching m where after is null or m.key > after))
      || jsonb_build_object('project', private.project_place(coalesce(project, show.project_id)),
        'notShown', private.not_shown(array['parties'], 'incidents:parties'))
  );
end
$$;

create or replace function private.do_list_deliverables(input jsonb) returns jsonb
language plpgsql stable set plan_cache_mode = force_custom_plan as $$
declare
  project uuid;
  show production.shows;
  words text := private.input_text(input, 'query', 200);
  wanted_kind text := private.input_choice(input, 'kind', 'technical_rider', 'hospitality_rider', 'input_list', 'stage_plot',
    'lighting_plot', 'rigging_plot', 'site_plan', 'power_plan', 'safety_plan', 'run_of_show', 'guest_list', 'permit', 'other');
  wanted_state text := private.input_choice(input, 'state', 'open', 'in_progress', 'in_review', 'approved', 'delivered');
  only_overdue boolean := private.input_flag(input, 'overdue', false);
  size integer := private.input_size(input);
  after text := private.input_cursor(input);
begin
  perform private.require_permission('deliverables:read');
  project := private.input_project(input);
  show := private.input_show(input, project);
  return (
    with matching as (
      select d as deliverable, concat_ws(' ', coalesce(d.due_on::text, '9999'), lower(d.title), d.id) as key
      from production.deliverables d
      where (project is null or d.project_id = project) and (show.id is null or d.show_id = show.id)
        and (wanted_kind is null or d.kind = wanted_kind) and (wanted_state is null or d.state = wanted_state)
        and (not only_overdue or private.is_overdue(d))
        and private.has_words(concat_ws(' ', d.title, replace(d.kind, '_', ' '), d.responsible), words)
    ), page as (
      select * from matching m where after is null or m.key > after order by m.key limit size + 1
    )
    select private.list_of('deliverables',
      (select jsonb_agg(jsonb_build_object('key', g.key, 'row', private.deliverable_json(g.deliverable)) order by g.key) from page g),
      size, (select count(*) from matching), (select count(*) from matching m where after is null or m.key > after))
      || jsonb_build_object('project', private.project_place(coalesce(project, show.project_id)))
  );
end
$$;

-- Data for a button: where it leads and its label.
create or replace function private.do_resolve_production_entity(input jsonb) returns jsonb
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

create or replace function production.search_projects(input jsonb) returns jsonb
language sql return private.run_read('private.do_search_projects', input);

create or replace function production.get_project(input jsonb) returns jsonb
language sql return private.run_read('private.do_get_project', input);

create or replace function production.list_shows(input jsonb) returns jsonb
language sql return private.run_read('private.do_list_shows', input);

create or replace function production.list_crew(input jsonb) returns jsonb
language sql return private.run_read('private.do_list_crew', input);

create or replace function production.list_vendors(input jsonb) returns jsonb
language sql return private.run_read('private.do_list_vendors', input);

create or replace function production.list_rfps(input jsonb) returns jsonb
language sql return private.run_read('private.do_list_rfps', input);

create or replace function production.list_incidents(input jsonb) returns jsonb
language sql return private.run_read('private.do_list_incidents', input);

create or replace function production.list_deliverables(input jsonb) returns jsonb
language sql return private.run_read('private.do_list_deliverables', input);

create or replace function production.resolve_entity(input jsonb) returns jsonb
language sql return private.run_read('private.do_resolve_production_entity', input);

grant execute on function private.list_of(text, jsonb, integer, bigint, bigint), private.input_size(jsonb),
  private.input_cursor(jsonb), private.input_project(jsonb), private.input_show(jsonb, uuid),
  private.do_search_projects(jsonb), private.do_get_project(jsonb), private.do_list_shows(jsonb),
  private.crew_rows(uuid, production.shows), private.do_list_crew(jsonb), private.do_list_vendors(jsonb),
  private.do_list_rfps(jsonb), private.do_list_incidents(jsonb), private.do_list_deliverables(jsonb),
  private.do_resolve_production_entity(jsonb), production.search_projects(jsonb), production.get_project(jsonb),
  production.list_shows(jsonb), production.list_crew(jsonb), production.list_vendors(jsonb),
  production.list_rfps(jsonb), production.list_incidents(jsonb), production.list_deliverables(jsonb),
  production.resolve_entity(jsonb) to groundwire_app;
