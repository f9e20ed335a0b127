-- Why: most of the time of a structure went into building a jsonb object a row, and another one of all of them, only to print
-- them. Now each row is written once, the answer stays text, and paths are compared as bytes and not by a language's rules.
set local role groundwire_owner;

drop function plm.get_bom(jsonb);
drop function private.do_get_bom(jsonb);

-- run_read for answers that are as long as their structure.
create function private.run_long_read(worker text, input jsonb) returns json
language plpgsql as $$
declare
  answer json;
  detail text;
begin
  execute format('select %s($1)', worker::regproc) into answer using coalesce(input, '{}');
  return json_build_object('ok', true, 'data', answer);
exception when sqlstate 'GW001' then
  get stacked diagnostics detail = pg_exception_detail;
  return private.refusal_of('GW001', detail);
end
$$;

-- Children inside children, in order of their find numbers. A component in a program that the user does not see is
-- counted in `hidden` and not shown. The rows come in order of their paths, so that text can be closed where they go up.
create function private.do_get_bom(input jsonb) returns json
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
    select t.path, t.level, row_number() over () as visit, case when coalesce(w.id, i.id) is not null then left(
      json_build_object(
        'id', coalesce(w.id, i.id), 'itemNumber', coalesce(w.item_number, i.item_number), 'name', coalesce(w.name, i.name),
        'revision', coalesce(w.revision, i.revision), 'state', coalesce(w.state, i.state), 'itemType', coalesce(w.item_type, i.item_type),
        'designId', coalesce(w.design_id, i.design_id), 'level', t.level, 'quantity', trim_scale(t.quantity),
        'findNumber', t.find_number, 'referenceDesignator', t.reference_designator
      )::text, -1) || case when w.id is not null then ', "isWorkingCopy": true' else '' end end as opening
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

create function plm.get_bom(input jsonb) returns json
language sql
return private.run_long_read('private.do_get_bom', input);

grant execute on function private.run_long_read(text, jsonb), private.do_get_bom(jsonb), plm.get_bom(jsonb) to groundwire_app;
