-- The search tools: items, programs, designs, and one entity by its name.
set local role groundwire_owner;

create or replace function private.do_search_items(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  wanted_type text;
  words text := private.input_text(input, 'query', 200);
  wanted_state text := private.input_text(input, 'state', 40);
  max_rows integer := coalesce(private.input_number(input, 'limit', 1, 50, true), 20);
  design plm.designs;
  found_ids record;
begin
  perform private.require_permission('parts:read');
  wanted_type := private.input_choice(input, 'itemType', 'Part', 'Document', 'ChangeOrder', 'Requirement', 'Task');
  if coalesce(wanted_state, '') <> '' then
    -- Spelled as in the lifecycles; a state that no type has finds nothing.
    wanted_state := coalesce((
      select s.state from jsonb_each(plm.lifecycles()) l, jsonb_array_elements_text(l.value -> 'states') s (state)
      where lower(s.state) = lower(wanted_state) limit 1), wanted_state);
  end if;
  if coalesce(input ->> 'designId', '') <> '' then
    design := private.find_design(private.input_text(input, 'designId', 200), 'designId');
  end if;
  select * into found_ids from private.find_items(words, wanted_type, nullif(wanted_state, ''), design.id, max_rows);
  return jsonb_build_object(
    'items', coalesce((
      select jsonb_agg(private.item_json(i) order by f.n)
      from unnest(found_ids.ids) with ordinality f (id, n) join plm.items i on i.id = f.id), '[]'),
    'total', found_ids.total, 'totalIsExact', found_ids.is_exact);
end
$$;

create or replace function plm.search_items(input jsonb) returns jsonb
language sql
return private.run_read('private.do_search_items', input);

create or replace function private.do_search_programs(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  words text := lower(private.input_text(input, 'query', 200));
  wanted_status text := private.input_choice(input, 'status', 'Active', 'On Hold', 'Completed', 'Cancelled');
  max_rows integer := coalesce(private.input_number(input, 'limit', 1, 50, true), 20);
begin
  perform private.require_permission('programs:read');
  return (
    with matching as (
      select p.* from plm.programs p
      where (wanted_status is null or p.status = wanted_status)
        and (coalesce(words, '') = '' or strpos(lower(p.code || ' ' || p.name || ' ' || coalesce(p.customer, '')), words) > 0)
    )
    select jsonb_build_object(
      'programs', coalesce((
        select jsonb_agg(jsonb_build_object('id', m.id, 'code', m.code, 'name', m.name, 'description', m.description,
          'customer', m.customer, 'status', m.status) order by m.code)
        from (select * from matching order by code limit max_rows) m), '[]'),
      'total', (select count(*) from matching), 'totalIsExact', true)
  );
end
$$;

create or replace function plm.search_programs(input jsonb) returns jsonb
language sql
return private.run_read('private.do_search_programs', input);

create or replace function private.do_search_designs(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  words text := lower(private.input_text(input, 'query', 200));
  wanted_type text := private.input_choice(input, 'designType', 'Engineering', 'Library', 'Family', 'Manufacturing');
  max_rows integer := coalesce(private.input_number(input, 'limit', 1, 50, true), 20);
  with_archived boolean := private.input_flag(input, 'includeArchived', false);
  program plm.programs;
begin
  perform private.require_permission('designs:read');
  if coalesce(input ->> 'programId', '') <> '' then
    program := private.find_program(private.input_text(input, 'programId', 200), 'programId');
  end if;
  return (
    with matching as (
      select d.*, p.code as program_code from plm.designs d join plm.programs p on p.org_id = d.org_id and p.id = d.program_id
      where (wanted_type is null or d.design_type = wanted_type)
        and (program.id is null or d.program_id = program.id)
        and (with_archived or not d.is_archived)
        and (coalesce(words, '') = '' or strpos(lower(d.code || ' ' || d.name || ' ' || p.code || ' ' || p.name), words) > 0)
    )
    select jsonb_build_object(
      'designs', coalesce((
        select jsonb_agg(jsonb_build_object('id', m.id, 'code', m.code, 'name', m.name, 'description', m.description,
          'designType', m.design_type, 'programId', m.program_id, 'programCode', m.program_code,
          'isArchived', m.is_archived) order by m.code)
        from (select * from matching order by code limit max_rows) m), '[]'),
      'total', (select count(*) from matching), 'totalIsExact', true)
  );
end
$$;

create or replace function plm.search_designs(input jsonb) returns jsonb
language sql
return private.run_read('private.do_search_designs', input);

-- Data for a button: where it leads and its label.
create or replace function private.do_resolve_entity(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  kind text := private.input_choice(input, 'itemType', 'Part', 'Document', 'ChangeOrder', 'Requirement', 'Task', 'Design', 'Program');
  reference text := coalesce(nullif(private.input_text(input, 'itemId', 200), ''), private.input_text(input, 'itemNumber', 200));
  program plm.programs;
  design plm.designs;
  item plm.items;
begin
  if coalesce(reference, '') = '' then
    perform private.refuse('MISSING', 'itemId is missing.', '{"field": "itemId"}');
  end if;
  if kind = 'Program' then
    program := private.find_program(reference, 'itemId');
    return jsonb_build_object('id', program.id, 'number', program.code, 'name', program.name, 'type', 'Program', 'programId', program.id);
  elsif kind = 'Design' then
    design := private.find_design(reference, 'itemId');
    return jsonb_build_object('id', design.id, 'number', design.code, 'name', design.name, 'type', 'Design',
      'designId', design.id, 'programId', design.program_id);
  end if;
  item := private.find_item(reference, 'itemId');
  if kind is not null and item.item_type <> kind then
    perform private.refuse('INCOMPATIBLE', format('%s is a %s.', item.item_number, item.item_type),
      jsonb_build_object('field', 'itemType', 'itemType', item.item_type));
  end if;
  return jsonb_build_object('id', item.id, 'number', item.item_number, 'name', item.name, 'type', item.item_type,
    'revision', item.revision, 'state', item.state, 'designId', item.design_id, 'programId', item.program_id);
end
$$;

create or replace function plm.resolve_entity(input jsonb) returns jsonb
language sql
return private.run_read('private.do_resolve_entity', input);

grant execute on function private.do_search_items(jsonb), plm.search_items(jsonb), private.do_search_programs(jsonb),
  plm.search_programs(jsonb), private.do_search_designs(jsonb), plm.search_designs(jsonb),
  private.do_resolve_entity(jsonb), plm.resolve_entity(jsonb) to groundwire_app;
