-- Why: initiate_collaborative_design opens a workspace for the members of a program. It is so light that it needs no
-- approval; it is journalled and audited like any other write.
set local role groundwire_owner;

create function private.do_initiate_collaborative_design(input jsonb, dry_run boolean, expected jsonb) returns jsonb
language plpgsql as $$
declare
  me record;
  brief text;
  program plm.programs;
  design plm.designs;
  session_id uuid := gen_random_uuid();
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

create function plm.initiate_collaborative_design(
  input jsonb, dry_run boolean, expected jsonb default null, effect_key text default null, audit jsonb default null
) returns jsonb
language sql
return private.run_effect('private.do_initiate_collaborative_design', input, dry_run, expected, effect_key, audit);

grant execute on function private.do_initiate_collaborative_design(jsonb, boolean, jsonb),
  plm.initiate_collaborative_design(jsonb, boolean, jsonb, text, jsonb) to groundwire_app;
