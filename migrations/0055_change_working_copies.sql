-- Why: a change under a change order works on the copy that lies on its branch. Named by the id of the current revision,
-- which is what a search answers, the item was read there and written on the copy: the card showed values that the copy no
-- longer had, setting the copy back was refused as no change, and a change of the copy since went unnoticed.
set local role groundwire_owner;

-- By id (that very revision; on a change order that works on the current one, its copy) or by number: the revision asked
-- for, else the copy on the change order's branch, else the current one, else the only working copy there is.
create or replace function private.find_item(
  reference text, field text, wanted_revision text default null, in_change_order uuid default null
) returns plm.items
language plpgsql stable as $$
declare
  found_row plm.items;
  master uuid;
  copies integer;
begin
  if coalesce(reference, '') = '' then
    perform private.refuse('MISSING', format('%s is missing.', field), jsonb_build_object('field', field));
  end if;
  if private.is_uuid(reference) then
    select * into found_row from plm.items i where i.id = reference::uuid;
    master := found_row.master_id;
    if master is null then
      perform private.refuse_unknown('item', field);
    end if;
    if coalesce(wanted_revision, '') = '' and not (found_row.is_current and in_change_order is not null) then
      return found_row;
    end if;
  else
    select i.master_id into master from plm.items i where i.item_number = upper(reference) and i.id = i.master_id;
  end if;
  found_row := null;
  if coalesce(wanted_revision, '') <> '' then
    select * into found_row from plm.items i
    where i.master_id = master and i.revision = upper(wanted_revision) and not i.is_working;
  else
    if in_change_order is not null then
      found_row := private.find_working_copy(master, in_change_order);
    end if;
    if found_row.id is null then
      select * into found_row from plm.items i where i.master_id = master and i.is_current;
    end if;
    if found_row.id is null then
      copies := (select count(*) from plm.items i where i.master_id = master and i.is_working);
      if copies > 1 then
        perform private.refuse('AMBIGUOUS', 'Several change orders work on this item; name the change order.',
          jsonb_build_object('field', field));
      end if;
      select * into found_row from plm.items i where i.master_id = master and i.is_working;
    end if;
  end if;
  if found_row.id is null then
    perform private.refuse_unknown('item', field);
  end if;
  return found_row;
end
$$;

-- The row that a change of an item works on, and the change order that carries it. `wish` is for the sentence that offers
-- to create one. Refuses what is closed, protected, under review or on somebody else's branch.
create or replace function private.find_changeable(
  reference text, field text, change_order_reference text, wish text, dry_run boolean, out item plm.items, out change_order plm.items
) returns record
language plpgsql as $$
declare
  rules record;
  design plm.designs;
  held_by uuid;
  locked uuid;
begin
  if coalesce(change_order_reference, '') <> '' then
    change_order := private.find_change_order(change_order_reference, 'changeOrderId');
  end if;
  item := private.find_item(reference, field, null, change_order.id);
  held_by := private.change_order_of(item);
  if item.item_type in ('Task', 'ChangeOrder') then
    change_order := null;
  elsif held_by is not null then
    if change_order.id <> held_by then
      perform private.refuse('CONFLICT', format('This copy of %s belongs to another change order.', item.item_number),
        jsonb_build_object('itemId', item.id, 'itemNumber', item.item_number));
    end if;
    change_order := private.find_change_order(held_by::text, 'changeOrderId');
  end if;
  if not dry_run then
    if change_order.id is not null then
      perform private.lock_plm('change order', change_order.id, false);
      change_order := private.find_change_order(change_order.id::text, 'changeOrderId');
    end if;
    if item.design_id is not null then
      perform private.lock_plm('design', item.design_id, false);
    end if;
    -- What waited for another writer reads what that one left, which may be the first copy on this change order's branch:
    -- then that is the row. Rows of tasks and parts are locked alike; where the policy lets no update through, none is
    -- found, and the update itself is refused below.
    loop
      locked := item.id;
      perform from plm.items i where i.id = locked for update;
      item := private.find_item(locked::text, field, null, change_order.id);
      exit when item.id = locked;
    end loop;
  end if;

  perform private.require_program_right(item.program_id, 'write');
  select * into rules from private.lifecycle_of(item.item_type, item.state);
  if rules.is_closed or not (item.is_current or item.is_working) then
    perform private.refuse('ILLEGAL_STATE', format('%s revision %s is %s and does not change any more.',
        item.item_number, item.revision, item.state),
      jsonb_build_object('state', item.state, 'allowed', '[]'::jsonb, 'itemId', item.id));
  end if;
  if item.item_type = 'ChangeOrder' then
    perform private.require_draft_change_order(item);
  elsif item.item_type <> 'Task' then
    design := private.find_design(item.design_id::text, 'designId');
    perform private.require_open_design(design);
    if change_order.id is not null then
      perform private.require_draft_change_order(change_order);
      if not exists (select from plm.change_order_designs d where d.change_order_id = change_order.id and d.design_id = design.id) then
        perform private.require_program_right(design.program_id, 'create_eco');
      end if;
    elsif private.is_protected(design.id) then
      perform private.refuse_without_eco(design, wish, item);
    end if;
    if not item.is_working and not rules.is_released then
      perform private.require_not_under_review(item);
    end if;
  end if;
