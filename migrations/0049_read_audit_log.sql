-- Why: people look into the log by who, what, which tool, which conversation and what failed, newest first, a page at a
-- time, also where it has a million rows; each of these ways is an index in the order of the pages. Its chain is checked in
-- steps, since one statement over all of it would outlast any time limit.
set local role groundwire_owner;

create index audit_log_by_time on public.audit_log (org_id, created_at desc, seq desc);
drop index public.audit_log_newest;
create index audit_log_by_event on public.audit_log (org_id, event, created_at desc, seq desc);
create index audit_log_by_actor on public.audit_log (org_id, actor_user_id, created_at desc, seq desc)
  where actor_user_id is not null;
create index audit_log_by_session on public.audit_log (org_id, session_id, created_at desc, seq desc)
  where session_id is not null;
create index audit_log_by_tool on public.audit_log (org_id, tool, created_at desc, seq desc) where tool is not null;
create index audit_log_failed on public.audit_log (org_id, created_at desc, seq desc) where error is not null;

-- One step of find_audit_break(): the rows behind `after_seq`, whose hash is `after_hash` in hex, null at the beginning.
-- The caller carries both from step to step. Where no row is left the head is compared, in the same snapshot. No row for
-- whoever may not read the log. `reason` is null while the chain holds; `is_end` says that all of it was looked at.
create function public.check_audit_chain(after_seq bigint, after_hash text, max_rows integer)
returns table (checked_seq bigint, checked_hash text, head_seq bigint, is_end boolean, break_seq bigint, reason text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  chain_org uuid;
  entry public.audit_log;
  head private.audit_heads;
  last_seq bigint := coalesce(after_seq, 0);
  last_hash bytea := coalesce(decode(after_hash, 'hex'), sha256(''));
  taken integer := 0;
  step integer := least(greatest(max_rows, 1), 50000);
begin
  select c.org_id into chain_org from private.claim() c where 'audit:read' = any (c.permissions);
  if not found then
    return;
  end if;
  select * into head from private.audit_heads h where h.org_id = chain_org;
  for entry in
    select * from public.audit_log a where a.org_id = chain_org and a.seq > coalesce(after_seq, 0) order by a.seq limit step
  loop
    if entry.seq <> last_seq + 1 then
      return query select last_seq, encode(last_hash, 'hex'), head.seq, true, last_seq + 1, 'missing';
      return;
    end if;
    if entry.prev_hash <> last_hash or entry.hash <> private.audit_hash(entry) then
      return query select last_seq, encode(last_hash, 'hex'), head.seq, true, last_seq + 1, 'changed';
      return;
    end if;
    last_seq := entry.seq;
    last_hash := entry.hash;
    taken := taken + 1;
  end loop;
  if taken = step then
    return query select last_seq, encode(last_hash, 'hex'), head.seq, false, null::bigint, null::text;
  elsif coalesce(head.seq, 0) <> last_seq or (head.hash is not null and head.hash <> last_hash) then
    return query select last_seq, encode(last_hash, 'hex'), head.seq, true, last_seq + 1, 'missing';
  else
    return query select last_seq, encode(last_hash, 'hex'), head.seq, true, null::bigint, null::text;
  end if;
end
$$;
grant execute on function public.check_audit_chain(bigint, text, integer) to groundwire_app;
