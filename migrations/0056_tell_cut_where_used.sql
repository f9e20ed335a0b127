-- Why: the way up stops after so many rows, and an assembly is visited once for each level that it stands on. Stopped with
-- few enough assemblies in hand, the answer looked whole. Now whoever asks is told.
set local role groundwire_owner;

drop function private.where_used(uuid, uuid, integer, integer);

-- Every assembly above an item, once, with the shortest way to it. Bounded by the rows it visits; `is_cut` in each row
-- where there were more.
create function private.where_used(org uuid, master uuid, max_depth integer, max_visits integer)
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

grant execute on function private.where_used(uuid, uuid, integer, integer) to groundwire_app;
