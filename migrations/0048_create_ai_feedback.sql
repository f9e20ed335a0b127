-- Why: what people think of an answer, one row a person and message. The conversation tells of it in the name of its owner,
-- which may be another where several people share it: a system claim writes for all who judge that owner's conversations.
-- Read by those of the org who may read usage: they see verdict and comment, never the words judged.
set local role groundwire_owner;

-- Lets a row prove whose the conversation is that it is about.
alter table public.ai_conversations add constraint ai_conversations_owner unique (org_id, user_id, id);

create table public.ai_feedback (
  org_id uuid not null,
  -- Whose it is, and whose the conversation is.
  user_id uuid not null,
  owner_id uuid not null,
  conversation_id uuid not null,
  message_id text not null check (length(message_id) between 1 and 128),
  verdict text not null check (verdict in ('up', 'down')),
  comment text check (length(comment) <= 2000),
  model text,
  created_at timestamptz(3) not null default now(),
  primary key (org_id, user_id, conversation_id, message_id),
  -- What is thought of a conversation goes with it.
  foreign key (org_id, owner_id, conversation_id) references public.ai_conversations (org_id, user_id, id) on delete cascade
);
create index ai_feedback_newest on public.ai_feedback (org_id, created_at desc, message_id desc, user_id desc);
create index ai_feedback_of_conversation on public.ai_feedback (org_id, conversation_id);

alter table public.ai_feedback enable row level security;
alter table public.ai_feedback force row level security;
create policy select_with_usage_read on public.ai_feedback for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where c.permissions && array['usage:read']));
create policy select_of_own_conversations on public.ai_feedback for select to groundwire_app
  using ((org_id, owner_id) = (select c.org_id, c.user_id from private.claim() c));
create policy insert_by_owners_system on public.ai_feedback for insert to groundwire_app
  with check ((org_id, owner_id) = (select c.org_id, c.user_id from private.claim() c where c.kind = 'system'));
create policy update_by_owners_system on public.ai_feedback for update to groundwire_app
  using ((org_id, owner_id) = (select c.org_id, c.user_id from private.claim() c where c.kind = 'system'))
  with check ((org_id, owner_id) = (select c.org_id, c.user_id from private.claim() c where c.kind = 'system'));
create policy delete_by_owners_system on public.ai_feedback for delete to groundwire_app
  using ((org_id, owner_id) = (select c.org_id, c.user_id from private.claim() c where c.kind = 'system'));
grant select, insert, delete on public.ai_feedback to groundwire_app;
grant update (verdict, comment, model, created_at) on public.ai_feedback to groundwire_app;
