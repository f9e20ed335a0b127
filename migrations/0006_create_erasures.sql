-- A person or a whole organization can be erased for good. Late writes from an outbox must not bring them back. The
-- audit log keeps what happened and what it cost, and loses names and words. Its chain stays verifiable: each redaction
-- is an audit row with a digest of what is left (private.audit_redactions).
set local role groundwire_owner;

-- Null user: the whole organization. Ids only. The table does not say which id replaces the person's elsewhere.
create table private.erasures (
  org_id uuid not null,
  user_id uuid,
  erased_at timestamptz(3) not null default now(),
  unique nulls not distinct (org_id, user_id)
);

-- What Durable Objects still have to do. `name` is a conversation's id or the subject of an Account; null means all
-- objects of the organization.
create table private.object_chores (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('erase-account', 'erase-conversation', 'erase-words', 'erase-org', 'retry-parked')),
  org_id uuid not null,
  name text,
  details jsonb not null default '{}',
  attempts integer not null default 0,
  last_error text,
  created_at timestamptz(3) not null default now()
);
create index object_chores_of_org on private.object_chores (org_id);
