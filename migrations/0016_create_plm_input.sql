-- Why: the functions of tools take one JSON input and answer one JSON envelope. These read the input and find what it
-- names, or refuse in words for people. What is not there and what the user may not see are refused alike: both are
-- invisible under the policies. Every function here runs under the rights of the caller.
set local role groundwire_owner;

-- The claim's user; refuses whoever has none of the permissions.
create function private.require_permission(variadic wanted text[]) returns table (org_id uuid, user_id uuid)
language plpgsql stable as $$
#variable_conflict use_column
declare
  who record;
begin
  select c.org_id, c.user_id, c.permissions into who from private.claim() c where c.kind = 'user';
  if not found or not who.permissions && wanted then
    perform private.refuse('FORBIDDEN', format('Your role does not have the permission %s.', wanted[1]),
      jsonb_build_object('permission', wanted[1]));
  end if;
  return query select who.org_id, who.user_id;
end
$$;

-- Null where the field is absent or null.
create function private.input_text(input jsonb, field text, max_length integer, is_required boolean default false) returns text
language plpgsql stable as $$
declare
  given jsonb := nullif(input -> field, 'null');
  value text := btrim(given #>> '{}', E' \t\r\n');
begin
  if given is not null and jsonb_typeof(given) not in ('string', 'number') then
    perform private.refuse('OUT_OF_RANGE', format('%s must be text.', field), jsonb_build_object('field', field));
  end if;
  if is_required and coalesce(value, '') = '' then
    perform private.refuse('MISSING', format('%s is missing.', field), jsonb_build_object('field', field));
  end if;
  if length(value) > max_length then
    perform private.refuse('OUT_OF_RANGE', format('%s may have %s characters at most.', field, max_length),
      jsonb_build_object('field', field, 'max', max_length));
  end if;
  return value;
end
$$;

create function private.input_number(
  input jsonb, field text, low numeric, high numeric, is_whole boolean default false
) returns numeric
language plpgsql stable as $$
declare
  value text := nullif(input -> field, 'null') #>> '{}';
begin
  if value is null then
    return null;
  end if;
  -- The length first: a number of a million digits is not worth parsing.
  if jsonb_typeof(input -> field) not in ('number', 'string') or length(value) > 40
    or value !~ '^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?$'
    or value::numeric not between low and high or (is_whole and value::numeric <> trunc(value::numeric)) then
    perform private.refuse('OUT_OF_RANGE',
      format('%s must be a %s from %s to %s.', field, case when is_whole then 'whole number' else 'number' end, low, high),
      jsonb_build_object('field', field, 'min', low, 'max', high));
  end if;
  return value::numeric;
end
$$;

create function private.input_choice(input jsonb, field text, variadic allowed text[]) returns text
language plpgsql stable as $$
declare
  value text := private.input_text(input, field, 100);
  choice text;
begin
  if coalesce(value, '') = '' then
    return null;
  end if;
  select a into choice from unnest(allowed) a where lower(a) = lower(value);
  if choice is null then
    perform private.refuse('OUT_OF_RANGE', format('%s must be one of: %s.', field, array_to_string(allowed, ', ')),
      jsonb_build_object('field', field, 'allowed', allowed));
  end if;
  return choice;
end
$$;

create function private.input_flag(input jsonb, field text, otherwise boolean) returns boolean
language plpgsql stable as $$
begin
  if coalesce(jsonb_typeof(input -> field), 'null') not in ('null', 'boolean') then
    perform private.refuse('OUT_OF_RANGE', format('%s must be true or false.', field), jsonb_build_object('field', field));
  end if;
  return coalesce((nullif(input -> field, 'null'))::boolean, otherwise);
end
$$;

-- '' clears the date, null leaves it.
create function private.input_date(input jsonb, field text) returns text
language plpgsql stable as $$
declare
  value text := private.input_text(input, field, 40);
begin
  if value is null or value = '' then
    return value;
  end if;
  if value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' and pg_input_is_valid(left(value, 10), 'date')
    and left(value, 10)::date between '1970-01-01' and '2200-01-01' then
    return left(value, 10);
  end if;
  perform private.refuse('OUT_OF_RANGE', format('%s must be a date, as 2026-11-21.', field), jsonb_build_object('field', field));
end
$$;

create function private.is_uuid(value text) returns boolean
language sql immutable
return value ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

create function private.refuse_unknown(kind text, field text) returns void
language sql stable
return private.refuse('NOT_FOUND', format('No such %s was found among those that you can see.', kind),
  jsonb_build_object('field', field));

-- By id, by code, or by a name that only one has.
create function private.find_program(reference text, field text) returns plm.programs
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
        perform private.refuse('AMBIGUOUS', 'More than one program has this name; name it by its code.',
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

create function private.find_design(reference text, field text) returns plm.designs
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
        perform private.refuse('AMBIGUOUS', 'More than one design has this name; name it by its code.',
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

-- By id (that very revision) or by number: the revision asked for, else the copy on the change order's branch, else the
-- current one, else the only working copy there is.
create function private.find_item(
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
    if master is null or coalesce(wanted_revision, '') = '' then
      if master is null then
        perform private.refuse_unknown('item', field);
      end if;
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

create function private.find_working_copy(master uuid, in_change_order uuid) returns plm.items
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

create function private.item_json(i plm.items) returns jsonb
language sql stable
return jsonb_build_object(
  'id', i.id, 'itemNumber', i.item_number, 'name', i.name, 'revision', i.revision, 'state', i.state,
  'itemType', i.item_type, 'designId', i.design_id, 'programId', i.program_id, 'isCurrent', i.is_current
) || case when i.is_working then jsonb_build_object('isWorkingCopy', true) else '{}' end;

-- What the item's type adds to it.
create function private.item_details(i plm.items) returns jsonb
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
create function private.active_change_orders(master uuid) returns table (
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

grant execute on function private.require_permission(text[]), private.input_text(jsonb, text, integer, boolean),
  private.input_number(jsonb, text, numeric, numeric, boolean), private.input_choice(jsonb, text, text[]),
  private.input_flag(jsonb, text, boolean), private.input_date(jsonb, text), private.is_uuid(text),
  private.refuse_unknown(text, text), private.find_program(text, text), private.find_design(text, text),
  private.find_item(text, text, text, uuid), private.find_working_copy(uuid, uuid), private.item_json(plm.items),
  private.item_details(plm.items), private.active_change_orders(uuid) to groundwire_app;
