-- Why: the messages of a conversation, written once when they are complete and never changed. The owner's id stands in
-- each row, so that the policy needs no join. A system claim inserts them and cannot read them.
set local role groundwire_owner;

create table public.ai_messages (
  org_id uuid not null,
  user_id uuid not null,
  conversation_id uuid not null,
  -- Text, because the client mints the ids of user messages.
  id text not null check (length(id) between 1 and 128),
  run_id text check (length(run_id) <= 128),
  parent_id text check (length(parent_id) <= 128),
  -- A turn's place in the conversation, then the message's place in the turn.
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
  primary key (org_id, conversation_id, id),
  foreign key (org_id, user_id, conversation_id)
    references public.ai_conversations (org_id, user_id, id) on delete cascade
);
create index ai_messages_in_order on public.ai_messages (org_id, user_id, conversation_id, ordinal, position);

create function private.skip_buried_message() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from private.claim() c where c.org_id = new.org_id and c.user_id = new.user_id)
    and exists (
      select from private.conversation_tombstones t
      where t.org_id = new.org_id and t.id = new.conversation_id and t.deleted_at >= new.created_at
    ) then
    return null;
  end if;
  return new;
end
$$;
create trigger skip_buried before insert on public.ai_messages
  for each row execute function private.skip_buried_message();

alter table public.ai_messages enable row level security;
alter table public.ai_messages force row level security;
create policy select_own on public.ai_messages for select to groundwire_app
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c where c.kind = 'user'));
create policy insert_own on public.ai_messages for insert to groundwire_app
  with check ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c));
create policy select_for_definer on public.ai_messages for select to groundwire_owner using (true);
grant select, insert on public.ai_messages to groundwire_app;
