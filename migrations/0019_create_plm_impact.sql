-- Why: what would a change of this item touch, and how risky is that? Each rule answers with its reason; the overall risk is
-- the highest of them. Nothing is left out silently: what was not asked for is null, what was cut is said.
set local role groundwire_owner;

create function private.do_analyze_change_impact(input jsonb) returns jsonb
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
    select i.*, u.depth
    from private.where_used(item.org_id, item.master_id, 15, 5000) u
    join plm.items i on i.org_id = item.org_id and i.master_id = u.master_id and i.is_current
  )
  select
    (select jsonb_agg(jsonb_build_object('id', f.id, 'itemNumber', f.item_number, 'name', f.name, 'revision', f.revision,
        'state', f.state, 'designId', f.design_id, 'depth', f.depth, 'isCrossDesign', f.design_id <> item.design_id)
        order by f.depth, f.item_number)
      from (select * from parents order by depth, item_number limit 100) f) as assemblies,
    (select count(*) from parents)::integer as count,
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
      format('%s assemblies use it.', used.count) as reason
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
    'truncated', used.count > 100,
    'risk', jsonb_build_object(
      'severity', levels[coalesce((select max(array_position(levels, r ->> 'severity')) from jsonb_array_elements(risks) r), 1)],
      'reasons', risks));
end
$$;

create function plm.analyze_change_impact(input jsonb) returns jsonb
language sql
return private.run_read('private.do_analyze_change_impact', input);

grant execute on function private.do_analyze_change_impact(jsonb), plm.analyze_change_impact(jsonb) to groundwire_app;
