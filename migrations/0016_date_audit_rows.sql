-- The database dates audit rows, so that no login can backdate one. What the writer says about when it happened is a
-- column of its own: rows reach the database late after an outage.
set local role groundwire_owner;

alter table public.audit_log add column occurred_at timestamptz(3);

revoke insert (created_at) on public.audit_log from groundwire_app;
grant insert (occurred_at) on public.audit_log to groundwire_app;
