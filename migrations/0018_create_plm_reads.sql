-- Why: what the read tools ask of an item: its details, its structure down and up, and what a change of it would touch.
-- All under the policies of the caller. Structures are one recursive query each, with a bound on the rows they visit.
set local role groundwire_owner;

create function private.do_get_item_details(input jsonb) returns jsonb
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

create function plm.get_item_details(input jsonb) returns jsonb
language sql
return private.run_read('private.do_get_item_details', input);

-- The change order on whose branch a working copy lies; null for any other row.
create function private.change_order_of(item plm.items) returns uuid
language sql stable
return case when item.is_working then (
  select b.change_order_id from plm.branches b where b.org_id = item.org_id and b.id = item.branch_id
) end;

create function private.require_part(item plm.items, field text) returns void
language sql stable
return case when item.item_type <> 'Part' then private.refuse('INCOMPATIBLE',
  format('%s is a %s; only parts have a bill of materials.', item.item_number, item.item_type),
  jsonb_build_object('field', field, 'itemType', item.item_type)) end;

-- Children inside children, in order of their find numbers. A component in a program that the user does not see is
-- counted in `hidden` and not shown. The rows come in order of their paths, so that text can be closed where they go up.
create function private.do_get_bom(input jsonb) returns jsonb
language plpgsql stable as $$
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
      array[lpad(coalesce(r.find_number, 0)::text, 6, '0') || r.id] as path
    from plm.item_relationships r
    where r.org_id = item.org_id and r.source_master_id = item.master_id and r.relationship_type = 'BOM'
      and (r.is_effective or r.change_order_id = in_change_order)
    union all
    select r.org_id, r.target_master_id, t.level + 1, r.quantity, r.find_number, r.reference_designator,
      t.path || (lpad(coalesce(r.find_number, 0)::text, 6, '0') || r.id)
    from tree t
    join plm.item_relationships r on r.org_id = t.org_id and r.source_master_id = t.master_id
      and r.relationship_type = 'BOM' and (r.is_effective or r.change_order_id = in_change_order)
    where t.level < depth
  ),
  visited as (
    select t.*, coalesce(w.id, i.id) as id,
      row_number() over () as visit, case when w.id is not null then private.item_json(w) when i.id is not null then private.item_json(i) end as json
    from (select * from tree limit max_nodes + 1) t
    left join plm.items i on i.org_id = t.org_id and i.master_id = t.master_id and i.is_current
    left join plm.items w on in_change_order is not null and w.org_id = t.org_id and w.master_id = t.master_id
      and w.is_working and exists (
        select from plm.branches b where b.org_id = w.org_id and b.id = w.branch_id and b.change_order_id = in_change_order)
  ),
  ordered as (
    select v.*, lead(v.level) over (order by v.path) as next_level
    from visited v where v.id is not null and v.visit <= max_nodes
  )
  select
    coalesce((select string_agg(
      left((o.json || jsonb_build_object('level', o.level, 'quantity', trim_scale(o.quantity), 'findNumber', o.find_number,
        'referenceDesignator', o.reference_designator))::text, -1) || ', "children": ['
      || case when o.next_level > o.level then '' else repeat(']}', o.level - coalesce(o.next_level, 1) + 1) end
      || case when o.next_level <= o.level then ', ' else '' end, '' order by o.path) from ordered o), '') as children,
    (select count(*) from ordered)::integer as count,
    (select count(*) from visited v where v.id is null)::integer as hidden,
    (select count(*) > max_nodes from visited) as is_truncated
  into shown;
  return jsonb_build_object('item', private.item_json(item), 'depth', depth, 'count', shown.count, 'hidden', shown.hidden,
    'truncated', shown.is_truncated, 'children', ('[' || shown.children || ']')::jsonb);
end
$$;

create function plm.get_bom(input jsonb) returns jsonb
language sql
return private.run_read('private.do_get_bom', input);

-- Every assembly above an item, once, with the shortest way to it. Bounded by the rows it visits.
create function private.where_used(org uuid, master uuid, max_depth integer, max_visits integer)
returns table (master_id uuid, depth integer, quantity numeric)
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
  )
  select v.parent, min(v.level), max(v.quantity) from (select * from up limit max_visits) v group by v.parent;
end;

create function private.do_get_where_used(input jsonb) returns jsonb
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
    select i.*, u.depth, u.quantity
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
    (select count(*) from parents)::integer as total
  into shown;
  return jsonb_build_object('item', private.item_json(item), 'parents', coalesce(shown.list, '[]'), 'total', shown.total,
    'otherDesigns', coalesce(shown.designs, '[]'), 'truncated', shown.total > max_shown);
end
$$;

create function plm.get_where_used(input jsonb) returns jsonb
language sql
return private.run_read('private.do_get_where_used', input);

-- Button data: where it is, and what it is called.
create function private.do_resolve_entity(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  kind text := private.input_choice(input, 'itemType', 'Part', 'Document', 'ChangeOrder', 'Requirement', 'Task', 'Design', 'Program');
  reference text := coalesce(nullif(private.input_text(input, 'itemId', 200), ''), private.input_text(input, 'itemNumber', 200));
  program plm.programs;
  design plm.designs;
  item plm.items;
begin
  if coalesce(reference, '') = '' then
    perform private.refuse('MISSING', 'itemId is missing.', '{"field": "itemId"}');
  end if;
  if kind = 'Program' then
    program := private.find_program(reference, 'itemId');
    return jsonb_build_object('id', program.id, 'number', program.code, 'name', program.name, 'type', 'Program', 'programId', program.id);
  elsif kind = 'Design' then
    design := private.find_design(reference, 'itemId');
    return jsonb_build_object('id', design.id, 'number', design.code, 'name', design.name, 'type', 'Design',
      'designId', design.id, 'programId', design.program_id);
  end if;
  item := private.find_item(reference, 'itemId');
  if kind is not null and item.item_type <> kind then
    perform private.refuse('INCOMPATIBLE', format('%s is a %s.', item.item_number, item.item_type),
      jsonb_build_object('field', 'itemType', 'itemType', item.item_type));
  end if;
  return jsonb_build_object('id', item.id, 'number', item.item_number, 'name', item.name, 'type', item.item_type,
    'revision', item.revision, 'state', item.state, 'designId', item.design_id, 'programId', item.program_id);
end
$$;

create function plm.resolve_entity(input jsonb) returns jsonb
language sql
return private.run_read('private.do_resolve_entity', input);

grant execute on function private.do_get_item_details(jsonb), plm.get_item_details(jsonb), private.change_order_of(plm.items),
  private.require_part(plm.items, text), private.do_get_bom(jsonb), plm.get_bom(jsonb),
  private.where_used(uuid, uuid, integer, integer), private.do_get_where_used(jsonb), plm.get_where_used(jsonb),
  private.do_resolve_entity(jsonb), plm.resolve_entity(jsonb) to groundwire_app;
