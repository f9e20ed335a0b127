-- create_item and update_item. A dry run applies the same rules as the real run; only the real run takes a number. If main
-- is protected, both work on the branch of the change order that the input names.
set local role groundwire_owner;

create or replace function private.do_create_item(input jsonb, dry_run boolean, expected jsonb) returns jsonb
language plpgsql as $$
declare
  me record;
  type_of text;
  new_name text;
  new_description text;
  fields jsonb;
  design plm.designs;
  program uuid;
  mine uuid[];
  change_order plm.items;
  branch uuid;
  versions jsonb := '[]';
  item plm.items;
begin
  select * into me from private.require_permission('parts:create');
  type_of := private.input_choice(input, 'itemType', 'Part', 'Document', 'Requirement', 'Task');
  if type_of is null then
    perform private.refuse('MISSING', 'itemType is missing.', '{"field": "itemType"}');
  end if;
  new_name := private.input_text(input, 'name', 200, true);
  new_description := coalesce(private.input_text(input, 'description', 4000), '');
  fields := private.read_fields(input, type_of);
  perform private.require_units(fields);

  if coalesce(input ->> 'designId', '') <> '' then
    design := private.find_design(private.input_text(input, 'designId', 200), 'designId');
    program := design.program_id;
    if design.is_archived then
      perform private.require_open_design(design);
    end if;
  elsif type_of <> 'Task' then
    perform private.refuse('MISSING', format('A %s belongs to a design; designId is missing.', type_of), '{"field": "designId"}');
  elsif coalesce(input ->> 'programId', '') <> '' then
    program := (private.find_program(private.input_text(input, 'programId', 200), 'programId')).id;
  else
    mine := private.programs_for('write');
    if cardinality(mine) <> 1 then
      perform private.refuse('MISSING', 'Name the design or the program that the task belongs to.', '{"field": "designId"}');
    end if;
    program := mine[1];
  end if;
  perform private.require_program_right(program, 'write');

  if type_of <> 'Task' then
    if coalesce(input ->> 'changeOrderId', '') <> '' then
      change_order := private.find_change_order(private.input_text(input, 'changeOrderId', 200), 'changeOrderId');
      if not dry_run then
        perform private.lock_plm('change order', change_order.id, false);
        change_order := private.find_change_order(change_order.id::text, 'changeOrderId');
      end if;
      perform private.require_draft_change_order(change_order);
      if not exists (select from plm.change_order_designs d where d.change_order_id = change_order.id and d.design_id = design.id) then
        perform private.require_program_right(program, 'create_eco');
      end if;
      versions := versions || private.version_of('item', change_order.id, change_order.version);
    end if;
    if not dry_run then
      perform private.lock_plm('design', design.id, false);
    end if;
    if change_order.id is null and private.is_protected(design.id) then
      perform private.refuse_without_eco(design, 'add new items');
    end if;
  end if;
  if design.id is not null then
    versions := versions || private.version_of('design', design.id, design.version);
  end if;

  if dry_run then
    return jsonb_build_object('versions', versions, 'proposal', jsonb_build_object(
      'itemType', type_of, 'name', new_name, 'description', nullif(new_description, ''),
      'program', case when design.id is null then private.program_json(program) end,
      'design', private.named_design(design), 'changeOrder', private.named_item(change_order),
      'fields', coalesce((
        select jsonb_agg(jsonb_build_object('field', f.field, 'value', private.shown_value(f.field, fields -> f.field)) order by f.n)
        from unnest(private.fields_of(type_of)) with ordinality f (field, n)
        where coalesce(fields -> f.field, 'null') <> 'null'), '[]')));
  end if;

  perform private.require_unchanged(expected, versions);
  if change_order.id is not null then
    branch := private.open_eco_branch(change_order, design);
  elsif design.id is not null then
    branch := (select b.id from plm.branches b where b.design_id = design.id and b.branch_type = 'main');
  end if;
  item.id := gen_random_uuid();
  insert into plm.items (org_id, id, master_id, program_id, design_id, branch_id, item_number, item_type, name, description,
    state, is_current, is_working, created_by, updated_by)
  values (me.org_id, item.id, item.id, program, design.id, branch, private.next_item_number(type_of), type_of, new_name,
    new_description, case type_of when 'Task' then 'Backlog' else 'Draft' end, change_order.id is null,
    change_order.id is not null, me.user_id, me.user_id)
  returning * into item;
  perform private.put_details(item, fields);
  if change_order.id is not null then
    insert into plm.change_order_items (org_id, change_order_id, master_id, program_id, design_id, action, working_item_id)
    values (me.org_id, change_order.id, item.id, program, design.id, 'add', item.id);
    insert into plm.branch_items (org_id, branch_id, item_id, program_id) values (me.org_id, branch, item.id, program);
  end if;
  perform private.note_history(item, 'created', change_order => change_order.id);
  return jsonb_build_object('programId', program, 'designId', design.id, 'affected', jsonb_build_array(item.id),
    'data', jsonb_build_object('item', private.item_json(item), 'changeOrder', case when change_order.id is not null then
      jsonb_build_object('id', change_order.id, 'itemNumber', change_order.item_number) end));
