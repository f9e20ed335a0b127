-- What the Worker needs to sign the audit log and to verify it. It verifies with a query of its own (audit-chain.ts) and
-- takes nothing that these functions return without proof.
set local role groundwire_owner;

-- Where the chain ends, for its writers and readers.
create or replace function public.audit_head() returns table (seq bigint, hash bytea)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select h.seq, h.hash
  from private.claim() c join private.audit_heads h on h.org_id = c.org_id
  where c.kind = 'system' or 'audit:read' = any (c.permissions);
end;

-- The hashes of the rows after `after_seq`, up to the head: what a segment is made of. Numbers and hashes only.
create or replace function public.audit_hashes(after_seq bigint, max_rows integer)
returns table (rows integer, is_linked boolean, first_seq bigint, last_seq bigint, previous_hash bytea, hashes bytea)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select count(*)::integer, bool_and(r.is_linked), min(r.seq), max(r.seq), (array_agg(r.prev_hash order by r.seq))[1],
    string_agg(r.hash, ''::bytea order by r.seq)
  from (
    select a.seq, a.prev_hash, a.hash,
      a.prev_hash is not distinct from coalesce(lag(a.hash) over (order by a.seq), a.prev_hash) as is_linked
    from private.claim() c
    join private.audit_heads h on h.org_id = c.org_id
    join public.audit_log a on a.org_id = c.org_id and a.seq > after_seq and a.seq <= h.seq
    where c.kind = 'system'
    order by a.seq limit least(greatest(max_rows, 1), 5000)
  ) r
  having count(*) > 0;
end;

create or replace function public.add_audit_segment(from_seq bigint, seq bigint, hashes bytea, key_id text, signature text)
returns void
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
  insert into private.audit_segments (org_id, seq, from_seq, hashes, key_id, signature)
  select c.org_id, add_audit_segment.seq, add_audit_segment.from_seq, add_audit_segment.hashes,
    add_audit_segment.key_id, add_audit_segment.signature
  from private.claim() c where c.kind = 'system'
  on conflict do nothing;
end;

-- The segments that have rows after `after_seq` and up to `last_seq`.
create or replace function public.audit_segments(after_seq bigint, last_seq bigint)
returns table (from_seq bigint, seq bigint, hashes bytea, key_id text, signature text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select s.from_seq, s.seq, s.hashes, s.key_id, s.signature
  from private.claim() c join private.audit_segments s on s.org_id = c.org_id
  where (c.kind = 'system' or 'audit:read' = any (c.permissions)) and s.seq > after_seq and s.from_seq <= last_seq;
end;

-- The redactions of the rows after `after_seq` and up to `last_seq`. The log's own rows say which of them count.
create or replace function public.audit_redactions(after_seq bigint, last_seq bigint)
returns table (seq bigint, fact_id text, hash bytea)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select r.seq, r.fact_id, r.hash
  from private.claim() c join private.audit_redactions r on r.org_id = c.org_id
  where 'audit:read' = any (c.permissions) and r.seq > after_seq and r.seq <= last_seq;
end;

grant execute on function public.audit_head(), public.audit_hashes(bigint, integer),
  public.add_audit_segment(bigint, bigint, bytea, text, text), public.audit_segments(bigint, bigint),
  public.audit_redactions(bigint, bigint) to groundwire_app;
