-- Why: `ilike` is not leakproof, so under a policy it cannot use an index. This function runs as the owner and applies
-- the claim itself: the claim's user finds words in the titles and texts of their own conversations.
set local role groundwire_owner;

-- Org and user lead, so that one person's search never walks another's matches.
create index ai_messages_words on public.ai_messages using gin (org_id, user_id, content extensions.gin_trgm_ops);

-- Newest first. The cursor is the last row's (updated_at, id). `snippet` is the text around the match in the newest
-- matching message, null where only the title matches.
create function public.search_conversations(
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
    select m.conversation_id, (array_agg(m.content order by m.ordinal desc, m.position desc))[1] as content
    from public.ai_messages m
    where m.org_id = claim_org and m.user_id = claim_user and m.content ilike pattern
    group by m.conversation_id
  )
  select v.id, v.title, v.model, v.program_id, v.design_id, v.pinned, v.version,
    v.created_at::timestamptz, v.updated_at::timestamptz,
    substr(matching.content, greatest(1, strpos(lower(matching.content), lower(query)) - 60), 160)
  from public.ai_conversations v
  left join matching on matching.conversation_id = v.id
  where v.org_id = claim_org and v.user_id = claim_user
    and (matching.conversation_id is not null or v.title ilike pattern)
    and (before_updated_at is null or (v.updated_at, v.id) < (before_updated_at, before_id))
  order by v.updated_at desc, v.id desc
  limit least(greatest(max_rows, 1), 100);
end
$$;

grant execute on function public.search_conversations(text, integer, timestamptz, uuid) to groundwire_app;
