-- Lifecycles, item numbers and revision letters, and the triggers that give each design its main branch and each
-- organization its standard workflow.
set local role groundwire_owner;

create or replace function private.lifecycle_of(wanted_type text, wanted_state text)
returns table (allowed text[], is_released boolean, is_closed boolean, merged_state text)
language sql stable security definer rows 1
set search_path = pg_catalog, pg_temp
begin atomic
  select
    array(
      select t.to_state from private.lifecycle_transitions t
      join private.lifecycle_states n on n.item_type = t.item_type and n.state = t.to_state
      where t.item_type = s.item_type and t.from_state = s.state order by n.ordinal
    ),
    s.is_released, s.is_closed,
    (select m.state from private.lifecycle_states m where m.item_type = s.item_type and m.is_merged)
  from private.lifecycle_states s
  where s.item_type = wanted_type and s.state = wanted_state;
end;

-- {type: {states: […], transitions: {from: [to…]}}}, for explaining the lifecycles.
create or replace function plm.lifecycles() returns jsonb
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_object_agg(t.item_type, jsonb_build_object('states', t.states, 'transitions', t.moves))
  from (
    select s.item_type, jsonb_agg(s.state order by s.ordinal) as states,
      jsonb_object_agg(s.state, to_jsonb((select l.allowed from private.lifecycle_of(s.item_type, s.state) l))) as moves
    from private.lifecycle_states s group by s.item_type
  ) t;
end;

create or replace function private.next_item_number(item_type text) returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  prefix_of text := case item_type
    when 'Part' then 'PN' when 'Document' then 'DOC' when 'ChangeOrder' then 'ECO' when 'Requirement' then 'REQ' when 'Task' then 'TSK'
  end;
  number bigint;
begin
  insert into private.item_counters as k (org_id, prefix, last)
  select c.org_id, prefix_of, 1 from private.claim() c where c.kind = 'user'
  on conflict (org_id, prefix) do update set last = k.last + 1
  returning k.last into number;
  return prefix_of || '-' || lpad(number::text, greatest(6, length(number::text)), '0');
end
$$;

-- A → B, Z → AA; without I and O, which look like digits.
create or replace function plm.next_revision(revision text) returns text
language plpgsql immutable strict as $$
declare
  letters constant text := 'ABCDEFGHJKLMNPQRSTUVWXYZ';
  place integer := length(revision);
  next text := revision;
  found_at integer;
begin
  while place > 0 loop
    found_at := strpos(letters, substr(revision, place, 1));
    if found_at < length(letters) then
      return overlay(next placing substr(letters, found_at + 1, 1) from place for 1);
    end if;
    next := overlay(next placing 'A' from place for 1);
    place := place - 1;
  end loop;
  return 'A' || next;
end
$$;

-- The main branch has the id of its design. Runs with the rights of the login that adds the design.
create or replace function private.open_main_branch() returns trigger
language plpgsql as $$
begin
  insert into plm.branches (org_id, id, program_id, design_id, name, branch_type)
  values (new.org_id, new.id, new.program_id, new.id, 'main', 'main');
  return null;
end
$$;

-- Each organization begins with one workflow for change orders. Runs with the rights of the login that adds the
-- organization.
create or replace function private.add_standard_workflow() returns trigger
language plpgsql as $$
begin
  insert into plm.workflow_definitions (org_id, name, steps)
  values (new.id, 'Standard change', '["Draft", "In Review", "Approved"]') on conflict do nothing;
  return null;
end
$$;

grant execute on function private.lifecycle_of(text, text), plm.lifecycles(), private.next_item_number(text),
  plm.next_revision(text) to groundwire_app;
