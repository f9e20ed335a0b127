-- Issuers whose tokens the Worker accepts, and what they may grant. They belong to the installation, not to an organization: a
-- tenant who could add an issuer could sign in as anyone. In the private schema, so that the Worker's login can't address
-- them; it reads and changes them through functions that ask for the installation claim (functions/issuers.sql).
set local role groundwire_owner;

create table private.issuers (
  id uuid primary key default gen_random_uuid(),
  -- A subject is `<issuer>|<sub>`.
  issuer text not null unique check (length(issuer) between 1 and 255 and position('|' in issuer) = 0),
  jwks_url text not null check (length(jwks_url) between 1 and 2048),
  audiences text[] not null check (cardinality(audiences) between 1 and 20),
  -- The `typ` of its tokens. `none`: they have no `typ`.
  token_type text not null check (token_type in ('at+jwt', 'JWT', 'none')),
  clock_tolerance_seconds integer not null check (clock_tolerance_seconds between 0 and 60),
  max_age_seconds integer not null check (max_age_seconds between 60 and 86400),
  -- Paths of the claims: subject, email, emailVerified, organization, role, name.
  claims jsonb not null check (jsonb_typeof(claims) = 'object'),
  -- Whether a token lists all of a person's organizations or only the one they work in.
  lists_orgs text not null check (lists_orgs in ('all', 'current')),
  -- The issuer's names of roles, and ours.
  role_names jsonb not null check (jsonb_typeof(role_names) = 'object'),
  -- For tokens without a known role. Null: such a person doesn't join.
  default_role text,
  -- The highest role that it can grant.
  highest_role text not null,
  -- What an organization that it names first gets: {plan, roles: [{name, permissions}], assistant}. Null: it creates none.
  new_orgs jsonb check (jsonb_typeof(new_orgs) = 'object'),
  is_enabled boolean not null,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

-- The organizations that an issuer speaks for, by the values of its organization claim.
create table private.issuer_orgs (
  issuer_id uuid not null references private.issuers (id) on delete cascade,
  claimed text not null check (length(claimed) between 1 and 255),
  org_id uuid not null references public.orgs (id),
  -- Whether the issuer created the organization.
  is_founder boolean not null default false,
  primary key (issuer_id, claimed)
);
create index issuer_orgs_of_org on private.issuer_orgs (org_id);

-- The memberships that an issuer's tokens granted. A member who came by invitation has no row here.
create table private.issuer_grants (
  org_id uuid not null references public.orgs (id),
  user_id uuid not null references public.users (id),
  -- The role that was granted last, and the roles that the token named.
  role text not null,
  claimed_roles text[] not null,
  -- The `iat` of the token that this row is based on. An older token changes nothing.
  issued_at bigint not null,
  -- `withdrawn`: a newer token no longer named the organization. `revoked`: the membership was removed here, so no token
  -- grants it until an admin restores it.
  state text not null check (state in ('active', 'withdrawn', 'revoked')),
  changed_at timestamptz(3) not null default now(),
  primary key (org_id, user_id)
);
create index issuer_grants_of_user on private.issuer_grants (user_id);

-- What operators changed in the installation itself. Rows are only added.
create table private.operator_log (
  seq bigint generated always as identity primary key,
  created_at timestamptz(3) not null default now(),
  -- `cli` or `api`.
  actor text not null check (length(actor) between 1 and 100),
  event text not null check (length(event) between 1 and 64),
  parameters jsonb not null default '{}',
  request_id text
);

--!needs functions/issuer-grants.sql

-- By its name before add_standard_workflow.
create trigger add_founder after insert on public.orgs
  for each row execute function private.link_founded_org();
create trigger note_ending before delete on public.memberships
  for each row execute function private.note_membership_ending();
create trigger forget_grant after insert on public.memberships
  for each row execute function private.forget_issuer_grant();
create trigger refuse_change before update or delete or truncate on private.operator_log
  for each statement execute function private.refuse_log_change();

-- Rows that a signed claim of an issuer's token grants, and no others: private.issuer_grant() computes them from the claim and
-- the issuer's policy.
create policy insert_founded on public.orgs for insert to groundwire_app
  with check ((id, slug, name, plan) = (
    select g.org_id, g.slug, g.org_name, g.plan from private.claim() c, private.issuer_grant() g
    where g.org_id = c.org_id and g.action = 'found'
  ));
grant insert (id, slug, name, plan) on public.orgs to groundwire_app;

create policy insert_founded on public.roles for insert to groundwire_app
  with check ((org_id, jsonb_build_object('name', name, 'permissions', permissions)) in (
    select g.org_id, r.value from private.claim() c, private.issuer_grant() g, jsonb_array_elements(g.founding -> 'roles') r
    where g.org_id = c.org_id
  ));
grant insert (org_id, name, permissions) on public.roles to groundwire_app;

create policy insert_founded on public.tenant_settings for insert to groundwire_app
  with check ((org_id, settings) = (
    select g.org_id, g.founding -> 'settings' from private.claim() c, private.issuer_grant() g where g.org_id = c.org_id
  ) and updated_by is null);

-- A trigger adds the standard workflow of every organization.
create policy insert_founded on plm.workflow_definitions for insert to groundwire_app
  with check (org_id = (
    select g.org_id from private.claim() c, private.issuer_grant() g where g.org_id = c.org_id and g.founding is not null
  ));
grant insert (org_id, name, steps) on plm.workflow_definitions to groundwire_app;

create policy insert_granted on public.users for insert to groundwire_app
  with check ((id, subject) = (
    select g.user_id, g.subject from private.claim() c, private.issuer_grant() g where g.org_id = c.org_id and g.action = 'join'
  ));
create policy update_granted on public.users for update to groundwire_app
  using (id = (
    select g.user_id from private.claim() c, private.issuer_grant() g where g.org_id = c.org_id and g.action in ('join', 'update')
  ))
  with check ((id, email, name) = (
    select g.user_id, g.email, g.name from private.claim() c, private.issuer_grant() g where g.org_id = c.org_id
  ));
grant update (email, name) on public.users to groundwire_app;

create policy insert_granted on public.memberships for insert to groundwire_app
  with check ((org_id, user_id, role) = (
    select g.org_id, g.user_id, g.role from private.claim() c, private.issuer_grant() g where g.org_id = c.org_id and g.action = 'join'
  ));
create policy update_granted on public.memberships for update to groundwire_app
  using ((org_id, user_id) = (
    select g.org_id, g.user_id from private.claim() c, private.issuer_grant() g where g.org_id = c.org_id and g.action = 'update'
  ))
  with check ((org_id, user_id, role) = (
    select g.org_id, g.user_id, g.role from private.claim() c, private.issuer_grant() g where g.org_id = c.org_id
  ));
create policy delete_withdrawn on public.memberships for delete to groundwire_app
  using ((org_id, user_id) = (
    select g.org_id, g.user_id from private.claim() c, private.issuer_grant() g where g.org_id = c.org_id and g.action = 'withdraw'
  ));
-- To change or delete a row, its policy for reading has to admit it too.
create policy select_granted on public.memberships for select to groundwire_app
  using ((org_id, user_id) = (
    select g.org_id, g.user_id from private.claim() c, private.issuer_grant() g where g.org_id = c.org_id
  ));
