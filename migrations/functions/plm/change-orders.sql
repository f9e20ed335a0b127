-- create_change_order: opens an engineering change order with its scope.
set local role groundwire_owner;

-- What a change order does with an item: `revise` or `release`. Refuses items that no change order can change.
create or replace function private.require_affectable(change_order plm.items, item plm.items) returns text
language plpgsql stable as $$
declare
  rules record;
  design plm.designs;
begin
  if item.item_type in ('Task', 'ChangeOrder') then
    perform private.refuse('INCOMPATIBLE', format('%s is a %s, which change orders don''t affect.', item.item_number, item.item_type),
      jsonb_build_object('itemId', item.id, 'itemType', item.item_type));
  end if;
  select * into rules from private.lifecycle_of(item.item_type, item.state);
  if rules.is_closed or not item.is_current then
    perform private.refuse('ILLEGAL_STATE', format('%s revision %s is %s and can''t be changed by a change order.',
        item.item_number, item.revision, case when item.is_working then 'a working copy' else item.state end),
      jsonb_build_object('state', item.state, 'allowed', '[]'::jsonb, 'itemId', item.id));
  end if;
  design := private.find_design(item.design_id::text, 'designId');
  perform private.require_open_design(design);
  perform private.require_program_right(design.program_id, 'write');
  if not exists (
    select from plm.change_order_designs d where d.change_order_id = change_order.id and d.design_id = design.id
  ) then
    perform private.require_program_right(design.program_id, 'create_eco');
  end if;
  if not rules.is_released then
    perform private.require_not_under_review(item);
  end if;
  return case when rules.is_released then 'revise' else 'release' end;
end
$$;

create or replace function private.do_create_change_order(input jsonb, dry_run boolean, expected jsonb) returns jsonb
language plpgsql as $$
declare
  me record;
  new_name text;
  type_of text;
  priority_of text;
  reason_of text;
  impact_of text;
  reference text;
  one plm.items;
  item_ids uuid[] := '{}';
  masters uuid[] := '{}';
  actions text[] := '{}';
  design plm.designs;
  designs plm.designs[] := '{}';
  program uuid;
  mine uuid[];
  versions jsonb;
  change_order plm.items;
