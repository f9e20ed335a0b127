-- The fields of each item type: their names, checks and changes, and the row that holds them.
set local role groundwire_owner;

create or replace function private.fields_of(item_type text) returns text[]
language sql immutable
return case item_type
  when 'Part' then array['partType', 'material', 'cost', 'currency', 'weight', 'weightUnit']
  when 'Document' then array['documentType', 'fileName']
  when 'Requirement' then array['requirementType']
  when 'Task' then array['priority', 'assignee', 'dueDate']
  when 'ChangeOrder' then array['priority', 'reasonForChange', 'impactDescription']
  else '{}'::text[]
end;

-- "partType" → "Part type"
create or replace function private.label_of(field text) returns text
language sql immutable
return upper(left(field, 1)) || lower(regexp_replace(substr(field, 2), '([A-Z])', ' \1', 'g'));

-- A member of the organization, by id, address or name.
create or replace function private.find_assignee(reference text) returns uuid
language plpgsql stable as $$
declare
  people uuid[] := array(
    select u.id from public.users u
    where u.id::text = lower(reference) or lower(u.email) = lower(reference) or lower(u.name) = lower(reference)
  );
begin
  if reference is null then
    return null;
  elsif cardinality(people) = 0 then
    perform private.refuse_unknown('person', 'assignee');
  elsif cardinality(people) > 1 then
    perform private.refuse('AMBIGUOUS', 'More than one person has this name. Use their email address.', '{"field": "assignee"}');
  end if;
  return people[1];
end
$$;

-- The fields that the input gives for this type, checked; null clears a field. A field of another type is refused,
-- because ignoring it would do something other than what was asked.
create or replace function private.read_fields(input jsonb, item_type text) returns jsonb
language plpgsql stable as $$
declare
  fields jsonb := '{}';
  field text;
  value jsonb;
begin
  for field in
    select distinct f from unnest(array['Part', 'Document', 'Requirement', 'Task', 'ChangeOrder']) t, unnest(private.fields_of(t)) f
    where coalesce(jsonb_typeof(input -> f), 'null') <> 'null' order by f
  loop
    if field <> all (private.fields_of(item_type)) then
      perform private.refuse('INCOMPATIBLE', format('A %s has no %s.', item_type, lower(private.label_of(field))),
        jsonb_build_object('field', field, 'itemType', item_type));
    end if;
    value := to_jsonb(case field
      when 'partType' then private.input_choice(input, field, 'Manufacture', 'Purchase', 'Software', 'Phantom')
      when 'documentType' then private.input_choice(input, field, 'Drawing', 'Specification', 'Procedure', 'Report', 'Manual', 'Other')
      when 'requirementType' then private.input_choice(input, field, 'Functional', 'Performance', 'Interface', 'Constraint', 'Other')
      when 'priority' then private.input_choice(input, field, 'low', 'medium', 'high', 'critical')
      when 'weightUnit' then private.input_choice(input, field, 'mg', 'g', 'kg', 't', 'oz', 'lb')
      when 'material' then nullif(private.input_text(input, field, 200), '')
      when 'fileName' then nullif(private.input_text(input, field, 255), '')
      when 'reasonForChange' then private.input_text(input, field, 4000)
      when 'impactDescription' then private.input_text(input, field, 4000)
      when 'dueDate' then nullif(private.input_date(input, field), '')
      when 'currency' then upper(private.input_text(input, field, 3))
      when 'assignee' then private.find_assignee(nullif(private.input_text(input, field, 320), ''))::text
    end);
    if field = 'assignee' and btrim(input ->> field) = '' then
      value := 'null';
    elsif field in ('cost', 'weight') then
      value := to_jsonb(trim_scale(round(private.input_number(input, field, 0, 9999999999), 4)));
    elsif field = 'currency' and value #>> '{}' !~ '^[A-Z]{3}$' then
      perform private.refuse('OUT_OF_RANGE', 'currency must be a code of three letters, as USD.', '{"field": "currency"}');
    end if;
    fields := fields || jsonb_build_object(field, coalesce(value, 'null'));
  end loop;
  return fields;
end
$$;

-- A cost needs a currency, and a weight needs a unit.
create or replace function private.require_units(fields jsonb) returns void
language plpgsql stable as $$
declare
  pair text[];
