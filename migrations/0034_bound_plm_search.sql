-- Why: at a million items a search read thousands of rows for words that trigrams find at once, counted every match to the
-- last, and walked past all that a member of few programs does not see. Now programs lead its indexes, and what it reads is
-- bounded. Building the indexes takes some ten seconds for a million rows, during which items cannot be written.
set local role groundwire_owner;

create index items_of_program on plm.items (org_id, program_id, item_number) where is_listed;
create index items_of_program_state on plm.items (org_id, program_id, state, item_number) where is_listed;
create index change_order_designs_of_program on plm.change_order_designs (org_id, program_id, change_order_id);
drop index plm.items_listed, plm.items_of_state, plm.items_words;
create index items_words on plm.items using gin (org_id, program_id, search_text extensions.gin_trgm_ops) where is_listed;

create function private.like_pattern(word text, begins_word boolean) returns text
language sql immutable
return case when begins_word then '% ' else '%' end || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%';

-- Change orders of other programs that touch one of these, and are seen from there.
create function private.change_orders_from_outside(org uuid, programs uuid[]) returns setof plm.items
language sql stable
begin atomic
  select i.* from plm.items i
  where i.org_id = org and i.is_listed and i.program_id <> all (programs) and i.id in (
    select d.change_order_id from plm.change_order_designs d where d.org_id = org and d.program_id = any (programs)
  );
end;

-- Every word must be part of the number or the name. A word of one or two letters must begin a word of them; only where
-- nothing is found so, it may stand anywhere. Looked through first are some items of each program, in order of their numbers:
-- that answers lists, frequent words and small orgs. All else is found by trigrams. `total` is exact where `is_exact`, else
-- there are more.
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
  claim_org uuid;
  programs uuid[] := private.programs_for('read');
  sees_all boolean;
  share_in_sight float;
  given text[];
  probes text[];
  -- A number begins with the letters of its type, so that a type is a range in the order of numbers.
  number_from text := case wanted_type
    when 'Part' then 'PN' when 'Document' then 'DOC' when 'ChangeOrder' then 'ECO' when 'Requirement' then 'REQ' when 'Task' then 'TSK' end;
  number_below text := case wanted_type
    when 'Part' then 'PO' when 'Document' then 'DOD' when 'ChangeOrder' then 'ECP' when 'Requirement' then 'RER' when 'Task' then 'TSL' end;
  attempt text;
  number text;
  patterns text[];
  look_through integer;
  read_each integer;
  seen integer;
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
    look_through := case cardinality(given) when 0 then 1500 when 1 then 800 else 400 end;

    loop
      read_each := greatest(max_rows + 1, look_through / greatest(cardinality(programs), 1));
      select coalesce(array_agg(r.id order by r.item_number) filter (where r.is_match), '{}'),
        count(*) filter (where r.is_match), count(*) filter (where r.is_own)
      into ids, total, seen
      from (
        select i.id, i.item_number, i.search_text like all (patterns) as is_match, true as is_own
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
        select i.id, i.item_number, i.search_text like all (patterns), false
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
      -- Once more, where a longer look is likely to be enough and costs less than the lists of a word so frequent.
      exit when not is_cut or total >= max_rows or look_through > 1500 or total = 0
        or seen::bigint * max_rows / total > max_looked_through / 2;
      look_through := max_looked_through;
    end loop;
    exit when total >= max_rows or (total > 0 and not is_cut);

    -- What trigrams are looked up of: three letters in a row, or two at a word's beginning. Of several words one trigram of
    -- two is enough: each further one is a list to intersect.
    probes := case
      when cardinality(given) = 1 and given[1] ~ '[[:alnum:]]{3}|^[[:alnum:]]{2}' then patterns
      when cardinality(given) > 1 then array(
        select private.like_pattern(coalesce(substring(w from '[[:alnum:]]{3}'), w), length(w) < 3)
        from unnest(given) w where w ~ '[[:alnum:]]{3}|^[[:alnum:]]{2}$' order by length(w) desc, w limit 2) end;
    continue when attempt <> 'words' or not is_cut or probes[1] is null;
    -- The index has a list of all items of a program. For who sees few of all rows it is asked program by program; for others
    -- reading those lists costs more than looking at the few matches that are out of sight.
    share_in_sight := case when cardinality(programs) > 3 then
      (select sum(k.last) from private.item_counters k where k.org_id = claim_org)
        / (select greatest(c.reltuples, 1) from pg_class c where c.oid = 'plm.items'::regclass)
        * cardinality(programs) / (select count(*) from plm.programs p where p.org_id = claim_org) else 0 end;
    select coalesce(array_agg(r.id order by r.item_number), '{}'), count(*), count(*) >= max_found into ids, total, is_cut
    from (
      select i.id, i.item_number from unnest(programs) p (id) cross join lateral (
        select i.id, i.item_number from plm.items i
        where i.program_id = p.id and i.is_listed and i.search_text like probes[1] and (probes[2] is null or i.search_text like probes[2])
          -- Not by the index: this must never lead it to the org's own list, which is the longest.
          and coalesce(i.org_id = claim_org, false)
          and (i.search_text || '') like all (patterns)
          and (wanted_type is null or i.item_type = wanted_type)
          and (wanted_state is null or i.state = wanted_state)
          and (wanted_design is null or i.design_id = wanted_design)
        limit max_found
      ) i
      where share_in_sight < 0.25
      union all
      (
        select i.id, i.item_number from plm.items i
        where share_in_sight >= 0.25 and i.is_listed and i.search_text like probes[1] and (probes[2] is null or i.search_text like probes[2])
          and coalesce(i.program_id = any (programs), false)
          and coalesce(i.org_id = claim_org, false)
          and (i.search_text || '') like all (patterns)
          and (wanted_type is null or i.item_type = wanted_type)
          and (wanted_state is null or i.state = wanted_state)
          and (wanted_design is null or i.design_id = wanted_design)
        limit max_found
      )
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
