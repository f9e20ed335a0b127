-- Why: a conversation may belong to a place that several people share. Its rows have one owner, in whose name they are
-- written, and an audience: what is shared is written and kept by system claims alone. Who sees a place is asked of the
-- place, again and again; these rows could not tell when somebody left it, so no person's claim reaches them.
set local role groundwire_owner;

alter table public.ai_conversations
  add column audience text not null default 'private' check (audience in ('private', 'shared')),
  add constraint ai_conversations_audience unique (org_id, user_id, id, audience);

-- A message says whom it was written by; private ones of before have none. No foreign key: words outlive their writer.
-- The audience stands in each row, so that the policy needs no join, and is the conversation's own by the foreign key.
alter table public.ai_messages
  add column audience text not null default 'private',
  add column author_id uuid;
alter table public.ai_messages
  drop constraint ai_messages_org_id_user_id_conversation_id_fkey,
  add constraint ai_messages_conversation foreign key (org_id, user_id, conversation_id, audience)
    references public.ai_conversations (org_id, user_id, id, audience) on delete cascade;
alter table public.ai_conversations drop constraint ai_conversations_org_id_user_id_id_key;

alter policy select_own on public.ai_conversations
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c)
    and (audience = 'private' or (select c.kind = 'system' from private.claim() c)));
alter policy insert_own on public.ai_conversations
  with check ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c)
    and (audience = 'private' or (select c.kind = 'system' from private.claim() c)));
alter policy update_own on public.ai_conversations
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c)
    and (audience = 'private' or (select c.kind = 'system' from private.claim() c)))
  with check ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c)
    and (audience = 'private' or (select c.kind = 'system' from private.claim() c)));
alter policy delete_own on public.ai_conversations
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c)
    and (audience = 'private' or (select c.kind = 'system' from private.claim() c)));

alter policy select_own on public.ai_messages
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c where c.kind = 'user')
    and audience = 'private');
alter policy insert_own on public.ai_messages
  with check ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c)
    and (audience = 'private' or (select c.kind = 'system' from private.claim() c)));

-- As before, and in private conversations alone: a shared one stands in nobody's history.
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
    select m.conversation_id, (array_agg(m.content order by m.ordinal desc, m.position desc))[1] as content
    from public.ai_messages m
    where m.org_id = claim_org and m.user_id = claim_user and m.audience = 'private' and m.content ilike pattern
    group by m.conversation_id
  )
  select v.id, v.title, v.model, v.program_id, v.design_id, v.pinned, v.version,
    v.created_at::timestamptz, v.updated_at::timestamptz,
    substr(matching.content, greatest(1, strpos(lower(matching.content), lower(query)) - 60), 160)
  from public.ai_conversations v
  left join matching on matching.conversation_id = v.id
  where v.org_id = claim_org and v.user_id = claim_user and v.audience = 'private'
    and (matching.conversation_id is not null or v.title ilike pattern)
    and (before_updated_at is null or (v.updated_at, v.id) < (before_updated_at, before_id))
  order by v.updated_at desc, v.id desc
  limit least(greatest(max_rows, 1), 100);
end
$$;
