-- Conversations, their messages and feedback, as the Conversation objects write them. A private conversation belongs to
-- one user, and only that user reads it. A shared one has an owner in whose name it is written, and only system claims
-- reach its rows: who takes part is decided by the place it belongs to, and these rows could not tell when someone
-- left.
-- A system claim writes for the user it names. Writers upsert by `version`: the newer one wins, so the order of writes
-- does not matter.
set local role groundwire_owner;

create table public.ai_conversations (
  org_id uuid not null references public.orgs (id),
  id uuid not null,
  user_id uuid not null references public.users (id),
  title text check (length(title) <= 255),
  model text check (length(model) <= 128),
  program_id text check (length(program_id) <= 128),
  design_id text check (length(design_id) <= 128),
  pinned boolean not null default false,
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  audience text not null default 'private' check (audience in ('private', 'shared')),
  forked_from uuid,
  forked_from_message uuid,
  forked_from_title text check (length(forked_from_title) <= 255),
  -- The last message that was copied.
  forked_at uuid,
  primary key (org_id, id),
  constraint ai_conversations_owner unique (org_id, user_id, id),
  constraint ai_conversations_audience unique (org_id, user_id, id, audience),
  constraint ai_conversations_fork check (num_nulls(forked_from, forked_from_message, forked_at) in (0, 3))
);
create index ai_conversations_newest on public.ai_conversations (org_id, user_id, updated_at desc, id desc);
create index ai_conversations_forks on public.ai_conversations (org_id, user_id, forked_from) where forked_from is not null;

create table public.ai_messages (
  org_id uuid not null,
  user_id uuid not null,
  conversation_id uuid not null,
  -- Text, because clients choose the ids of user messages.
  id text not null check (length(id) between 1 and 128),
  run_id text check (length(run_id) <= 128),
  parent_id text check (length(parent_id) <= 128),
  -- The turn's place in the conversation, then the message's place in the turn.
  ordinal bigint not null,
  position integer not null default 0,
  role text not null check (role in ('system', 'user', 'assistant', 'tool')),
  status text not null default 'complete' check (status in ('streaming', 'complete', 'interrupted', 'stopped', 'failed')),
  content text not null default '',
  parts jsonb not null default '[]' check (jsonb_typeof(parts) = 'array'),
  tool_calls jsonb check (jsonb_typeof(tool_calls) = 'array'),
  tool_call_id text check (length(tool_call_id) <= 128),
  tool_name text check (length(tool_name) <= 100),
  provider text,
  model text,
  input_tokens bigint check (input_tokens >= 0),
  output_tokens bigint check (output_tokens >= 0),
  cache_read_tokens bigint check (cache_read_tokens >= 0),
  cache_write_tokens bigint check (cache_write_tokens >= 0),
  reasoning_tokens bigint check (reasoning_tokens >= 0),
  usage_estimated boolean,
  cost_micros bigint check (cost_micros >= 0),
  price_version text,
  error_code text,
  created_at timestamptz(3) not null default now(),
  audience text not null default 'private',
  author_id uuid,
  parent_ordinal bigint check (parent_ordinal >= 0 and parent_ordinal < ordinal),
  primary key (org_id, conversation_id, id),
  constraint ai_messages_conversation foreign key (org_id, user_id, conversation_id, audience)
    references public.ai_conversations (org_id, user_id, id, audience) on update cascade on delete cascade
);
create index ai_messages_in_order on public.ai_messages (org_id, user_id, conversation_id, ordinal, position);
-- Organization and user come first, so that one person's search never reads another's matches.
create index ai_messages_words on public.ai_messages using gin (org_id, user_id, content extensions.gin_trgm_ops);

-- Deleted conversations stay deleted when a delayed or repeated write of an older version arrives. Only ids are kept.
create table private.conversation_tombstones (
  org_id uuid not null,
  id uuid not null,
  deleted_at timestamptz not null default clock_timestamp(),
  primary key (org_id, id)
);

--!needs functions/conversations.sql

create trigger bury after delete on public.ai_conversations
  for each row execute function private.bury_conversation();

create trigger skip_buried before insert on public.ai_conversations
  for each row execute function private.skip_buried_conversation();

alter table public.ai_conversations enable row level security;
alter table public.ai_conversations force row level security;
create policy select_own on public.ai_conversations for select to groundwire_app
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c)
    and (audience = 'private' or (select c.kind = 'system' from private.claim() c)));
create policy insert_own on public.ai_conversations for insert to groundwire_app
  with check ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c)
    and (audience = 'private' or (select c.kind = 'system' from private.claim() c)));
create policy update_own on public.ai_conversations for update to groundwire_app
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c)
    and (audience = 'private' or (select c.kind = 'system' from private.claim() c)))
  with check ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c)
    and (audience = 'private' or (select c.kind = 'system' from private.claim() c)));
create policy delete_own on public.ai_conversations for delete to groundwire_app
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c)
    and (audience = 'private' or (select c.kind = 'system' from private.claim() c)));
create policy select_for_definer on public.ai_conversations for select to groundwire_owner using (true);
grant select, insert, delete on public.ai_conversations to groundwire_app;
grant update (title, model, program_id, design_id, pinned, version, updated_at) on public.ai_conversations to groundwire_app;

create trigger skip_buried before insert on public.ai_messages
  for each row execute function private.skip_buried_message();

alter table public.ai_messages enable row level security;
alter table public.ai_messages force row level security;
create policy select_own on public.ai_messages for select to groundwire_app
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c where c.kind = 'user')
    and audience = 'private');
create policy insert_own on public.ai_messages for insert to groundwire_app
  with check ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c)
    and (audience = 'private' or (select c.kind = 'system' from private.claim() c)));
create policy select_for_definer on public.ai_messages for select to groundwire_owner using (true);
grant select, insert on public.ai_messages to groundwire_app;

create table public.ai_feedback (
  org_id uuid not null,
  -- The person who gave the feedback, and the owner of the conversation.
  user_id uuid not null,
  owner_id uuid not null,
  conversation_id uuid not null,
  message_id text not null check (length(message_id) between 1 and 128),
  verdict text not null check (verdict in ('up', 'down')),
  comment text check (length(comment) <= 2000),
  model text,
  created_at timestamptz(3) not null default now(),
  primary key (org_id, user_id, conversation_id, message_id),
  -- Feedback is deleted with its conversation.
  constraint ai_feedback_conversation foreign key (org_id, owner_id, conversation_id)
    references public.ai_conversations (org_id, user_id, id) on update cascade on delete cascade
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