end
$$;

create or replace function private.do_create_relationship(input jsonb, dry_run boolean, expected jsonb) returns jsonb
language plpgsql as $$
declare
  me record;
  link text := private.input_choice(input, 'type', 'BOM', 'Document', 'Affects');
  amount numeric := round(private.input_number(input, 'quantity', 0.0001, 1000000), 4);
  place integer := private.input_number(input, 'findNumber', 1, 99999, true);
  designator text := nullif(private.input_text(input, 'referenceDesignator', 500), '');
  subject record;
  source plm.items;
  target plm.items;
  on_main plm.items;
  change_order plm.items;
  foreign_order uuid;
  circle uuid[];
  versions jsonb;
  action text;
  link_id uuid := gen_random_uuid();
begin
  select * into me from private.require_permission('parts:update');
  if link is null then
    perform private.refuse('MISSING', 'type is missing: BOM, Document or Affects.', '{"field": "type"}');
  end if;
  if link = 'BOM' and not dry_run then
    perform private.lock_plm('structure', me.org_id, true);
  end if;
  source := private.find_item(private.input_text(input, 'sourceItemId', 200), 'sourceItemId');
  target := private.find_item(private.input_text(input, 'targetItemId', 200), 'targetItemId');
  perform private.require_compatible(link, source, target);
  if link <> 'BOM' and coalesce(amount, place) is not null then
    perform private.refuse('INCOMPATIBLE', format('A %s relationship has no quantity and no find number.', link), '{"field": "quantity"}');
  end if;

  if link = 'Affects' then
    change_order := private.find_change_order(source.id::text, 'sourceItemId');
    if not dry_run then
      perform private.lock_plm('change order', change_order.id, false);
      change_order := private.find_change_order(source.id::text, 'sourceItemId');
      perform private.lock_plm('design', target.design_id, false);
      perform from plm.items i where i.id = target.id for update;
      target := private.find_item(target.id::text, 'targetItemId');
      source := change_order;
    end if;
    perform private.require_draft_change_order(change_order);
    perform private.require_program_right(change_order.program_id, 'write');
    action := private.require_affectable(change_order, target);
  else
    select * into subject from private.find_changeable(source.id::text, 'sourceItemId',
      private.input_text(input, 'changeOrderId', 200), 'change the structure of its items', dry_run);
    source := subject.item;
    change_order := subject.change_order;
    -- A link leads to an item and not to a revision: it is shown as the change order has it, else as it is now.
    target := private.find_item(target.item_number, 'targetItemId', null, change_order.id);
    foreign_order := private.change_order_of(target);
    if foreign_order is not null and change_order.id is distinct from foreign_order then
      perform private.refuse('INCOMPATIBLE', format('%s exists only on the branch of a change order; name that change order.', target.item_number),
        jsonb_build_object('field', 'changeOrderId', 'changeOrderId', foreign_order));
    end if;
    select i.* into on_main from plm.items i where i.master_id = target.master_id and i.is_current;
    if (select l.is_closed from private.lifecycle_of(on_main.item_type, on_main.state) l) then
      perform private.refuse('ILLEGAL_STATE', format('%s is %s.', on_main.item_number, on_main.state),
        jsonb_build_object('state', on_main.state, 'allowed', '[]'::jsonb));
    end if;
  end if;

  if source.master_id = target.master_id then
    circle := array[source.master_id];
  elsif link = 'BOM' then
    circle := private.find_bom_path(target.master_id, source.master_id, change_order.id);
  end if;
  if circle is not null then
    perform private.refuse('CYCLE', format('%s would contain itself: %s.', source.item_number,
        (select string_agg(n, ' → ') from jsonb_array_elements_text(jsonb_build_array(source.item_number) || private.path_numbers(circle)) n)),
      jsonb_build_object('path', jsonb_build_array(source.item_number) || private.path_numbers(circle)));
  end if;
  if exists (
    select from plm.item_relationships r
    where r.source_master_id = source.master_id and r.target_master_id = target.master_id and r.relationship_type = link
      and (r.is_effective or r.change_order_id = change_order.id)
  ) then
    perform private.refuse('DUPLICATE', format('%s and %s have this relationship already.', source.item_number, target.item_number),
      jsonb_build_object('sourceItemId', source.id, 'targetItemId', target.id, 'type', link));
  end if;

  versions := jsonb_build_array(private.version_of('item', source.id, source.version), private.version_of('item', target.id, target.version));
  if link <> 'Affects' and change_order.id is not null then
    versions := versions || private.version_of('item', change_order.id, change_order.version);
  end if;
  if link = 'BOM' then
    amount := coalesce(amount, 1);
  end if;
  if dry_run then
    return jsonb_build_object('versions', versions, 'preview', jsonb_build_object(
      'title', format('Link %s to %s', source.item_number, target.item_number), 'action', 'create',
      'message', case link
        when 'BOM' then format('Add %s "%s" to the bill of materials of %s "%s"', target.item_number, target.name, source.item_number, source.name)
        when 'Document' then format('Link the document %s "%s" to %s "%s"', target.item_number, target.name, source.item_number, source.name)
        else format('Add %s "%s" to the scope of %s', target.item_number, target.name, source.item_number) end
        || case when link <> 'Affects' and change_order.id is not null then format(' under %s', change_order.item_number) else '' end || '.',
      'details', jsonb_build_array(
          jsonb_build_object('label', 'Relationship', 'value', link),
          jsonb_build_object('label', 'From', 'value', format('%s %s', source.item_number, source.name)),
          jsonb_build_object('label', 'To', 'value', format('%s %s', target.item_number, target.name)))
        || (select coalesce(jsonb_agg(jsonb_build_object('label', d.label, 'value', d.value)), '[]')
          from (values ('Quantity', trim_scale(amount)::text), ('Find number', place::text), ('Reference designator', designator),
            ('Action', action), ('ECO', case when link <> 'Affects' then change_order.item_number || ' ' || change_order.name end)
          ) d (label, value) where d.value is not null)));
  end if;

  perform private.require_unchanged(expected, versions);
  if link = 'Affects' then
    perform private.take_into_scope(change_order, target);
  else
    if change_order.id is not null then
      source := private.take_into_scope(change_order, source);
    end if;
    insert into plm.item_relationships (org_id, id, program_id, source_master_id, target_master_id, relationship_type, quantity,
      find_number, reference_designator, change_order_id, is_effective, created_by)
    values (me.org_id, link_id, source.program_id, source.master_id, target.master_id, link, amount,
      case when link = 'BOM' then coalesce(place, (
        select least(coalesce(max(r.find_number), 0) / 10 * 10 + 10, 99999) from plm.item_relationships r
        where r.source_master_id = source.master_id and r.relationship_type = 'BOM')) end,
      designator, change_order.id, change_order.id is null, me.user_id);
    perform private.note_history(source, 'related', jsonb_build_object(link, jsonb_build_object('from', null, 'to', target.item_number)),
      change_order => change_order.id);
  end if;
  return jsonb_build_object('programId', source.program_id, 'designId', source.design_id,
    'affected', jsonb_build_array(source.id, target.id), 'data', (
      select jsonb_build_object(
        'relationship', jsonb_build_object('id', r.id, 'type', r.relationship_type, 'quantity', trim_scale(r.quantity),
          'findNumber', r.find_number, 'referenceDesignator', r.reference_designator),
        'source', private.item_json(source), 'target', private.item_json(target),
        'changeOrder', case when change_order.id is not null then
          jsonb_build_object('id', change_order.id, 'itemNumber', change_order.item_number) end)
      from plm.item_relationships r
      where r.source_master_id = source.master_id and r.target_master_id = target.master_id and r.relationship_type = link
        and (r.is_effective or r.change_order_id = change_order.id)));
end
$$;
