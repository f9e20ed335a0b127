-- Why: at a million items two trigrams of frequent words were lists of ten thousands, read whole and intersected before the
-- first match was known. Now the lists are kept program by program, so that a search for what is frequent ends with the
-- first programs, and which letters are looked up follows from how frequent they are. And a structure's rows are written
-- without asking for each of their fields what type it has. Building the index takes some twenty seconds for a million rows,
-- during which items cannot be written.
set local role groundwire_owner;

-- Three letters in a row, wherever they stand in the text, in one program. Two programs share none, but for a collision:
-- whoever looks them up compares the text too.
create function private.search_keys(program uuid, words text) returns bigint[]
language sql immutable strict parallel safe
return array(
  select hashtextextended(substr(words, place, 3), uuid_hash_extended(program, 0)) from generate_series(1, length(words) - 2) place
);
-- Whoever writes an item computes its keys.
grant execute on function private.search_keys(uuid, text) to groundwire_app;

drop index plm.items_words;
-- Without a list of what is pending, which each program's look-up would read again.
create index items_words on plm.items using gin (org_id, private.search_keys(program_id, search_text))
  with (fastupdate = off) where is_listed;

-- What is looked up of several words: of each its rarest three letters, as far as what was looked at tells, and of these the
-- rarest three. Of one word alone its rarest three, too. A word of two letters begins a word; one letter cannot be looked up.
create function private.rarest_pieces(given text[], looked_at text) returns text[]
language plpgsql stable as $$
declare
  max_pieces constant integer := 3;
  word text;
  piece text;
  ranked text[] := '{}';
  ranked_of_word text[];
begin
  foreach word in array given loop
    ranked_of_word := '{}';
    foreach piece in array case
      when length(word) > 5 then array[left(word, 3), substr(word, length(word) / 2, 3), right(word, 3)]
      when length(word) > 3 then array[left(word, 3), right(word, 3)]
      when length(word) = 3 then array[word]
      when length(word) = 2 then array[' ' || word]
      else '{}' end
    loop
      ranked_of_word := ranked_of_word || (lpad((length(looked_at) - length(replace(looked_at, piece, '')))::text, 8, '0') || piece);
    end loop;
    ranked := ranked || case when cardinality(given) = 1 then ranked_of_word else array(select min(r) from unnest(ranked_of_word) r having count(*) > 0) end;
  end loop;
  return array(select substr(r, 9) from (select distinct r from unnest(ranked) r order by r limit max_pieces) r);
end
$$;

-- Some items of the programs, up to `max_found`, that have all pieces and match all patterns. Programs after the one that
-- completes them are not asked. Sees all rows as find_items does, which alone calls it.
create function private.find_by_pieces(
  pieces text[], patterns text[], org uuid, programs uuid[], wanted_type text, wanted_state text, wanted_design uuid, max_found integer
) returns table (id uuid, item_number text)
language plpgsql stable
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
  return query
  select i.id, i.item_number from unnest(programs) p (id) cross join lateral (
    select i.id, i.item_number from plm.items i
    where i.is_listed
      and private.search_keys(i.program_id, i.search_text) @> array(
        select hashtextextended(piece, uuid_hash_extended(p.id, 0)) from unnest(pieces) piece)
      -- Not by their indexes, which are longer ways.
      and coalesce(i.program_id = p.id, false)
      and coalesce(i.org_id = org, false)
      and i.search_text like all (patterns)
      and coalesce(wanted_type is null or i.item_type = wanted_type, false)
      and coalesce(wanted_state is null or i.state = wanted_state, false)
      and coalesce(wanted_design is null or i.design_id = wanted_design, false)
    limit max_found
  ) i
  limit max_found;
end
$$;

