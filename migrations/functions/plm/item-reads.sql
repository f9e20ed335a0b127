-- What the read tools ask about one item: its details, its structure down and up, and what a change of it would affect.
-- Structures are one recursive query each, with a limit on the rows they visit. Nothing is left out silently: what was not
-- asked for is null, what was cut is marked.
set local role groundwire_owner;

create or replace function private.do_get_item_details(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  item plm.items;
begin
  perform private.require_permission('parts:read');
  item := private.find_item(
    coalesce(nullif(private.input_text(input, 'id', 200), ''), private.input_text(input, 'itemNumber', 200)),
    case when coalesce(input ->> 'id', '') <> '' then 'id' else 'itemNumber' end, private.input_text(input, 'revision', 10));
  return private.item_json(item) || jsonb_build_object(
    'description', item.description, 'version', item.version,
    'details', coalesce(private.item_details(item), '{}'),
    'design', (select jsonb_build_object('id', d.id, 'code', d.code, 'name', d.name) from plm.designs d where d.id = item.design_id),
    'program', (select jsonb_build_object('id', p.id, 'code', p.code, 'name', p.name) from plm.programs p where p.id = item.program_id),
    'allowedTransitions', to_jsonb((select l.allowed from private.lifecycle_of(item.item_type, item.state) l)),
    'revisions', (
      select jsonb_agg(jsonb_build_object('id', r.id, 'revision', r.revision, 'state', r.state) order by length(r.revision), r.revision)
      from plm.items r where r.org_id = item.org_id and r.master_id = item.master_id and not r.is_working),
    'activeChangeOrders', coalesce((
      select jsonb_agg(jsonb_build_object('id', a.id, 'itemNumber', a.item_number, 'name', a.name, 'state', a.state, 'action', a.action))
      from private.active_change_orders(item.master_id) a), '[]'),
    'createdAt', item.created_at, 'updatedAt', item.updated_at);
end
$$;

create or replace function plm.get_item_details(input jsonb) returns jsonb
language sql
return private.run_read('private.do_get_item_details', input);

create or replace function private.require_part(item plm.items, field text) returns void
language sql stable
return case when item.item_type <> 'Part' then private.refuse('INCOMPATIBLE',
  format('%s is a %s; only parts have a bill of materials.', item.item_number, item.item_type),
  jsonb_build_object('field', field, 'itemType', item.item_type)) end;

-- Nested children, in order of their find numbers. A component in a program that the user can't see is counted in
-- `hidden` and not shown. Rows come in order of their paths, so that brackets can be closed where the level goes up.
-- Each row is written as text directly: numbers, revisions, states and types need no quoting.
create or replace function private.do_get_bom(input jsonb) returns json
language plpgsql stable
-- For a small structure, planning again costs as much as running.
set plan_cache_mode = force_generic_plan
as $$
declare
  max_nodes constant integer := 2000;
  depth integer := coalesce(private.input_number(input, 'depth', 1, 10, true), 1);
  item plm.items;
  in_change_order uuid;
  shown record;
begin
  perform private.require_permission('parts:read');
  item := private.find_item(private.input_text(input, 'itemId', 200), 'itemId');
  perform private.require_part(item, 'itemId');
  in_change_order := private.change_order_of(item);
  with recursive tree as (
    select r.org_id, r.target_master_id as master_id, 1 as level, r.quantity, r.find_number, r.reference_designator,
      (lpad(coalesce(r.find_number, 0)::text, 6, '0') || r.id) collate "C" as path
    from plm.item_relationships r
    where r.org_id = item.org_id and r.source_master_id = item.master_id and r.relationship_type = 'BOM'
      and (r.is_effective or r.change_order_id = in_change_order)
    union all
    select r.org_id, r.target_master_id, t.level + 1, r.quantity, r.find_number, r.reference_designator,
      t.path || lpad(coalesce(r.find_number, 0)::text, 6, '0') || r.id
    from tree t
    join plm.item_relationships r on r.org_id = t.org_id and r.source_master_id = t.master_id
      and r.relationship_type = 'BOM' and (r.is_effective or r.change_order_id = in_change_order)
    where t.level < depth
  ),
  visited as (
    select t.path, t.level, row_number() over () as visit, case when coalesce(w.id, i.id) is not null then concat(
      '{"id": "', coalesce(w.id, i.id), '", "itemNumber": "', coalesce(w.item_number, i.item_number),
      '", "name": ', to_json(coalesce(w.name, i.name)), ', "revision": "', coalesce(w.revision, i.revision),
      '", "state": "', coalesce(w.state, i.state), '", "itemType": "', coalesce(w.item_type, i.item_type),
      '", "designId": ', coalesce('"' || coalesce(w.design_id, i.design_id) || '"', 'null'), ', "level": ', t.level,
      ', "quantity": ', trim_scale(t.quantity), ', "findNumber": ', coalesce(t.find_number::text, 'null'),
      ', "referenceDesignator": ', coalesce(to_json(t.reference_designator)::text, 'null'),
      case when w.id is not null then ', "isWorkingCopy": true' end) end as opening
    from (select * from tree limit max_nodes + 1) t
    left join plm.items i on i.org_id = t.org_id and i.master_id = t.master_id and i.is_current
    left join plm.items w on in_change_order is not null and w.org_id = t.org_id and w.master_id = t.master_id
      and w.is_working and exists (
        select from plm.branches b where b.org_id = w.org_id and b.id = w.branch_id and b.change_order_id = in_change_order)
  ),
  ordered as (
    select v.opening, v.path, v.level, lead(v.level) over (order by v.path) as next_level
    from visited v where v.opening is not null and v.visit <= max_nodes
  ),
  written as (
    select count(*)::integer as count, string_agg(
      o.opening || ', "children": ['
      || case when o.next_level > o.level then '' else repeat(']}', o.level - coalesce(o.next_level, 1) + 1) end
      || case when o.next_level <= o.level then ', ' else '' end, '' order by o.path) as children
    from ordered o
  )
  select w.count, coalesce(w.children, '') as children, v.hidden, v.is_truncated into shown
  from written w, (
    select (count(*) filter (where v.opening is null))::integer as hidden, count(*) > max_nodes as is_truncated from visited v
  ) v;
  return json_build_object('item', private.item_json(item), 'depth', depth, 'count', shown.count, 'hidden', shown.hidden,
    'truncated', shown.is_truncated, 'children', ('[' || shown.children || ']')::json);
end
$$;

create or replace function plm.get_bom(input jsonb) returns json
language sql
return private.run_long_read('private.do_get_bom', input);

-- Every assembly above an item, once, with the shortest way to it. Limited in the rows it visits; `is_cut` is true in
-- each row if there were more.
create or replace function private.where_used(org uuid, master uuid, max_depth integer, max_visits integer)
returns table (master_id uuid, depth integer, quantity numeric, is_cut boolean)
language sql stable
begin atomic
  with recursive up as (
    select r.org_id, r.source_master_id as parent, 1 as level, r.quantity
    from plm.item_relationships r
    where r.org_id = org and r.target_master_id = master and r.relationship_type = 'BOM' and r.is_effective
    union
    select r.org_id, r.source_master_id, u.level + 1, null::numeric(14, 4)
    from up u
    join plm.item_relationships r on r.org_id = u.org_id and r.target_master_id = u.parent
      and r.relationship_type = 'BOM' and r.is_effective
    where u.level < max_depth
  ),
  visited as (select * from up limit max_visits + 1)
  select v.parent, min(v.level), max(v.quantity), (select count(*) > max_visits from visited) from visited v group by v.parent;
end;

create or replace function private.do_get_where_used(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  max_shown constant integer := 500;
  max_depth integer := coalesce(private.input_number(input, 'maxDepth', 1, 15, true), 15);
  item plm.items;
  shown record;
begin
  perform private.require_permission('parts:read');
  item := private.find_item(private.input_text(input, 'itemId', 200), 'itemId');
  perform private.require_part(item, 'itemId');
  with parents as (
    select i.*, u.depth, u.quantity, u.is_cut
    from private.where_used(item.org_id, item.master_id, max_depth, 5000) u
    join plm.items i on i.org_id = item.org_id and i.master_id = u.master_id and i.is_current
  ),
  first as (select * from parents order by depth, item_number limit max_shown)
  select
    (select jsonb_agg(jsonb_build_object('id', f.id, 'itemNumber', f.item_number, 'name', f.name, 'revision', f.revision,
        'state', f.state, 'itemType', f.item_type, 'designId', f.design_id, 'programId', f.program_id, 'depth', f.depth,
        'quantity', trim_scale(f.quantity), 'isCrossDesign', f.design_id <> item.design_id) order by f.depth, f.item_number)
      from first f) as list,
    (select jsonb_agg(jsonb_build_object('id', d.id, 'code', d.code, 'name', d.name) order by d.code)
      from plm.designs d where d.org_id = item.org_id and d.id <> item.design_id
        and d.id in (select p.design_id from parents p)) as designs,
    (select count(*) from parents)::integer as total,
    coalesce((select bool_or(p.is_cut) from parents p), false) as is_cut
  into shown;
  return jsonb_build_object('item', private.item_json(item), 'parents', coalesce(shown.list, '[]'), 'total', shown.total,
    'totalIsExact', not shown.is_cut, 'otherDesigns', coalesce(shown.designs, '[]'),
    'truncated', shown.is_cut or shown.total > max_shown);
end
$$;

create or replace function plm.get_where_used(input jsonb) returns jsonb
language sql
return private.run_read('private.do_get_where_used', input);

create or replace function private.do_analyze_change_impact(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  item plm.items;
  with_documents boolean := private.input_flag(input, 'includeDocuments', true);
  with_changes boolean := private.input_flag(input, 'includeRelatedChanges', true);
  in_change_order uuid;
  used record;
  documents jsonb;
  changes jsonb;
  risks jsonb := '[]';
  levels constant text[] := array['low', 'medium', 'high', 'critical'];
begin
  perform private.require_permission('parts:read');
  item := private.find_item(private.input_text(input, 'itemId', 200), 'itemId');
  in_change_order := private.change_order_of(item);

  with parents as (
    select i.*, u.depth, u.is_cut
    from private.where_used(item.org_id, item.master_id, 15, 5000) u
    join plm.items i on i.org_id = item.org_id and i.master_id = u.master_id and i.is_current
  )
  select
    (select jsonb_agg(jsonb_build_object('id', f.id, 'itemNumber', f.item_number, 'name', f.name, 'revision', f.revision,
        'state', f.state, 'designId', f.design_id, 'depth', f.depth, 'isCrossDesign', f.design_id <> item.design_id)
        order by f.depth, f.item_number)
      from (select * from parents order by depth, item_number limit 100) f) as assemblies,
    (select count(*) from parents)::integer as count,
    coalesce((select bool_or(p.is_cut) from parents p), false) as is_cut,
    (select coalesce(max(p.depth), 0) from parents p) as depth,
    (select jsonb_agg(jsonb_build_object('id', d.id, 'code', d.code, 'name', d.name) order by d.code)
      from plm.designs d where d.org_id = item.org_id and d.id is distinct from item.design_id
        and d.id in (select p.design_id from parents p)) as designs
  into used;

  if with_documents then
    documents := coalesce((
      select jsonb_agg(private.item_json(d) order by d.item_number)
      from plm.item_relationships r
      join plm.items d on d.org_id = r.org_id and d.master_id = r.target_master_id and d.is_current
      where r.org_id = item.org_id and r.source_master_id = item.master_id and r.relationship_type = 'Document' and r.is_effective), '[]');
  end if;
  if with_changes then
    changes := coalesce((
      select jsonb_agg(jsonb_build_object('id', a.id, 'itemNumber', a.item_number, 'name', a.name, 'state', a.state, 'action', a.action))
      from private.active_change_orders(item.master_id) a where a.id is distinct from in_change_order), '[]');
  end if;

  select coalesce(jsonb_agg(jsonb_build_object('rule', r.rule, 'severity', r.severity, 'reason', r.reason)), '[]') into risks
  from (
    select 'whereUsed' as rule, case when used.count > 50 then 'high' when used.count > 20 then 'medium' end as severity,
      format(case when used.is_cut then 'At least %s assemblies use it.' else '%s assemblies use it.' end, used.count) as reason
    union all
    select 'depth', case when used.depth > 7 then 'medium' end, format('It is used up to %s levels down.', used.depth)
    union all
    select 'documents', case when jsonb_array_length(documents) > 10 then 'medium' end,
      format('%s documents are linked to it.', jsonb_array_length(documents))
    union all
    select 'relatedChanges', case when jsonb_array_length(changes) > 0 then 'critical' end,
      format('It is in the scope of %s.', (select string_agg(c ->> 'itemNumber', ', ') from jsonb_array_elements(changes) c))
    union all
    select 'otherDesigns', case when jsonb_array_length(used.designs) > 3 then 'high' when jsonb_array_length(used.designs) > 0 then 'medium' end,
      format('Assemblies in %s other designs use it.', jsonb_array_length(used.designs))
  ) r
  where r.severity is not null;

  return jsonb_build_object(
    'item', private.item_json(item),
    'affectedAssemblies', coalesce(used.assemblies, '[]'), 'affectedAssemblyCount', used.count, 'maxDepth', used.depth,
    'otherDesigns', coalesce(used.designs, '[]'),
    'documents', documents, 'relatedChangeOrders', changes,
    'truncated', used.is_cut or used.count > 100,
    'risk', jsonb_build_object(
      'severity', levels[coalesce((select max(array_position(levels, r ->> 'severity')) from jsonb_array_elements(risks) r), 1)],
      'reasons', risks));
end
$$;

create or replace function plm.analyze_change_impact(input jsonb) returns jsonb
language sql
return private.run_read('private.do_analyze_change_impact', input);

grant execute on function private.do_get_item_details(jsonb), plm.get_item_details(jsonb),
  private.require_part(plm.items, text), private.do_get_bom(jsonb), plm.get_bom(jsonb),
  private.where_used(uuid, uuid, integer, integer), private.do_get_where_used(jsonb), plm.get_where_used(jsonb),
  private.do_analyze_change_impact(jsonb), plm.analyze_change_impact(jsonb) to groundwire_app;
