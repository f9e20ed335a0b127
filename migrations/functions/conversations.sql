-- Triggers that keep deleted conversations deleted when a delayed write arrives and one message at each place, and the
-- search in a user's own conversations.
set local role groundwire_owner;

create or replace function private.bury_conversation() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into private.conversation_tombstones (org_id, id) values (old.org_id, old.id)
  on conflict (org_id, id) do update set deleted_at = excluded.deleted_at;
  return null;
end
$$;

-- Skips a write of a deleted conversation. It looks only where the policy would let the row in, so another
-- organization's id is handled like an unknown one. A conversation that was open when its owner was erased is on no
-- list; its first write puts it on the list of chores.
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

-- Takes out another message at the place of the new one, which is the later truth: rows of a conversation arrive in
-- order. The policy for this delete covers rows of the system claim's own user only.
create or replace function private.replace_message_at_place() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from public.ai_messages m
  where m.org_id = new.org_id and m.conversation_id = new.conversation_id and m.ordinal = new.ordinal
    and m.position = new.position and m.id <> new.id;
  return new;
end
$$;

-- A tool's reply, which is stored as JSON, as text that people can read: without ids, empty values and syntax.
create or replace function private.readable_result(content text) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select btrim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(content,
    '"\w+"\s*:\s*(?:null|""|\[\]|\{\}|"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")\s*,?', '', 'g'),
    '"(\w+)"\s*:', '\1: ', 'g'),
    '(?<!\\)"|[][{}]', ' ', 'g'),
    '\\[nrt]|\s+', ' ', 'g'),
    '\\(["\\/])', '\1', 'g'),
    '(?: *, *)+', ', ', 'g'), ', ')
$$;

-- Newest first, in private conversations only. The cursor is the last row's (updated_at, id). `snippet` is the text
-- around the match in the newest matching message, null if only the title matches.
create or replace function public.search_conversations(
  query text, max_rows integer, before_updated_at timestamptz default null, before_id uuid default null
)
returns table (
  id uuid, title text, model text, program_id text, design_id text, pinned boolean, version bigint,
  created_at timestamptz, updated_at timestamptz, snippet text
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  claim_org uuid;
  claim_user uuid;
  pattern text := '%' || regexp_replace(query, '([\\%_])', '\\\1', 'g') || '%';
begin
  select c.org_id, c.user_id into claim_org, claim_user from private.claim() c where c.kind = 'user';
  if not found or query is null or length(query) not between 1 and 200 then
    return;
  end if;
  return query
  with matching as (
    select m.conversation_id, (array_agg(m.content order by m.ordinal desc, m.position desc))[1] as content,
      (array_agg(m.role order by m.ordinal desc, m.position desc))[1] as role
    from public.ai_messages m
    where m.org_id = claim_org and m.user_id = claim_user and m.audience = 'private' and m.content ilike pattern
    group by m.conversation_id
  ), shown as (
    select matching.conversation_id,
      case when matching.role = 'tool' then private.readable_result(matching.content) else matching.content end as content
    from matching
  )
  select v.id, v.title, v.model, v.program_id, v.design_id, v.pinned, v.version,
    v.created_at::timestamptz, v.updated_at::timestamptz,
    substr(shown.content, greatest(1, strpos(lower(shown.content), lower(query)) - 60), 160)
  from public.ai_conversations v
  left join shown on shown.conversation_id = v.id
  where v.org_id = claim_org and v.user_id = claim_user and v.audience = 'private'
    and (shown.conversation_id is not null or v.title ilike pattern)
    and (before_updated_at is null or (v.updated_at, v.id) < (before_updated_at, before_id))
  order by v.updated_at desc, v.id desc
  limit least(greatest(max_rows, 1), 100);
end
$$;

grant execute on function public.search_conversations(text, integer, timestamptz, uuid) to groundwire_app;
