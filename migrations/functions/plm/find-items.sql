-- Finds items by parts of their number or name. `like` is not leakproof, so under a policy it cannot use an index: these
-- functions run as the owner and apply the claim and the program memberships themselves. They return ids only; the caller
-- reads the items under the policies.
set local role groundwire_owner;

-- One key for every three letters in a row, per program. Two programs share no key except by collision, so callers also
-- compare the text.
create or replace function private.search_keys(program uuid, words text) returns bigint[]
language sql immutable strict parallel safe
return array(
  select hashtextextended(substr(words, place, 3), uuid_hash_extended(program, 0)) from generate_series(1, length(words) - 2) place
);

create or replace function private.like_pattern(word text, begins_word boolean) returns text
language sql immutable
return case when begins_word then '% ' else '%' end || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%';

-- Change orders of other programs that touch one of these programs, which makes them visible there.
create or replace function private.change_orders_from_outside(org uuid, programs uuid[]) returns setof plm.items
language sql stable
begin atomic
  select i.* from plm.items i
  where i.org_id = org and i.is_listed and i.program_id <> all (programs) and i.id in (
    select d.change_order_id from plm.change_order_designs d where d.org_id = org and d.program_id = any (programs)
  );
end;

-- The pieces to look up: of each word its three letters that are rarest in the sample, and of these the rarest three.
-- For a single word its rarest three. Two letters begin a word; a single letter can't be looked up.
create or replace function private.rarest_pieces(given text[], looked_at text) returns text[]
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

-- Up to `max_found` items of the programs that have all pieces and match all patterns. Programs after the one that
-- completes the count are not read. Sees all rows, like find_items, its only caller.
create or replace function private.find_by_pieces(
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
      -- Avoids the other indexes, which take longer.
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

-- Every word must be part of the number or the name. A word of one or two letters must begin a word of them, unless
-- nothing is found that way. First a sample: some items of each program in order of their numbers, which answers lists,
-- frequent words and small organizations. Everything else is found by pieces of the words. `total` is exact if
-- `is_exact`, otherwise there are more.
create or replace function private.find_items(
  words text, wanted_type text, wanted_state text, wanted_design uuid, max_rows integer
) returns table (ids uuid[], total integer, is_exact boolean)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
-- With literal values, a condition that is not needed disappears and each of the others can use its index.
set plan_cache_mode = force_custom_plan
-- Otherwise all rows of the sample are sorted, not only the matches.
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
  -- A number begins with the letters of its type, so a type is a range of numbers.
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
    -- A design is in one program, which its items name.
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
    -- Many words together are rare: a small sample shows which word is the rarest, and the index finds the rest.
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
      -- A longer sample where it is likely to be enough and no index is better: for items of one type, state or design
      -- an index would read all others too, and it knows nothing of single letters.
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

grant execute on function private.search_keys(uuid, text), private.find_items(text, text, text, uuid, integer)
  to groundwire_app;