-- Every word must be part of the number or the name. A word of one or two letters must begin a word of them; only where
-- nothing is found so, it may stand anywhere. Looked through first are some items of each program, in order of their numbers:
-- that answers lists, frequent words and small orgs. All else is found by pieces of the words. `total` is exact where
-- `is_exact`, else there are more.
create or replace function private.find_items(
  words text, wanted_type text, wanted_state text, wanted_design uuid, max_rows integer
) returns table (ids uuid[], total integer, is_exact boolean)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
-- With the values at hand a condition that is not asked for is none, and each of the others may have its index.
set plan_cache_mode = force_custom_plan
-- Else all that is looked through is sorted, and not the matches alone.
set enable_presorted_aggregate = off
as $$
#variable_conflict use_column
declare
  max_found constant integer := 100;
  max_looked_through constant integer := 4000;
  max_sample_chars constant integer := 8000;
  claim_org uuid;
  programs uuid[] := private.programs_for('read');
  sees_all boolean;
  given text[];
  pieces text[];
  -- A number begins with the letters of its type, so that a type is a range in the order of numbers.
  number_from text := case wanted_type
    when 'Part' then 'PN' when 'Document' then 'DOC' when 'ChangeOrder' then 'ECO' when 'Requirement' then 'REQ' when 'Task' then 'TSK' end;
  number_below text := case wanted_type
    when 'Part' then 'PO' when 'Document' then 'DOD' when 'ChangeOrder' then 'ECP' when 'Requirement' then 'RER' when 'Task' then 'TSL' end;
  has_pieces boolean;
  is_narrowed boolean := wanted_type is not null or wanted_state is not null or wanted_design is not null;
  attempt text;
  number text;
  patterns text[];
  look_through integer;
  read_each integer;
  seen integer;
  looked_at text;
  is_cut boolean;
