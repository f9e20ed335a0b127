-- Why: `like` is not leakproof, so under a policy it cannot use an index. This function runs as the owner and applies the
-- claim and the program memberships itself. It finds ids only; whoever calls it reads the items under the policies.
set local role groundwire_owner;

create index items_words on plm.items using gin (org_id, search_text extensions.gin_trgm_ops) where is_listed;

-- Every word must be part of the number or the name; a word of one or two letters must begin a word of them. Frequent
-- words are found by walking the items in order of their numbers, rare ones by trigrams: neither reads more than a few
-- thousand rows. `total` is exact where `is_exact`, else there are more.
create function private.find_items(
  words text, wanted_type text, wanted_state text, wanted_design uuid, max_rows integer
) returns table (ids uuid[], total integer, is_exact boolean)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  walked constant integer := 3000;
  claim_org uuid;
  programs uuid[] := private.programs_for('read');
  scope text := '
    i.org_id = $1 and i.is_listed and (i.program_id = any ($2) or (i.item_type = ''ChangeOrder'' and exists (
      select from plm.change_order_designs d
      where d.org_id = $1 and d.change_order_id = i.id and d.program_id = any ($2)
    )))';
  patterns text[];
  matching text;
  seen integer;
begin
  select c.org_id into claim_org from private.claim() c where c.kind = 'user';
  if not found or length(words) > 200 then
    return query select '{}'::uuid[], 0, true;
    return;
  end if;
  scope := scope || case when wanted_type is null then '' else ' and i.item_type = $3' end
    || case when wanted_state is null then '' else ' and i.state = $4' end
    || case when wanted_design is null then '' else ' and i.design_id = $5' end;
  patterns := array(
    select case when length(w.word) < 3 then '% ' else '%' end || regexp_replace(w.word, '([\\%_])', '\\\1', 'g') || '%'
    from regexp_split_to_table(lower(coalesce(words, '')), '\s+') with ordinality w (word, n)
    where w.word <> '' order by n limit 8
  );
  if cardinality(patterns) = 1 and words ~* '^\s*[a-z]+-[0-9]{6,12}\s*$' then
    execute 'select array_agg(i.id), count(*)::integer from plm.items i where i.item_number = $6 and ' || scope
      into ids, total using claim_org, programs, wanted_type, wanted_state, wanted_design, upper(btrim(words));
    if total > 0 then
      return query select ids, total, true;
      return;
    end if;
  end if;

  matching := coalesce((
    select string_agg(format('i.search_text like ($6::text[])[%s]', n), ' and ')
    from generate_series(1, cardinality(patterns)) n), 'true');
  execute format('
    select coalesce(array_agg(w.id order by w.item_number) filter (where w.is_match), ''{}''),
      (count(*) filter (where w.is_match))::integer, count(*)::integer
    from (select i.id, i.item_number, %s as is_match from plm.items i where %s order by i.item_number limit $7) w',
    matching, scope)
    into ids, total, seen using claim_org, programs, wanted_type, wanted_state, wanted_design, patterns, walked;
  -- Without three letters in a row, or two at a word's beginning, there is no trigram to look up.
  if seen < walked or total >= max_rows or coalesce(words, '') !~ '[[:alnum:]]{3}|(^|\s)[[:alnum:]]{2}' then
    return query select ids[1:max_rows], total, seen < walked;
    return;
  end if;
  execute format('
    select coalesce(array_agg(w.id order by w.item_number), ''{}''), count(*)::integer
    from (select i.id, i.item_number from plm.items i where %s and %s) w', matching, scope)
    into ids, total using claim_org, programs, wanted_type, wanted_state, wanted_design, patterns;
  return query select ids[1:max_rows], total, true;
end
$$;

create function private.do_search_items(input jsonb) returns jsonb
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
    -- As the lifecycles spell it; a state that no type has finds nothing.
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

create function plm.search_items(input jsonb) returns jsonb
language sql
return private.run_read('private.do_search_items', input);

create function private.do_search_programs(input jsonb) returns jsonb
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

create function plm.search_programs(input jsonb) returns jsonb
language sql
return private.run_read('private.do_search_programs', input);

create function private.do_search_designs(input jsonb) returns jsonb
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

create function plm.search_designs(input jsonb) returns jsonb
language sql
return private.run_read('private.do_search_designs', input);

grant execute on function private.find_items(text, text, text, uuid, integer), private.do_search_items(jsonb),
  private.do_search_programs(jsonb), private.do_search_designs(jsonb), plm.search_items(jsonb), plm.search_programs(jsonb),
  plm.search_designs(jsonb) to groundwire_app;
