-- Claims for a shared place are limited to the place's program, which private.program_of_place() looks up.
set local role groundwire_owner;

create policy select_for_definer on plm.design_sessions for select to groundwire_owner using (true);
