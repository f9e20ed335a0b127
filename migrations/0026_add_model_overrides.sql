-- What the operator changes in the catalog of models for an organization, without a release: prices, limits, plans, ends, and
-- models that the catalog lacks. The Worker validates each entry again. Only the administrator's login writes it.
set local role groundwire_owner;

alter table public.orgs
  add column model_overrides jsonb not null default '[]'
    check (jsonb_typeof(model_overrides) = 'array' and octet_length(model_overrides::text) <= 65536);