begin
  foreach pair slice 1 in array array[['cost', 'currency'], ['currency', 'cost'], ['weight', 'weightUnit'], ['weightUnit', 'weight']] loop
    if fields ->> pair[1] is not null and fields ->> pair[2] is null then
      perform private.refuse('MISSING', format('%s needs %s as well.', pair[1], pair[2]), jsonb_build_object('field', pair[2]));
    end if;
  end loop;
end
$$;

-- {field: {from, to}} of the fields that differ.
create or replace function private.changes_between(old_fields jsonb, new_fields jsonb) returns jsonb
language sql immutable
return coalesce((
  select jsonb_object_agg(n.key, jsonb_build_object('from', old_fields -> n.key, 'to', n.value))
  from jsonb_each(new_fields) n
  where coalesce(old_fields -> n.key, 'null') is distinct from n.value
), '{}');

-- A field's value as text, with a person's name in place of their id. Null if there is none.
create or replace function private.shown_value(field text, value jsonb) returns text
language sql stable
return case
  when field = 'assignee' then coalesce((select u.name from public.users u where u.id::text = value #>> '{}'), value #>> '{}')
  else value #>> '{}'
end;

-- Stores the given fields in the table of the item's type; the others keep their values, or get their defaults.
create or replace function private.put_details(item plm.items, fields jsonb) returns void
language plpgsql as $$
declare
  f jsonb := coalesce(private.item_details(item), '{}') || coalesce(fields, '{}');
begin
  case item.item_type
    when 'Part' then
      update plm.parts t set part_type = f ->> 'partType', material = f ->> 'material', cost = (f ->> 'cost')::numeric,
        currency = f ->> 'currency', weight = (f ->> 'weight')::numeric, weight_unit = f ->> 'weightUnit'
      where t.org_id = item.org_id and t.item_id = item.id;
      if not found then
        insert into plm.parts (org_id, item_id, program_id, part_type, material, cost, currency, weight, weight_unit)
        values (item.org_id, item.id, item.program_id, coalesce(f ->> 'partType', 'Manufacture'), f ->> 'material',
          (f ->> 'cost')::numeric, f ->> 'currency', (f ->> 'weight')::numeric, f ->> 'weightUnit');
      end if;
    when 'Document' then
      update plm.documents t set document_type = f ->> 'documentType', file_name = f ->> 'fileName'
      where t.org_id = item.org_id and t.item_id = item.id;
      if not found then
        insert into plm.documents (org_id, item_id, program_id, document_type, file_name)
        values (item.org_id, item.id, item.program_id, coalesce(f ->> 'documentType', 'Other'), f ->> 'fileName');
      end if;
    when 'Requirement' then
      update plm.requirements t set requirement_type = f ->> 'requirementType'
      where t.org_id = item.org_id and t.item_id = item.id;
      if not found then
        insert into plm.requirements (org_id, item_id, program_id, requirement_type)
        values (item.org_id, item.id, item.program_id, coalesce(f ->> 'requirementType', 'Functional'));
      end if;
    when 'Task' then
      update plm.tasks t set priority = f ->> 'priority', assignee = (f ->> 'assignee')::uuid, due_date = (f ->> 'dueDate')::date
      where t.org_id = item.org_id and t.item_id = item.id;
      if not found then
        insert into plm.tasks (org_id, item_id, program_id, priority, assignee, due_date)
        values (item.org_id, item.id, item.program_id, coalesce(f ->> 'priority', 'medium'), (f ->> 'assignee')::uuid,
          (f ->> 'dueDate')::date);
      end if;
    when 'ChangeOrder' then
      update plm.change_orders t set priority = f ->> 'priority', reason = coalesce(f ->> 'reasonForChange', ''),
        impact = coalesce(f ->> 'impactDescription', ''), updated_at = now()
      where t.org_id = item.org_id and t.item_id = item.id;
  end case;
end
$$;

grant execute on function private.fields_of(text), private.label_of(text), private.find_assignee(text),
  private.read_fields(jsonb, text), private.require_units(jsonb), private.changes_between(jsonb, jsonb),
  private.shown_value(text, jsonb), private.put_details(plm.items, jsonb) to groundwire_app;