begin
  select * into me from private.require_permission('change_orders:create');
  new_name := private.input_text(input, 'name', 200, true);
  type_of := coalesce(private.input_choice(input, 'changeType', 'ECO', 'ECN', 'Deviation', 'MCO'), 'ECO');
  priority_of := coalesce(private.input_choice(input, 'priority', 'low', 'medium', 'high', 'critical'), 'medium');
  reason_of := coalesce(private.input_text(input, 'reasonForChange', 4000), '');
  impact_of := coalesce(private.input_text(input, 'impactDescription', 4000), '');
  foreach reference in array private.input_references(input, 'designIds', 50) loop
    design := private.find_design(btrim(reference), 'designIds');
    if design <> all (designs) then
      designs := designs || design;
    end if;
  end loop;
  foreach reference in array private.input_references(input, 'affectedItemIds', 100) loop
    one := private.find_item(btrim(reference), 'affectedItemIds');
    if one.item_type in ('Task', 'ChangeOrder') then
      perform private.require_affectable(null, one);
    end if;
    if one.master_id <> all (masters) then
      item_ids := item_ids || one.id;
      masters := masters || one.master_id;
      if one.design_id is not null and one.design_id <> all (array(select d.id from unnest(designs) d)) then
        designs := designs || private.find_design(one.design_id::text, 'affectedItemIds');
      end if;
    end if;
  end loop;

  if cardinality(designs) > 0 then
    program := designs[1].program_id;
  elsif coalesce(input ->> 'programId', '') <> '' then
    program := (private.find_program(private.input_text(input, 'programId', 200), 'programId')).id;
  else
    mine := private.programs_for('create_eco');
    if cardinality(mine) <> 1 then
      perform private.refuse('MISSING', 'Name the designs or items that the change order affects.', '{"field": "designIds"}');
    end if;
    program := mine[1];
  end if;
  perform private.require_program_right(program, 'create_eco');
  foreach design in array designs loop
    perform private.require_program_right(design.program_id, 'create_eco');
    perform private.require_open_design(design);
  end loop;

  if not dry_run then
    perform private.lock_plm('design', d.id, false) from (select id from unnest(designs) order by id) d;
  end if;
  for one in select i.* from unnest(item_ids) with ordinality g (id, n) join plm.items i on i.id = g.id order by g.n loop
    actions := actions || private.require_affectable(null, one);
  end loop;
  versions := coalesce((select jsonb_agg(private.version_of('design', d.id, d.version)) from unnest(designs) d), '[]')
    || coalesce((select jsonb_agg(private.version_of('item', i.id, i.version)) from plm.items i where i.id = any (item_ids)), '[]');

  if dry_run then
    return jsonb_build_object('versions', versions, 'proposal', jsonb_build_object(
      'changeType', type_of, 'name', new_name, 'priority', priority_of,
      'reason', nullif(reason_of, ''), 'impact', nullif(impact_of, ''),
      'program', private.program_json(program),
      'designs', coalesce((select jsonb_agg(private.named_design(d)) from unnest(designs) d), '[]'),
      'items', coalesce((
        select jsonb_agg(private.item_json(i) || jsonb_build_object('action', a.action) order by a.n)
        from unnest(item_ids, actions) with ordinality a (id, action, n) join plm.items i on i.id = a.id), '[]')));
  end if;

  perform private.require_unchanged(expected, versions);
  change_order.id := gen_random_uuid();
  insert into plm.items (org_id, id, master_id, program_id, item_number, item_type, name, description, state, created_by, updated_by)
  values (me.org_id, change_order.id, change_order.id, program, private.next_item_number('ChangeOrder'), 'ChangeOrder', new_name,
    coalesce(private.input_text(input, 'description', 4000), ''), 'Draft', me.user_id, me.user_id)
  returning * into change_order;
  insert into plm.change_orders (org_id, item_id, program_id, change_type, priority, reason, impact)
  values (me.org_id, change_order.id, program, type_of, priority_of, reason_of, impact_of);
  insert into plm.workflow_instances (org_id, change_order_id, program_id, definition_name, step)
  values (me.org_id, change_order.id, program, 'Standard change', 'Draft');
  insert into plm.workflow_history (org_id, change_order_id, program_id, user_id, to_step)
  values (me.org_id, change_order.id, program, me.user_id, 'Draft');
  perform private.note_history(change_order, 'created', change_order => change_order.id);
  foreach design in array designs loop
    perform private.open_eco_branch(change_order, design);
  end loop;
  for one in select i.* from unnest(item_ids) with ordinality g (id, n) join plm.items i on i.id = g.id order by g.n loop
    perform private.take_into_scope(change_order, one);
  end loop;
  return jsonb_build_object('programId', program, 'designId', designs[1].id,
    'affected', jsonb_build_array(change_order.id) || to_jsonb(item_ids),
    'data', jsonb_build_object('item', private.item_json(change_order), 'changeType', type_of,
      'designs', coalesce((select jsonb_agg(jsonb_build_object('id', d.id, 'code', d.code, 'name', d.name)) from unnest(designs) d), '[]'),
      'affectedItems', private.scope_json(change_order.id)));
end
$$;

create or replace function plm.create_change_order(
  input jsonb, dry_run boolean, expected jsonb default null, effect_key text default null, audit jsonb default null
) returns jsonb
language sql
return private.run_effect('private.do_create_change_order', input, dry_run, expected, effect_key, audit);

grant execute on function private.require_affectable(plm.items, plm.items),
  private.do_create_change_order(jsonb, boolean, jsonb), plm.create_change_order(jsonb, boolean, jsonb, text, jsonb)
  to groundwire_app;