begin
  select c.org_id into claim_org from private.claim() c where c.kind = 'user';
  if not found or length(words) > 200 then
    return query select '{}'::uuid[], 0, true;
    return;
  end if;
  given := array(
    select w.word from regexp_split_to_table(lower(coalesce(words, '')), '\s+') with ordinality w (word, n)
    where w.word <> '' order by w.n limit 8
  );
  if wanted_design is not null then
    -- A design is in one program; its items know which.
    programs := array(
      select i.program_id from plm.items i
      where i.org_id = claim_org and i.design_id = wanted_design and i.is_listed and i.program_id = any (programs) limit 1);
  end if;
  sees_all := cardinality(programs) >= (select count(*) from plm.programs p where p.org_id = claim_org);

  foreach attempt in array array['number', 'words', 'anywhere'] loop
    continue when attempt = 'number' and (cardinality(given) <> 1 or given[1] !~ '^[a-z]+-[0-9]{6,12}$');
    continue when attempt = 'anywhere' and not exists (select from unnest(given) w where length(w) < 3);
    number := case when attempt = 'number' then upper(given[1]) end;
    patterns := array(select private.like_pattern(w, attempt = 'words' and length(w) < 3) from unnest(given) w);
    has_pieces := attempt = 'words' and exists (select from unnest(given) w where length(w) > 1);
    -- Many words together are seldom: a few items tell which word is the rarest, and the index finds the rest.
    look_through := case when given = '{}' then 1500 when cardinality(given) = 1 then 800
      when cardinality(given) > 2 and has_pieces then 200 else 400 end;

    loop
      read_each := greatest(look_through / greatest(cardinality(programs), 1), case when look_through < 400 then 4 else max_rows + 1 end);
      select coalesce(array_agg(r.id order by r.item_number) filter (where r.is_match), '{}'),
        count(*) filter (where r.is_match), count(*) filter (where r.is_own), string_agg(r.search_text, '') filter (where words <> '')
      into ids, total, seen, looked_at
      from (
        select i.id, i.item_number, i.search_text, i.search_text like all (patterns) as is_match, true as is_own
        from unnest(programs) p (id) cross join lateral (
          select i.id, i.item_number, i.search_text from plm.items i
          where i.org_id = claim_org and i.program_id = p.id and i.is_listed
            and (wanted_type is null or (i.item_type = wanted_type and i.item_number > number_from and i.item_number < number_below))
            and (wanted_state is null or i.state = wanted_state)
            and (wanted_design is null or i.design_id = wanted_design)
            and (number is null or i.item_number = number)
          order by i.item_number limit read_each
        ) i
        union all
        select i.id, i.item_number, null, i.search_text like all (patterns), false
        from private.change_orders_from_outside(claim_org, programs) i
        where not sees_all and wanted_design is null and coalesce(wanted_type, 'ChangeOrder') = 'ChangeOrder'
          and (wanted_state is null or i.state = wanted_state) and (number is null or i.item_number = number)
      ) r;
      is_cut := seen >= read_each and exists (
        select from unnest(programs) p (id) where exists (
          select from plm.items i
          where i.org_id = claim_org and i.program_id = p.id and i.is_listed
            and (wanted_type is null or (i.item_type = wanted_type and i.item_number > number_from and i.item_number < number_below))
            and (wanted_state is null or i.state = wanted_state)
            and (wanted_design is null or i.design_id = wanted_design)
            and (number is null or i.item_number = number)
          offset read_each
        ));
      -- Once more, where a longer look is likely to be enough and no index knows better: of items of one type, state or design
      -- it would read all the others too, and of single letters it knows nothing.
      exit when not is_cut or total >= max_rows or look_through > 1500 or total = 0 or (has_pieces and not is_narrowed)
        or seen::bigint * max_rows / total > max_looked_through / 2;
      look_through := max_looked_through;
    end loop;
    exit when total >= max_rows or (total > 0 and not is_cut);

    continue when not has_pieces or not is_cut;
    pieces := private.rarest_pieces(given, left(looked_at, max_sample_chars));
    select coalesce(array_agg(r.id order by r.item_number), '{}'), count(*), count(*) >= max_found into ids, total, is_cut
    from (
      select i.id, i.item_number
      from private.find_by_pieces(pieces, patterns, claim_org, programs, wanted_type, wanted_state, wanted_design, max_found) i
      union all
      select i.id, i.item_number from private.change_orders_from_outside(claim_org, programs) i
      where not sees_all and wanted_design is null and coalesce(wanted_type, 'ChangeOrder') = 'ChangeOrder'
        and i.search_text like all (patterns) and (wanted_state is null or i.state = wanted_state)
    ) r;
    exit when total > 0;
  end loop;
  return query select ids[1:max_rows], total, not is_cut;
end
$$;


-- As before, but each row is written by what is known of its fields: numbers, revisions, states and types need no quoting.
-- Children inside children, in order of their find numbers. A component in a program that the user does not see is
-- counted in `hidden` and not shown. The rows come in order of their paths, so that text can be closed where they go up.
create or replace function private.do_get_bom(input jsonb) returns json
language plpgsql stable
-- Planning it anew costs as much as running it for a small structure.
set plan_cache_mode = force_generic_plan
as $$
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
    select t.path, t.level, row_number() over () as visit, case when coalesce(w.id, i.id) is not null then concat(
      '{"id": "', coalesce(w.id, i.id), '", "itemNumber": "', coalesce(w.item_number, i.item_number),
      '", "name": ', to_json(coalesce(w.name, i.name)), ', "revision": "', coalesce(w.revision, i.revision),
      '", "state": "', coalesce(w.state, i.state), '", "itemType": "', coalesce(w.item_type, i.item_type),
      '", "designId": ', coalesce('"' || coalesce(w.design_id, i.design_id) || '"', 'null'), ', "level": ', t.level,
      ', "quantity": ', trim_scale(t.quantity), ', "findNumber": ', coalesce(t.find_number::text, 'null'),
      ', "referenceDesignator": ', coalesce(to_json(t.reference_designator)::text, 'null'),
      case when w.id is not null then ', "isWorkingCopy": true' end) end as opening
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
