-- The issuers that the installation trusts: the Worker's list of them, and every change by an operator, which is in the operator's
-- log and names the organizations that it touches.
--!needs functions/claim.sql
--!needs functions/issuer-grants.sql
set local role groundwire_owner;

create or replace function private.issuer_json(source private.issuers) returns jsonb
language sql stable
return jsonb_build_object(
  'id', source.id, 'issuer', source.issuer, 'jwksUrl', source.jwks_url, 'audiences', source.audiences,
  'tokenType', source.token_type, 'clockToleranceSeconds', source.clock_tolerance_seconds,
  'maxAgeSeconds', source.max_age_seconds, 'claims', source.claims, 'listsOrgs', source.lists_orgs,
  'roleNames', source.role_names, 'defaultRole', source.default_role, 'highestRole', source.highest_role,
  'newOrgs', source.new_orgs, 'isEnabled', source.is_enabled);

-- For the operator: with the organizations.
create or replace function private.issuer_details(source private.issuers) returns jsonb
language sql stable
return private.issuer_json(source) || jsonb_build_object('orgs', (
  select coalesce(jsonb_agg(jsonb_build_object('claimed', l.claimed, 'org', o.slug) order by l.claimed), '[]')
  from private.issuer_orgs l join public.orgs o on o.id = l.org_id where l.issuer_id = source.id));

-- For verifying tokens. The installation claim only.
create or replace function public.trusted_issuers() returns setof jsonb
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select private.issuer_json(i) from private.claim() c, private.issuers i where c.kind = 'installation' and i.is_enabled order by i.issuer;
end;

create or replace function public.list_issuers() returns setof jsonb
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select private.issuer_details(i) from private.claim() c, private.issuers i where c.kind = 'installation' order by i.issuer;
end;

create or replace function private.note_as_operator(actor text, event text, parameters jsonb, request_id text) returns void
language sql
begin atomic
  insert into private.operator_log (actor, event, parameters, request_id)
  values (note_as_operator.actor, note_as_operator.event, note_as_operator.parameters, note_as_operator.request_id);
end;

-- Links the issuer to the organizations of `links`: [{claimed, org: slug}].
create or replace function private.link_issuer_orgs(source uuid, links jsonb) returns void
language plpgsql as $$
declare
  unknown text := (
    select string_agg(l ->> 'org', ', ') from jsonb_array_elements(links) l
    where not exists (select from public.orgs o where o.slug = l ->> 'org')
  );
begin
  if unknown is not null then
    perform private.refuse('ORG_UNKNOWN', format('There is no organization %s.', unknown), jsonb_build_object('orgs', unknown));
  end if;
  insert into private.issuer_orgs (issuer_id, claimed, org_id)
  select source, l ->> 'claimed', o.id from jsonb_array_elements(links) l join public.orgs o on o.slug = l ->> 'org'
  on conflict (issuer_id, claimed) do update set org_id = excluded.org_id, is_founder = false;
end
$$;

-- `input` has been validated by the caller and has all fields of an issuer, `orgs` for links to add and `removedOrgs` for values of
-- the organization claim that lose theirs. Returns {issuer, orgIds}: the organizations that have to know.
create or replace function private.do_change_issuer(change text, input jsonb, actor text, request_id text) returns jsonb
language plpgsql as $$
declare
  before private.issuers;
  after private.issuers;
  touched uuid[];
  old_details jsonb;
begin
  if change <> 'add' then
    select * into before from private.issuers i where i.issuer = input ->> 'issuer' for update;
    if not found then
      perform private.refuse('NOT_FOUND', 'There is no such issuer.');
    end if;
    old_details := private.issuer_details(before);
    touched := array(select o.org_id from private.issuer_orgs o where o.issuer_id = before.id);
  end if;
  if change = 'remove' then
    delete from private.issuers i where i.id = before.id;
    perform private.note_as_operator(actor, 'issuer.removed', old_details, request_id);
    return jsonb_build_object('issuer', old_details, 'orgIds', to_jsonb(touched));
  end if;
  if change = 'add' and exists (select from private.issuers i where i.issuer = input ->> 'issuer') then
    perform private.refuse('ISSUER_EXISTS', 'This issuer exists already.');
  end if;
  insert into private.issuers as i (issuer, jwks_url, audiences, token_type, clock_tolerance_seconds, max_age_seconds, claims,
    lists_orgs, role_names, default_role, highest_role, new_orgs, is_enabled)
  values (input ->> 'issuer', input ->> 'jwksUrl', array(select jsonb_array_elements_text(input -> 'audiences')),
    input ->> 'tokenType', (input ->> 'clockToleranceSeconds')::integer, (input ->> 'maxAgeSeconds')::integer, input -> 'claims',
    input ->> 'listsOrgs', input -> 'roleNames', input ->> 'defaultRole', input ->> 'highestRole',
    nullif(input -> 'newOrgs', 'null'), (input ->> 'isEnabled')::boolean)
  on conflict (issuer) do update set jwks_url = excluded.jwks_url, audiences = excluded.audiences,
    token_type = excluded.token_type, clock_tolerance_seconds = excluded.clock_tolerance_seconds,
    max_age_seconds = excluded.max_age_seconds, claims = excluded.claims, lists_orgs = excluded.lists_orgs,
    role_names = excluded.role_names, default_role = excluded.default_role, highest_role = excluded.highest_role,
    new_orgs = excluded.new_orgs, is_enabled = excluded.is_enabled, updated_at = now()
  returning * into after;
  delete from private.issuer_orgs o
  where o.issuer_id = after.id and o.claimed in (select jsonb_array_elements_text(coalesce(input -> 'removedOrgs', '[]')));
  perform private.link_issuer_orgs(after.id, coalesce(input -> 'orgs', '[]'));
  touched := touched || array(select o.org_id from private.issuer_orgs o where o.issuer_id = after.id);
  perform private.note_as_operator(actor, case change when 'add' then 'issuer.added' else 'issuer.changed' end,
    jsonb_build_object('before', old_details, 'after', private.issuer_details(after)), request_id);
  return jsonb_build_object('issuer', private.issuer_details(after), 'orgIds', (
    select coalesce(jsonb_agg(distinct t.id), '[]') from unnest(touched) t (id)));
end
$$;

-- A refusal is a value and undoes everything.
create or replace function private.change_issuer(change text, input jsonb, actor text, request_id text) returns jsonb
language plpgsql as $$
declare
  detail text;
begin
  return jsonb_build_object('ok', true, 'data', private.do_change_issuer(change, input, actor, request_id));
exception when sqlstate 'GW001' then
  get stacked diagnostics detail = pg_exception_detail;
  return private.refusal_of('GW001', detail);
end
$$;

-- For the operator's API.
create or replace function public.change_issuer(change text, input jsonb, request_id text) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from private.claim() c where c.kind = 'installation') then
    raise insufficient_privilege using message = 'needs the installation claim';
  end if;
  return private.change_issuer(change, input, 'api', request_id);
end
$$;

grant execute on function public.trusted_issuers(), public.list_issuers(), public.change_issuer(text, jsonb, text)
  to groundwire_app;
