-- Who may do what in which program, in private and in a shared place.
set local role groundwire_owner;

-- The programs in which the claim's user has a right: 'read', 'write', 'create_eco' or 'approve_eco'. With the
-- permission programs:all, which organizations give to their admins, a user reads and writes in all of them. The two
-- rights on change orders are given per program, to admins too. A claim for a shared place reaches the place's program
-- only. Policies call it as (select …), so that it runs once per statement.
create or replace function private.programs_for(wanted text) returns uuid[]
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  who record;
  place uuid;
begin
  select c.org_id, c.user_id, c.permissions into who from private.claim() c where c.kind = 'user';
  if not found then
    return '{}';
  end if;
  place := private.claimed_place();
  if wanted in ('read', 'write') and 'programs:all' = any (who.permissions) then
    return array(
      select p.id from plm.programs p
      where p.org_id = who.org_id and (place is null or p.id = private.program_of_place(who.org_id, place))
    );
  end if;
  return array(
    select m.program_id from plm.program_members m
    where m.org_id = who.org_id and m.user_id = who.user_id
      and (place is null or m.program_id = private.program_of_place(who.org_id, place))
      and case wanted
      when 'read' then true
      when 'write' then m.role <> 'viewer'
      when 'create_eco' then m.can_create_eco
      when 'approve_eco' then m.can_approve_eco
      else false
    end
  );
end
$$;

-- The program of a shared place; null if there is no such place.
create or replace function private.program_of_place(org uuid, place uuid) returns uuid
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select s.program_id from plm.design_sessions s where s.org_id = org and s.id = place);
end
$$;

-- What a user may see in a shared place, where everyone reads what anyone's turn returned: of their own permissions those
-- that every member of the place has too. Permissions to change something stay, because each change is approved by its
-- user and shows only what it changed. Without such a place, none.
create or replace function private.permissions_in_place(org uuid, place uuid, own text[]) returns text[]
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  program uuid := private.program_of_place(org, place);
begin
  if program is null then
    return '{}';
  end if;
  return array(
    select permission from unnest(own) permission
    where permission = any ('{programs:all,parts:create,parts:update,change_orders:create,change_orders:update,tasks:update}')
      or not exists (
        select from public.memberships m
        join public.roles r on r.org_id = m.org_id and r.name = m.role
        where m.org_id = org and 'programs:read' = any (r.permissions) and not permission = any (r.permissions)
          and ('programs:all' = any (r.permissions) or exists (
            select from plm.program_members pm
            where pm.org_id = org and pm.program_id = program and pm.user_id = m.user_id
          ))
      )
  );
end
$$;

-- The same id with version 8. Ids of shared places have it and ids chosen by clients never do, so an id alone shows
-- that a program's members decide who takes part. Links with another version still work.
create or replace function private.place_id_of(id uuid) returns uuid
language sql immutable
return overlay(id::text placing '8' from 15 for 1)::uuid;

create or replace function private.new_place_id() returns uuid
language sql volatile
return private.place_id_of(gen_random_uuid());

grant execute on function private.programs_for(text), private.place_id_of(uuid), private.new_place_id()
  to groundwire_app;
