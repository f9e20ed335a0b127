-- Why: a person, or a whole org, can be erased for good. What comes late from an outbox must not bring them back; the audit
-- log keeps what happened and what it cost, and loses who it was and what they said, while its chain stays verifiable: what
-- was taken out of rows is itself a fact in the chain, with a digest over what is left of them.
set local role groundwire_owner;

-- Null: the whole org. Ids only. It does not say what stands in the place of the person's id elsewhere.
create table private.erasures (
  org_id uuid not null,
  user_id uuid,
  erased_at timestamptz(3) not null default now(),
  unique nulls not distinct (org_id, user_id)
);

-- Who was invited anew and joined is a member as any other.
create function private.is_erased(org uuid, person uuid) returns boolean
language sql stable
return exists (
  select from private.erasures e
  where e.org_id = org and (e.user_id is null or (e.user_id = person and not exists (
    select from public.memberships m where m.org_id = org and m.user_id = person
  )))
);

-- One that was under way when its owner was erased is known to no list; here it makes itself known, and is erased as well.
create or replace function private.skip_buried_conversation() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from private.claim() c where c.org_id = new.org_id and c.user_id = new.user_id) then
    return new;
  end if;
  if private.is_erased(new.org_id, new.user_id) then
    insert into private.object_chores (kind, org_id, name)
    select 'erase-conversation', new.org_id, new.id where not exists (
      select from private.object_chores o where o.org_id = new.org_id and o.kind = 'erase-conversation' and o.name = new.id::text
    );
    return null;
  end if;
  if exists (
    select from private.conversation_tombstones t
    where t.org_id = new.org_id and t.id = new.id and t.deleted_at >= new.created_at
  ) then
    return null;
  end if;
  return new;
end
$$;

create or replace function private.skip_buried_message() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from private.claim() c where c.org_id = new.org_id and c.user_id = new.user_id)
    and (private.is_erased(new.org_id, new.user_id) or private.is_erased(new.org_id, new.author_id) or exists (
      select from private.conversation_tombstones t
      where t.org_id = new.org_id and t.id = new.conversation_id and t.deleted_at >= new.created_at
    )) then
    return null;
  end if;
  return new;
end
$$;

-- A shared conversation goes on under a stand-in for whoever began it, with all its messages.
alter table public.ai_messages
  drop constraint ai_messages_conversation,
  add constraint ai_messages_conversation foreign key (org_id, user_id, conversation_id, audience)
    references public.ai_conversations (org_id, user_id, id, audience) on update cascade on delete cascade;

-- One row for each audit row out of which something was taken, with the hash of what was left: it stands in for the row's
-- own, which goes on to link the chain. `fact_id` is the row of the log that tells of it.
create table private.audit_redactions (
  org_id uuid not null,
  seq bigint not null,
  fact_id text not null,
  hash bytea not null,
  primary key (org_id, seq, fact_id)
);
create index audit_redactions_of_fact on private.audit_redactions (org_id, fact_id, seq);

create function private.redaction_digest(org uuid, fact text) returns text
language sql stable
return (
  select encode(sha256(convert_to(coalesce(string_agg(r.seq || ':' || encode(r.hash, 'hex'), ',' order by r.seq), ''), 'UTF8')), 'hex')
  from private.audit_redactions r where r.org_id = org and r.fact_id = fact
);

-- A fact that comes late of somebody who was erased tells what happened, and no more.
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
  new.seq := head.seq + 1;
  new.prev_hash := head.hash;
  new.hash := private.audit_hash(new);
  update private.audit_heads h set seq = new.seq, hash = new.hash where h.org_id = new.org_id;
  return new;
end
$$;

-- As before, but for the installation's own redactions, which say so. The app role may update no row in any case.
create or replace function private.refuse_audit_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'UPDATE' and current_setting('groundwire.redaction', true) = pg_current_xact_id()::text then
    return null;
  end if;
  raise insufficient_privilege using message = 'audit_log is only ever added to';
end
$$;

