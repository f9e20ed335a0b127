-- Why: members of a program share the conversation of its design workspace. A conversation's id is a UUID that a client
-- may mint; the ids of design sessions have version 8, which no client's are taken for, so that whoever is addressed by
-- such an id knows, without asking anybody, that the members decide who may take part.
set local role groundwire_owner;

-- The same id with another version: links to what had another one before still lead there.
create function private.place_id_of(id uuid) returns uuid
language sql immutable
return overlay(id::text placing '8' from 15 for 1)::uuid;

create function private.new_place_id() returns uuid
language sql volatile
return private.place_id_of(gen_random_uuid());

-- No policy lets the owner change rows; for the length of this transaction there is none to ask.
alter table plm.design_sessions disable row level security;
update plm.design_sessions set id = private.place_id_of(id) where substr(id::text, 15, 1) <> '8';
alter table plm.design_sessions enable row level security;
alter table plm.design_sessions
  alter column id set default private.new_place_id(),
  add constraint design_sessions_id_of_place check (substr(id::text, 15, 1) = '8');

create or replace function private.do_initiate_collaborative_design(input jsonb, dry_run boolean, expected jsonb) returns jsonb
language plpgsql as $$
declare
  me record;
  brief text;
  program plm.programs;
  design plm.designs;
  session_id uuid := private.new_place_id();
begin
  select * into me from private.require_permission('parts:create');
  brief := private.input_text(input, 'description', 4000, true);
  program := private.find_program(private.input_text(input, 'programId', 200, true), 'programId');
  perform private.require_program_right(program.id, 'write');
  if coalesce(input ->> 'designId', '') <> '' then
    design := private.find_design(private.input_text(input, 'designId', 200), 'designId');
    if design.program_id <> program.id then
      perform private.refuse('INCOMPATIBLE', format('The design ''%s'' is not in the program %s.', design.name, program.code),
        jsonb_build_object('field', 'designId', 'designId', design.id, 'programId', program.id));
    end if;
    perform private.require_open_design(design);
  end if;
  if dry_run then
    return jsonb_build_object('versions', '[]'::jsonb, 'preview', jsonb_build_object(
      'title', 'Open a design workspace', 'action', 'create',
      'message', format('Open a design workspace in the program %s.', program.code),
      'details', jsonb_build_array(jsonb_build_object('label', 'Program', 'value', format('%s (%s)', program.name, program.code)),
          jsonb_build_object('label', 'Brief', 'value', brief))
        || case when design.id is null then '[]' else jsonb_build_array(
          jsonb_build_object('label', 'Design', 'value', format('%s (%s)', design.name, design.code))) end));
  end if;
  insert into plm.design_sessions (org_id, id, program_id, design_id, description, created_by)
  values (me.org_id, session_id, program.id, design.id, brief, me.user_id);
  return jsonb_build_object('programId', program.id, 'designId', design.id, 'affected', '[]'::jsonb,
    'data', jsonb_build_object('sessionId', session_id, 'programId', program.id, 'programCode', program.code,
      'designId', design.id, 'description', brief));
end
$$;

-- The design session with this id, as the claim's user sees it; refused like one that does not exist where they do not.
create function private.find_design_session(reference text) returns plm.design_sessions
language plpgsql stable as $$
declare
  found_row plm.design_sessions;
begin
  perform private.require_permission('programs:read');
  if private.is_uuid(reference) then
    select * into found_row from plm.design_sessions s where s.id = private.place_id_of(reference::uuid);
  end if;
  if found_row.id is null then
    perform private.refuse_unknown('design session', 'id');
  end if;
  return found_row;
end
$$;

create or replace function private.do_workspace_session(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  session plm.design_sessions := private.find_design_session(private.input_text(input, 'id', 200, true));
begin
  return jsonb_build_object(
    'session', jsonb_build_object('id', session.id, 'description', session.description, 'status', session.status,
      'programId', session.program_id, 'designId', session.design_id, 'createdById', session.created_by,
      'createdBy', private.name_of(session.created_by), 'createdAt', session.created_at),
    'program', private.program_json(session.program_id), 'members', private.program_members_json(session.program_id),
    'designs', coalesce((
      select jsonb_agg(private.design_json(d) order by d.code) from plm.designs d
      where d.program_id = session.program_id and not d.is_archived and (session.design_id is null or d.id = session.design_id)), '[]'),
    'items', coalesce((
      select jsonb_agg(private.item_json(x::plm.items) order by x.item_number)
      from (
        select i.* from plm.items i
        join plm.designs d on d.org_id = i.org_id and d.id = i.design_id
        where d.program_id = session.program_id and not d.is_archived and i.is_listed
          and (session.design_id is null or d.id = session.design_id)
        order by i.item_number limit 100
      ) x), '[]'));
end
$$;

-- What a conversation must know of a place that it belongs to. Whoever opened it, and people whose role reaches all
-- programs, may also do away with what was said there.
create function private.do_find_shared_place(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  session plm.design_sessions := private.find_design_session(private.input_text(input, 'id', 200, true));
begin
  return jsonb_build_object(
    'description', session.description, 'openedAt', session.created_at,
    'program', private.program_json(session.program_id),
    'design', (select private.design_json(d) from plm.designs d where d.org_id = session.org_id and d.id = session.design_id),
    'canManage', (
      select session.created_by = c.user_id or 'programs:all' = any (c.permissions) from private.claim() c));
end
$$;

create function plm.find_shared_place(input jsonb) returns jsonb
language sql return private.run_read('private.do_find_shared_place', input);

grant execute on function private.place_id_of(uuid), private.new_place_id(), private.find_design_session(text),
  private.do_find_shared_place(jsonb), plm.find_shared_place(jsonb) to groundwire_app;
