-- Signed stretches of the audit log. Hashes alone prove nothing to those who can write them: the owner of the tables can
-- change a row and compute all later hashes again. The Worker signs with a key that the database never sees.
set local role groundwire_owner;

-- The hashes of the rows from_seq to seq, 32 bytes each, as they were when they were signed: they name the row that was
-- changed since.
create table private.audit_segments (
  org_id uuid not null,
  seq bigint not null,
  from_seq bigint not null check (from_seq <= seq),
  hashes bytea not null check (length(hashes) = 32 * (seq - from_seq + 1)),
  key_id text not null,
  signature text not null,
  created_at timestamptz(3) not null default now(),
  primary key (org_id, seq)
);
-- Checks read slices of it.
alter table private.audit_segments alter column hashes set storage external;

-- The Worker now checks the chain with a query of its own: the owner of these functions could replace them.
drop function if exists public.find_audit_break();
drop function if exists private.find_audit_break(uuid);
drop function if exists public.check_audit_chain(bigint, text, integer);
