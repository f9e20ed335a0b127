-- Two roles. groundwire_owner owns every object and never logs in. groundwire_app logs in for the Worker, owns nothing,
-- is a member of nothing and can't bypass row-level security. SQL creates them because a role created in Neon's console
-- bypasses row-level security. The runner sets the password; no file contains it.
--
-- The migrating login needs CREATEROLE and ownership of the database, no more; neondb_owner has both. A CREATEROLE
-- login has ADMIN OPTION on the roles it creates (PostgreSQL 16), so it can grant itself the right to SET ROLE. Roles
-- belong to the whole cluster, so another database may have created them; then this checks their attributes.

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

  -- A temporary table could shadow a real one, and the app role would own it.
  execute format('revoke temporary on database %I from public', current_database());
end
$$;

revoke all on schema public from public;
grant usage, create on schema public to groundwire_owner;
grant usage on schema public to groundwire_app;

-- What no client may address directly: keys, chain heads, tombstones, and the functions that policies call.
create schema private authorization groundwire_owner;

-- Both are trusted extensions. They have a schema of their own, so that no search_path reaches their functions.
create schema extensions;
grant usage on schema extensions to groundwire_owner;
create extension pg_trgm schema extensions;
create extension btree_gin schema extensions;

set local role groundwire_owner;
alter default privileges revoke execute on functions from public;
grant usage on schema private to groundwire_app;
