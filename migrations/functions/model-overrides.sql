-- The operator's changes to the catalog of models, for each of the subject's organizations that has some.
--!needs functions/claim.sql
set local role groundwire_owner;

create or replace function public.account_model_overrides()
returns table (org_id uuid, overrides jsonb)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select o.id, o.model_overrides
  from private.claim() c
  join public.users u on u.subject = c.subject
  join public.memberships m on m.user_id = u.id
  join public.orgs o on o.id = m.org_id
  where c.kind = 'subject' and o.model_overrides <> '[]';
end;

grant execute on function public.account_model_overrides() to groundwire_app;
