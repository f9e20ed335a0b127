-- Why: create_change_order. It makes the item in Draft, starts its workflow, opens a branch in each design and takes the
-- affected items into its scope: all of it or nothing.
set local role groundwire_owner;

-- The texts of an array in the input, each once and in order.
create function private.input_references(input jsonb, field text, max_count integer) returns text[]
language plpgsql stable as $$
declare
  given jsonb := coalesce(nullif(input -> field, 'null'), '[]');
begin
  if jsonb_typeof(given) <> 'array' or jsonb_array_length(given) > max_count
    or exists (select from jsonb_array_elements(given) e where jsonb_typeof(e) <> 'string' or length(e #>> '{}') > 200) then
    perform private.refuse('OUT_OF_RANGE', format('%s must be a list of at most %s ids or numbers.', field, max_count),
      jsonb_build_object('field', field, 'max', max_count));
  end if;
  return array(
    select e.value from jsonb_array_elements_text(given) with ordinality e (value, n)
    where btrim(e.value) <> '' group by e.value order by min(e.n)
  );
end
$$;

create function private.do_create_change_order(input jsonb, dry_run boolean, expected jsonb) returns jsonb
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
      perform private.refuse('MISSING', 'Name the designs or the items that the change order is about.', '{"field": "designIds"}');
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
    return jsonb_build_object('versions', versions, 'preview', jsonb_build_object(
      'title', format('Create %s %s', type_of, left(new_name, 80)), 'action', 'create',
      'message', format('Create the change order "%s" in Draft, with a branch in %s.', new_name,
        case cardinality(designs) when 0 then 'no design yet' when 1 then format('the design ''%s''', designs[1].name)
          else cardinality(designs) || ' designs' end),
      'details', jsonb_build_array(
          jsonb_build_object('label', 'Change type', 'value', type_of), jsonb_build_object('label', 'Name', 'value', new_name),
          jsonb_build_object('label', 'Priority', 'value', priority_of))
        || (select coalesce(jsonb_agg(jsonb_build_object('label', d.label, 'value', d.value)), '[]')
          from (values ('Reason', reason_of), ('Impact', impact_of)) d (label, value) where d.value <> '')
        || coalesce((select jsonb_agg(jsonb_build_object('label', 'Design', 'value', format('%s (%s)', d.name, d.code))) from unnest(designs) d), '[]')
        || coalesce((
          select jsonb_agg(jsonb_build_object('label', initcap(a.action),
            'value', format('%s %s, revision %s, %s', i.item_number, i.name, i.revision, i.state)) order by a.n)
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

create function plm.create_change_order(
  input jsonb, dry_run boolean, expected jsonb default null, effect_key text default null, audit jsonb default null
) returns jsonb
language sql
return private.run_effect('private.do_create_change_order', input, dry_run, expected, effect_key, audit);

-- The scope of a change order: what is done with each item, from which revision to which.
create function private.scope_json(change_order uuid) returns jsonb
language sql stable
return coalesce((
  select jsonb_agg(jsonb_build_object(
    'action', s.action, 'itemNumber', coalesce(w.item_number, b.item_number), 'itemType', coalesce(w.item_type, b.item_type),
    'name', coalesce(w.name, b.name), 'itemId', coalesce(b.id, w.id), 'workingItemId', w.id, 'designId', s.design_id,
    'fromRevision', b.revision, 'toRevision', coalesce(w.revision, b.revision), 'state', coalesce(w.state, b.state))
    order by coalesce(w.item_number, b.item_number))
  from plm.change_order_items s
  left join plm.items b on b.org_id = s.org_id and b.id = s.base_item_id
  left join plm.items w on w.org_id = s.org_id and w.id = s.working_item_id
  where s.change_order_id = change_order
), '[]');

grant execute on function private.input_references(jsonb, text, integer), private.do_create_change_order(jsonb, boolean, jsonb),
  plm.create_change_order(jsonb, boolean, jsonb, text, jsonb), private.scope_json(uuid) to groundwire_app;
