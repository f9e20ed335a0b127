-- Why: a conversation may be copied into another one, and may branch. A copy names what it was copied from without a foreign
-- key: each of the two is deleted by itself, and the other may be somebody else's. A message names the turn that its turn
-- follows; null, as of all before there were branches, means the turn before it.
set local role groundwire_owner;

alter table public.ai_conversations
  add column forked_from uuid,
  add column forked_from_message uuid,
  add column forked_from_title text check (length(forked_from_title) <= 255),
  -- The last message of the copy.
  add column forked_at uuid,
  add constraint ai_conversations_fork check (num_nulls(forked_from, forked_from_message, forked_at) in (0, 3));
create index ai_conversations_forks on public.ai_conversations (org_id, user_id, forked_from) where forked_from is not null;

alter table public.ai_messages
  add column parent_ordinal bigint check (parent_ordinal >= 0 and parent_ordinal < ordinal);
