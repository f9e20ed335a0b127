-- A place in a conversation has one message, as in the conversation's object. A tool's reply whose outcome was unknown is
-- stored again once the outcome is known, with another id: the later one replaces it.
set local role groundwire_owner;

-- Of messages that share a place, the newest stays. The owner has no policy for it.
alter table public.ai_messages no force row level security;
delete from public.ai_messages m
where exists (
  select from public.ai_messages o
  where o.org_id = m.org_id and o.conversation_id = m.conversation_id and o.ordinal = m.ordinal and o.position = m.position
    and (o.created_at, o.id) > (m.created_at, m.id)
);
alter table public.ai_messages force row level security;

alter table public.ai_messages add constraint ai_messages_place unique (org_id, conversation_id, ordinal, position);

-- The only right of the owner to write: a system claim's own row at the place that it writes to.
create policy replace_for_definer on public.ai_messages for delete to groundwire_owner
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c where c.kind = 'system'));

--!needs functions/conversations.sql

create trigger replace_at_place before insert on public.ai_messages
  for each row execute function private.replace_message_at_place();
