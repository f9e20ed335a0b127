-- Finds a program, design, item or change order by id, number or name, and describes it as JSON. All under the policies of
-- the caller: what the user cannot see does not exist.
set local role groundwire_owner;

-- By id, by code, or by a name that only one has.
create or replace function private.find_program(reference text, field text) returns plm.programs
language plpgsql stable as $$
declare
  found_row plm.programs;
  named integer;
begin
  if private.is_uuid(reference) then
    select * into found_row from plm.programs p where p.id = reference::uuid;
  else
    select * into found_row from plm.programs p where p.code = upper(reference);
    if not found then
      named := (select count(*) from plm.programs p where lower(p.name) = lower(reference));
      if named > 1 then
        perform private.refuse('AMBIGUOUS', 'More than one program has this name. Use its code.',
          jsonb_build_object('field', field));
      end if;
      select * into found_row from plm.programs p where lower(p.name) = lower(reference);
    end if;
  end if;
  if found_row.id is null then
    perform private.refuse_unknown('program', field);
  end if;
  return found_row;
end
$$;

create or replace function private.find_design(reference text, field text) returns plm.designs
language plpgsql stable as $$
declare
  found_row plm.designs;
  named text[];
begin
  if private.is_uuid(reference) then
    select * into found_row from plm.designs d where d.id = reference::uuid;
  else
    select * into found_row from plm.designs d where d.code = upper(reference);
    if not found then
      named := array(select d.code from plm.designs d where lower(d.name) = lower(reference) order by d.code limit 10);
      if cardinality(named) > 1 then
        perform private.refuse('AMBIGUOUS', 'More than one design has this name. Use its code.',
          jsonb_build_object('field', field, 'candidates', named));
      end if;
      select * into found_row from plm.designs d where lower(d.name) = lower(reference);
    end if;
  end if;
  if found_row.id is null then
    perform private.refuse_unknown('design', field);
  end if;
  return found_row;
end
$$;

-- By id: that revision, or its copy on a change order that works on the current one. By number: the requested revision,
-- else the copy on the change order's branch, else the current one, else the only working copy.
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
        perform private.refuse('AMBIGUOUS', 'Several change orders are changing this item. Name the change order.',
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

create or replace function private.find_working_copy(master uuid, in_change_order uuid) returns plm.items
language plpgsql stable as $$
declare
  found_row plm.items;
begin
  select w.* into found_row
  from plm.change_order_items s
  join plm.items w on w.org_id = s.org_id and w.id = s.working_item_id and w.is_working
  where s.change_order_id = in_change_order and s.master_id = master;
  return found_row;
end
$$;

create or replace function private.find_change_order(reference text, field text) returns plm.items
language plpgsql stable as $$
declare
  found_row plm.items := private.find_item(reference, field);
begin
  if found_row.item_type <> 'ChangeOrder' then
    perform private.refuse('INCOMPATIBLE', format('%s is not a change order.', found_row.item_number),
      jsonb_build_object('field', field, 'itemType', found_row.item_type));
  end if;
  return found_row;
end
$$;

-- The change order whose branch a working copy is on; null for any other row.
create or replace function private.change_order_of(item plm.items) returns uuid
language sql stable
return case when item.is_working then (
  select b.change_order_id from plm.branches b where b.org_id = item.org_id and b.id = item.branch_id
) end;

create or replace function private.item_json(i plm.items) returns jsonb
language sql stable
return jsonb_build_object(
  'id', i.id, 'itemNumber', i.item_number, 'name', i.name, 'revision', i.revision, 'state', i.state,
  'itemType', i.item_type, 'designId', i.design_id, 'programId', i.program_id, 'isCurrent', i.is_current
) || case when i.is_working then jsonb_build_object('isWorkingCopy', true) else '{}' end;

-- What a proposal shows of an item or a design; null if there is none.
create or replace function private.named_item(i plm.items) returns jsonb
language sql stable
return case when i.id is not null then
  jsonb_build_object('id', i.id, 'itemNumber', i.item_number, 'name', i.name) end;

create or replace function private.named_design(d plm.designs) returns jsonb
language sql stable
return case when d.id is not null then jsonb_build_object('id', d.id, 'code', d.code, 'name', d.name) end;

-- The fields that the item's type adds.
create or replace function private.item_details(i plm.items) returns jsonb
language sql stable
return case i.item_type
  when 'Part' then (
    select jsonb_build_object('partType', p.part_type, 'material', p.material, 'cost', trim_scale(p.cost),
      'currency', p.currency, 'weight', trim_scale(p.weight), 'weightUnit', p.weight_unit)
    from plm.parts p where p.org_id = i.org_id and p.item_id = i.id)
  when 'Document' then (
    select jsonb_build_object('documentType', d.document_type, 'fileName', d.file_name)
    from plm.documents d where d.org_id = i.org_id and d.item_id = i.id)
  when 'Requirement' then (
    select jsonb_build_object('requirementType', r.requirement_type)
    from plm.requirements r where r.org_id = i.org_id and r.item_id = i.id)
  when 'Task' then (
    select jsonb_build_object('priority', t.priority, 'dueDate', t.due_date, 'assignee', t.assignee,
      'assigneeName', (select u.name from public.users u where u.id = t.assignee))
    from plm.tasks t where t.org_id = i.org_id and t.item_id = i.id)
  when 'ChangeOrder' then (
    select jsonb_build_object('changeType', o.change_type, 'priority', o.priority, 'reasonForChange', o.reason,
      'impactDescription', o.impact)
    from plm.change_orders o where o.org_id = i.org_id and o.item_id = i.id)
end;

-- Change orders that are not approved yet and have the item in their scope.
create or replace function private.active_change_orders(master uuid) returns table (
  id uuid, item_number text, name text, state text, action text
)
language sql stable
begin atomic
  select i.id, i.item_number, i.name, i.state, s.action
  from plm.change_order_items s
  join plm.items i on i.org_id = s.org_id and i.id = s.change_order_id
  where s.master_id = master and i.state <> 'Approved'
  order by i.item_number;
end;

create or replace function private.name_of(person uuid) returns text
language sql stable
return (select u.name from public.users u where u.id = person);

create or replace function private.program_json(program uuid) returns jsonb
language sql stable
return (
  select jsonb_build_object('id', p.id, 'code', p.code, 'name', p.name, 'description', p.description, 'customer', p.customer, 'status', p.status)
  from plm.programs p where p.id = program
);

create or replace function private.design_json(d plm.designs) returns jsonb
language sql stable
return jsonb_build_object('id', d.id, 'code', d.code, 'name', d.name, 'description', d.description, 'designType', d.design_type,
  'programId', d.program_id, 'isArchived', d.is_archived);

grant execute on function private.find_program(text, text), private.find_design(text, text),
  private.find_item(text, text, text, uuid), private.find_working_copy(uuid, uuid),
  private.find_change_order(text, text), private.change_order_of(plm.items), private.item_json(plm.items), private.named_item(plm.items),
  private.named_design(plm.designs),
  private.item_details(plm.items), private.active_change_orders(uuid), private.name_of(uuid),
  private.program_json(uuid), private.design_json(plm.designs) to groundwire_app;
