-- Why: two roles. groundwire_owner owns every object and never logs in; groundwire_app logs in for the Worker, owns
-- nothing, is a member of nothing and cannot bypass row level security. They are made here by SQL, because a role
-- made in Neon's console bypasses row level security. The password is set by the runner, never in a file.
--
-- The migrating login needs CREATEROLE and the ownership of the database, no more: neondb_owner has both. A CREATEROLE
-- login has ADMIN OPTION on the roles it makes (PostgreSQL 16), so it may grant itself the right to SET ROLE. Roles
-- belong to the whole cluster, so both may exist already from another database; then their attributes are checked.

do $$
begin
  if current_setting('server_version_num')::int < 160000 then
    raise exception 'PostgreSQL 16 or newer is needed, this is %', current_setting('server_version');
  end if;

  if not exists (select from pg_roles where rolname = 'groundwire_owner') then
    create role groundwire_owner nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'groundwire_app') then
    create role groundwire_app login;
  end if;

  if exists (
    select from pg_roles
    where rolname in ('groundwire_owner', 'groundwire_app')
      and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
  ) then
    raise exception 'groundwire_owner and groundwire_app must not be superusers, bypass row level security or make roles';
  end if;
  if exists (select from pg_auth_members where member = 'groundwire_app'::regrole) then
    raise exception 'groundwire_app must be a member of no role';
  end if;

  if not pg_has_role(current_user, 'groundwire_owner', 'set') then
    execute format('grant groundwire_owner to %I with set true, inherit true', current_user);
  end if;

  -- A temporary table of the app role could shadow a real one, and it would be owned by the app role.
  execute format('revoke temporary on database %I from public', current_database());
end
$$;

revoke all on schema public from public;
grant usage, create on schema public to groundwire_owner;
grant usage on schema public to groundwire_app;

-- What no client may address directly: keys, chain heads, tombstones, and the functions that policies call.
create schema private authorization groundwire_owner;

-- Both are trusted extensions. They stand in a schema of their own, so that no search_path reaches their functions.
create schema extensions;
grant usage on schema extensions to groundwire_owner;
create extension pg_trgm schema extensions;
create extension btree_gin schema extensions;

set local role groundwire_owner;
alter default privileges revoke execute on functions from public;
grant usage on schema private to groundwire_app;
