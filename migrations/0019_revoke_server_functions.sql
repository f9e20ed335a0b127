-- What PostgreSQL allows every login and the Worker's has no use for: objects outside the tables, other sessions, and
-- statistics that reveal how many rows a table has. Only a superuser owns these, so a managed database keeps them; its
-- login then gets warnings here, and docs/deploy.md says what is left.
do $$
declare
  revoked regprocedure;
  hidden regclass;
begin
  for revoked in
    select p.oid from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace and (
      p.proname in ('pg_terminate_backend', 'pg_cancel_backend', 'lo_creat', 'lo_create', 'lo_open', 'lo_put', 'lo_get',
        'lo_from_bytea', 'lo_import', 'lo_export', 'lo_unlink', 'lo_lseek', 'lo_lseek64', 'lo_tell', 'lo_tell64',
        'lo_truncate', 'lo_truncate64', 'loread', 'lowrite', 'pg_notify')
      or p.proname ~ '^pg_stat_get_.*(tuples|numscans|inserted|updated|deleted|rows)'
    )
  loop
    execute format('grant execute on function %s to %I', revoked, current_user);
    execute format('revoke execute on function %s from public', revoked);
  end loop;
  for hidden in
    select c.oid from pg_class c
    where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'v'
      and c.relname ~ '^pg_stat(io)?_(xact_)?(all|sys|user)_(tables|indexes|sequences|functions)$'
  loop
    execute format('grant select on %s to %I', hidden, current_user);
    execute format('revoke select on %s from public', hidden);
  end loop;
exception when insufficient_privilege then
  raise warning 'this login does not own PostgreSQL''s own functions, so every login keeps them';
end
$$;