create or replace function private.find_audit_break(chain_org uuid) returns table (seq bigint, reason text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  entry public.audit_log;
  expected_seq bigint := 0;
  expected_hash bytea := sha256('');
  has_redactions boolean := exists (select from private.audit_redactions r where r.org_id = chain_org);
  left_hash bytea;
  untold bigint;
begin
  for entry in select * from public.audit_log a where a.org_id = chain_org order by a.seq loop
    expected_seq := expected_seq + 1;
    if entry.seq <> expected_seq then
      return query select expected_seq, 'missing';
      return;
    end if;
    -- The newest redaction that the log tells of; one that it does not tell of counts for nothing.
    left_hash := case when has_redactions then (
      select r.hash from private.audit_redactions r
      join public.audit_log f on f.org_id = r.org_id and f.id = r.fact_id and f.event = 'audit.redacted'
      where r.org_id = chain_org and r.seq = entry.seq order by f.seq desc limit 1
    ) end;
    if entry.prev_hash <> expected_hash or coalesce(left_hash, entry.hash) <> private.audit_hash(entry) then
      return query select expected_seq, 'changed';
      return;
    end if;
    expected_hash := entry.hash;
  end loop;
  untold := (
    select min(f.seq) from public.audit_log f
    where f.org_id = chain_org and f.event = 'audit.redacted'
      and f.parameters ->> 'digest' is distinct from private.redaction_digest(chain_org, f.id)
  );
  if untold is not null then
    return query select untold, 'redaction';
    return;
  end if;
  if exists (
    select from private.audit_heads h where h.org_id = chain_org and (h.seq <> expected_seq or h.hash <> expected_hash)
  ) or (expected_seq > 0 and not exists (select from private.audit_heads h where h.org_id = chain_org)) then
    return query select expected_seq + 1, 'missing';
  end if;
end
$$;

-- As before, and it knows of redactions as find_audit_break(uuid) does.
create or replace function public.check_audit_chain(after_seq bigint, after_hash text, max_rows integer)
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
  has_redactions boolean;
  left_hash bytea;
  untold bigint;
begin
  select c.org_id into chain_org from private.claim() c where 'audit:read' = any (c.permissions);
  if not found then
    return;
  end if;
  select * into head from private.audit_heads h where h.org_id = chain_org;
  has_redactions := exists (select from private.audit_redactions r where r.org_id = chain_org);
  for entry in
    select * from public.audit_log a where a.org_id = chain_org and a.seq > coalesce(after_seq, 0) order by a.seq limit step
  loop
    if entry.seq <> last_seq + 1 then
      return query select last_seq, encode(last_hash, 'hex'), head.seq, true, last_seq + 1, 'missing';
      return;
    end if;
    left_hash := case when has_redactions then (
      select r.hash from private.audit_redactions r
      join public.audit_log f on f.org_id = r.org_id and f.id = r.fact_id and f.event = 'audit.redacted'
      where r.org_id = chain_org and r.seq = entry.seq order by f.seq desc limit 1
    ) end;
    if entry.prev_hash <> last_hash or coalesce(left_hash, entry.hash) <> private.audit_hash(entry) then
      return query select last_seq, encode(last_hash, 'hex'), head.seq, true, last_seq + 1, 'changed';
      return;
    end if;
    last_seq := entry.seq;
    last_hash := entry.hash;
    taken := taken + 1;
  end loop;
  if taken = step then
    return query select last_seq, encode(last_hash, 'hex'), head.seq, false, null::bigint, null::text;
    return;
  end if;
  untold := (
    select min(f.seq) from public.audit_log f
    where f.org_id = chain_org and f.event = 'audit.redacted'
      and f.parameters ->> 'digest' is distinct from private.redaction_digest(chain_org, f.id)
  );
  if untold is not null then
    return query select last_seq, encode(last_hash, 'hex'), head.seq, true, untold, 'redaction';
  elsif coalesce(head.seq, 0) <> last_seq or (head.hash is not null and head.hash <> last_hash) then
    return query select last_seq, encode(last_hash, 'hex'), head.seq, true, last_seq + 1, 'missing';
  else
    return query select last_seq, encode(last_hash, 'hex'), head.seq, true, null::bigint, null::text;
  end if;
end
$$;
-- A conversation that goes on under a stand-in keeps what others think of it.
alter table public.ai_feedback
  drop constraint ai_feedback_org_id_owner_id_conversation_id_fkey,
  add constraint ai_feedback_conversation foreign key (org_id, owner_id, conversation_id)
    references public.ai_conversations (org_id, user_id, id) on update cascade on delete cascade;

-- For whoever owns the database and so its claim keys: what they write down goes by the same door as the Worker's facts.
create function private.note_as_installation(org uuid, fact text, event text, parameters jsonb) returns void
language plpgsql as $$
declare
  key private.claim_keys;
  body text := rtrim(translate(replace(encode(convert_to(jsonb_build_object('kind', 'system', 'org', org,
    'exp', extract(epoch from clock_timestamp())::bigint + 600)::text, 'UTF8'), 'base64'), E'\n', ''), '+/', '-_'), '=');
begin
  select * into key from private.claim_keys k order by k.created_at desc, k.kid limit 1;
  if not found then
    raise exception 'the database has no claim key; run the migrations with CLAIM_KEY';
  end if;
  perform set_config('groundwire.claim', key.kid || '.' || body || '.' || rtrim(translate(
    encode(private.hmac_sha256(key.inner_pad, key.outer_pad, key.kid || '.' || body), 'base64'), '+/', '-_'), '='), true);
  insert into public.audit_log (org_id, id, event, parameters)
  values (org, fact, note_as_installation.event, note_as_installation.parameters);
  perform set_config('groundwire.claim', '', true);
end
$$;