end
$$;

create or replace function plm.create_item(
  input jsonb, dry_run boolean, expected jsonb default null, effect_key text default null, audit jsonb default null
) returns jsonb
language sql
return private.run_effect('private.do_create_item', input, dry_run, expected, effect_key, audit);

create or replace function private.do_update_item(input jsonb, dry_run boolean, expected jsonb) returns jsonb
language plpgsql as $$
declare
  me record;
  subject record;
  item plm.items;
  change_order plm.items;
  fields jsonb;
  changes jsonb;
  details jsonb;
  versions jsonb;
  new_name text;
begin
  select * into me from private.require_permission('parts:update', 'tasks:update', 'change_orders:update');
  select * into subject from private.find_changeable(private.input_text(input, 'itemId', 200), 'itemId',
    private.input_text(input, 'changeOrderId', 200), 'change its items', dry_run);
  item := subject.item;
  change_order := subject.change_order;
  perform private.require_permission(variadic case item.item_type
    when 'Task' then array['parts:update', 'tasks:update']
    when 'ChangeOrder' then array['change_orders:update']
    else array['parts:update'] end);

  new_name := private.input_text(input, 'name', 200);
  if new_name = '' then
    perform private.refuse('MISSING', 'The name can''t be empty.', '{"field": "name"}');
  end if;
  fields := private.read_fields(input, item.item_type)
    || case when new_name is null then '{}' else jsonb_build_object('name', new_name) end
    || case when private.input_text(input, 'description', 4000) is null then '{}'
       else jsonb_build_object('description', private.input_text(input, 'description', 4000)) end;
  details := coalesce(private.item_details(item), '{}');
  perform private.require_units(details || fields);
  changes := private.changes_between(details || jsonb_build_object('name', item.name, 'description', item.description), fields);
  if changes = '{}' then
    perform private.refuse('MISSING', case when fields = '{}' then 'Nothing to change: name a field and its new value.'
      else format('%s already has these values.', item.item_number) end, '{"field": "changes"}');
  end if;

  versions := jsonb_build_array(private.version_of('item', item.id, item.version));
  if change_order.id is not null then
    versions := versions || private.version_of('item', change_order.id, change_order.version);
  end if;
  if dry_run then
    return jsonb_build_object('versions', versions, 'proposal', jsonb_build_object(
      'item', private.item_json(item), 'changeOrder', private.named_item(change_order),
      'changes', (
        select jsonb_agg(jsonb_build_object('field', c.key, 'from', private.shown_value(c.key, c.value -> 'from'),
            'to', private.shown_value(c.key, c.value -> 'to'))
          order by array_position(array['name', 'description'] || private.fields_of(item.item_type), c.key))
        from jsonb_each(changes) c)));
  end if;

  perform private.require_unchanged(expected, versions);
  if change_order.id is not null then
    item := private.take_into_scope(change_order, item);
  end if;
  update plm.items i set name = coalesce(fields ->> 'name', i.name), description = coalesce(fields ->> 'description', i.description),
    version = i.version + 1, updated_by = me.user_id, updated_at = now()
  where i.id = item.id returning * into item;
  if not found then
    perform private.refuse('FORBIDDEN', 'You can''t change this item.');
  end if;
  perform private.put_details(item, fields - array['name', 'description']);
  perform private.note_history(item, 'updated', changes, change_order => change_order.id);
  return jsonb_build_object('programId', item.program_id, 'designId', item.design_id, 'affected', jsonb_build_array(item.id),
    'data', jsonb_build_object('item', private.item_json(item), 'changed', (select jsonb_agg(k order by k) from jsonb_object_keys(changes) k),
      'changeOrder', case when change_order.id is not null then
        jsonb_build_object('id', change_order.id, 'itemNumber', change_order.item_number) end));
end
$$;

create or replace function plm.update_item(
  input jsonb, dry_run boolean, expected jsonb default null, effect_key text default null, audit jsonb default null
) returns jsonb
language sql
return private.run_effect('private.do_update_item', input, dry_run, expected, effect_key, audit);

grant execute on function private.do_create_item(jsonb, boolean, jsonb),
  plm.create_item(jsonb, boolean, jsonb, text, jsonb), private.do_update_item(jsonb, boolean, jsonb),
  plm.update_item(jsonb, boolean, jsonb, text, jsonb) to groundwire_app;
