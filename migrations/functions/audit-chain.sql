-- The hash chain of the audit log: triggers that link each row to the one before and refuse every change.
--!needs functions/claim.sql
set local role groundwire_owner;

create or replace function private.audit_hash(entry public.audit_log) returns bytea
language sql immutable
-- The JSON form of a timestamp depends on the session's time zone.
set timezone = 'UTC'
return sha256(entry.prev_hash || convert_to((
  select jsonb_object_agg(e.key, e.value)::text
  from jsonb_each(to_jsonb(entry) - 'hash' - 'prev_hash') e
  where e.value <> 'null'::jsonb
), 'UTF8'));

create or replace function private.redaction_digest(org uuid, fact text) returns text
language sql stable
return (
  select encode(sha256(convert_to(coalesce(string_agg(r.seq || ':' || encode(r.hash, 'hex'), ',' order by r.seq), ''), 'UTF8')), 'hex')
  from private.audit_redactions r where r.org_id = org and r.fact_id = fact
);

-- Links a new row to the one before. One writer per organization at a time, by the lock on the head. A row that exists
-- already is skipped under that lock, so that `on conflict do nothing` never leaves a gap. Another organization's row
-- is left to the policy, which refuses it whether such a row exists or not. A late row about an erased person keeps
-- what happened and loses names and words.
-- A row past the head was not written here. It must not keep later rows out: they get the next free place and continue
-- from the head, so that verification finds the foreign row between them.
create or replace function private.chain_audit_entry() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  head private.audit_heads;
begin
  if not exists (select from private.claim() c where c.org_id = new.org_id) then
    return new;
  end if;
  insert into private.audit_heads (org_id, seq, hash) values (new.org_id, 0, sha256('')) on conflict do nothing;
  select * into head from private.audit_heads h where h.org_id = new.org_id for update;
  if exists (select from public.audit_log a where a.org_id = new.org_id and a.id = new.id) then
    return null;
  end if;
  if new.actor_user_id is not null and private.is_erased(new.org_id, new.actor_user_id) then
    new.actor_user_id := null;
    new.parameters := null;
    new.result := null;
  end if;
  new.seq := 1 + greatest(head.seq, (select max(a.seq) from public.audit_log a where a.org_id = new.org_id));
  new.prev_hash := head.hash;
  new.hash := private.audit_hash(new);
  update private.audit_heads h set seq = new.seq, hash = new.hash where h.org_id = new.org_id;
  return new;
end
$$;

-- Refuses every change, except redactions by the installation, which name themselves in a setting. The app role can't
-- update any row in any case.
create or replace function private.refuse_audit_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'UPDATE' and current_setting('groundwire.redaction', true) = pg_current_xact_id()::text then
    return null;
  end if;
  raise insufficient_privilege using message = 'audit_log is append-only';
end
$$;
