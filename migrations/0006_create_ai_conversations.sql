-- Why: conversations as the Conversation objects drain them; they are owned by one user, and only that user reads them.
-- A system claim writes for the user that it names. Writers upsert by `version`: the newer wins, so order does not matter.
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
  primary key (org_id, id),
  unique (org_id, user_id, id)
);
create index ai_conversations_newest on public.ai_conversations (org_id, user_id, updated_at desc, id desc);

-- What was deleted stays deleted, also when a delayed or repeated write of something older arrives. Only ids are kept.
create table private.conversation_tombstones (
  org_id uuid not null,
  id uuid not null,
  deleted_at timestamptz not null default clock_timestamp(),
  primary key (org_id, id)
);

create function private.bury_conversation() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into private.conversation_tombstones (org_id, id) values (old.org_id, old.id)
  on conflict (org_id, id) do update set deleted_at = excluded.deleted_at;
  return null;
end
$$;
create trigger bury after delete on public.ai_conversations
  for each row execute function private.bury_conversation();

-- A foreign org's id is answered like an unknown one: the look-up happens only where the policy will let the row in.
create function private.skip_buried_conversation() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from private.claim() c where c.org_id = new.org_id and c.user_id = new.user_id)
    and exists (
      select from private.conversation_tombstones t
      where t.org_id = new.org_id and t.id = new.id and t.deleted_at >= new.created_at
    ) then
    return null;
  end if;
  return new;
end
$$;
create trigger skip_buried before insert on public.ai_conversations
  for each row execute function private.skip_buried_conversation();

alter table public.ai_conversations enable row level security;
alter table public.ai_conversations force row level security;
create policy select_own on public.ai_conversations for select to groundwire_app
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c));
create policy insert_own on public.ai_conversations for insert to groundwire_app
  with check ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c));
create policy update_own on public.ai_conversations for update to groundwire_app
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c))
  with check ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c));
create policy delete_own on public.ai_conversations for delete to groundwire_app
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c));
create policy select_for_definer on public.ai_conversations for select to groundwire_owner using (true);
grant select, insert, delete on public.ai_conversations to groundwire_app;
grant update (title, model, program_id, design_id, pinned, version, updated_at) on public.ai_conversations to groundwire_app;
