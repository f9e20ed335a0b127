-- Design workspaces: opening one, and finding the one that an id names.
set local role groundwire_owner;

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
      perform private.refuse('INCOMPATIBLE', format('The design "%s" isn''t in the program %s.', design.name, program.code),
        jsonb_build_object('field', 'designId', 'designId', design.id, 'programId', program.id));
    end if;
    perform private.require_open_design(design);
  end if;
  if dry_run then
    return jsonb_build_object('versions', '[]'::jsonb, 'proposal', jsonb_build_object('description', brief,
      'program', jsonb_build_object('id', program.id, 'code', program.code, 'name', program.name),
      'design', private.named_design(design)));
  end if;
  insert into plm.design_sessions (org_id, id, program_id, design_id, description, created_by)
  values (me.org_id, session_id, program.id, design.id, brief, me.user_id);
  return jsonb_build_object('programId', program.id, 'designId', design.id, 'affected', '[]'::jsonb,
    'data', jsonb_build_object('sessionId', session_id, 'programId', program.id, 'programCode', program.code,
      'designId', design.id, 'description', brief));
end
$$;

create or replace function plm.initiate_collaborative_design(
  input jsonb, dry_run boolean, expected jsonb default null, effect_key text default null, audit jsonb default null
) returns jsonb
language sql
return private.run_effect('private.do_initiate_collaborative_design', input, dry_run, expected, effect_key, audit);

-- The design session with this id, if the claim's user can see it; otherwise refused like one that does not exist.
create or replace function private.find_design_session(reference text) returns plm.design_sessions
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

-- What a conversation needs to know of the place it belongs to. The person who opened it, and people whose role covers
-- all programs, may also delete the conversation.
create or replace function private.do_find_shared_place(input jsonb) returns jsonb
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

create or replace function plm.find_shared_place(input jsonb) returns jsonb
language sql return private.run_read('private.do_find_shared_place', input);

grant execute on function private.do_initiate_collaborative_design(jsonb, boolean, jsonb),
  plm.initiate_collaborative_design(jsonb, boolean, jsonb, text, jsonb), private.find_design_session(text),
  private.do_find_shared_place(jsonb), plm.find_shared_place(jsonb) to groundwire_app;
