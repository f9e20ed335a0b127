-- The rules that every change of an item obeys: locks, expected versions, rights in the program, protected designs, open
-- change orders.
set local role groundwire_owner;

-- Held until the end of the transaction. Other locks may share the number; that costs a wait and nothing else.
create or replace function private.lock_plm(what text, id uuid, is_exclusive boolean) returns void
language sql
return case when is_exclusive
  then pg_advisory_xact_lock(hashtextextended(format('plm %s %s', what, id), 0))
  else pg_advisory_xact_lock_shared(hashtextextended(format('plm %s %s', what, id), 0)) end;

create or replace function private.version_of(kind text, id uuid, version bigint) returns jsonb
language sql immutable
return jsonb_build_object('kind', kind, 'id', id, 'version', version);

-- Refuses if the rows that the proposal was based on have changed.
create or replace function private.require_unchanged(expected jsonb, actual jsonb) returns void
language plpgsql stable as $$
declare
  changed jsonb;
begin
  if jsonb_typeof(expected) is distinct from 'array' then
    perform private.refuse('STALE', 'The versions that this was based on are missing. Propose the change again.');
  end if;
  changed := (
    select jsonb_agg(jsonb_build_object('kind', d.kind, 'id', d.id))
    from (
      (select e ->> 'kind' as kind, e ->> 'id' as id, e ->> 'version' as version from jsonb_array_elements(expected) e
        except select a ->> 'kind', a ->> 'id', a ->> 'version' from jsonb_array_elements(actual) a)
      union
      (select a ->> 'kind', a ->> 'id', a ->> 'version' from jsonb_array_elements(actual) a
        except select e ->> 'kind', e ->> 'id', e ->> 'version' from jsonb_array_elements(expected) e)
    ) d
  );
  if changed is not null then
    perform private.refuse('STALE', 'The data has changed since this was proposed. Check it and propose the change again.',
      jsonb_build_object('changed', changed));
  end if;
end
$$;

create or replace function private.require_program_right(program uuid, wanted text) returns void
language plpgsql stable as $$
declare
  seen plm.programs;
begin
  if program = any (private.programs_for(wanted)) then
    return;
  end if;
  select * into seen from plm.programs p where p.id = program;
  perform private.refuse('FORBIDDEN', format(case wanted
      when 'create_eco' then 'You may not create change orders in the program %s.'
      when 'approve_eco' then 'You may not approve change orders in the program %s.'
      else 'You may not change anything in the program %s.' end, coalesce(seen.code, 'concerned')),
    jsonb_build_object('programId', seen.id, 'right', wanted));
end
$$;

create or replace function private.is_protected(design uuid) returns boolean
language sql stable
return exists (select from plm.items i where i.design_id = design and i.is_current and i.state = 'Released');

create or replace function private.require_open_design(design plm.designs) returns void
language plpgsql stable as $$
begin
  if design.is_archived then
    perform private.refuse('LOCKED', format('The design "%s" is archived.', design.name),
      jsonb_build_object('designId', design.id));
  end if;
end
$$;

-- Once main has a Released item, only change orders change the design. `wish` completes "requires an ECO to …".
create or replace function private.refuse_without_eco(design plm.designs, wish text, item plm.items default null) returns void
language plpgsql stable as $$
begin
  perform private.refuse('ECO_REQUIRED',
    format('The design ''%s'' has released items and requires an ECO to %s. Would you like me to create an ECO first?', design.name, wish),
    jsonb_build_object('suggestCreateEco', true, 'designId', design.id, 'designName', design.name, 'designCode', design.code,
      'openChangeOrders', coalesce((
        select jsonb_agg(jsonb_build_object('id', o.id, 'itemNumber', o.item_number, 'name', o.name) order by o.item_number)
        from plm.change_order_designs d join plm.items o on o.org_id = d.org_id and o.id = d.change_order_id
        where d.design_id = design.id and o.state = 'Draft'), '[]'))
    || case when item.id is null then '{}' else jsonb_build_object('itemId', item.id, 'itemNumber', item.item_number) end);
end
$$;

create or replace function private.require_draft_change_order(change_order plm.items) returns void
language plpgsql stable as $$
begin
  if change_order.state <> 'Draft' then
    perform private.refuse('LOCKED', format('%s is %s. Its items can only change while it is in Draft.',
        change_order.item_number, change_order.state),
      jsonb_build_object('changeOrderId', change_order.id, 'itemNumber', change_order.item_number, 'state', change_order.state));
  end if;
end
$$;

-- An item can't change while its change order is under review.
create or replace function private.require_not_under_review(item plm.items) returns void
language plpgsql stable as $$
declare
  reviewed record;
begin
  select * into reviewed from private.active_change_orders(item.master_id) a where a.state <> 'Draft' limit 1;
  if found then
    perform private.refuse('LOCKED', format('%s is under review in %s.', item.item_number, reviewed.item_number),
      jsonb_build_object('changeOrderId', reviewed.id, 'itemNumber', reviewed.item_number, 'state', reviewed.state));
  end if;
end
$$;

-- The row that a change of an item works on, and its change order. `wish` is for the sentence that offers to create
-- one. Refuses items that are closed, protected, under review or on the branch of another change order.
create or replace function private.find_changeable(
  reference text, field text, change_order_reference text, wish text, dry_run boolean, out item plm.items, out change_order plm.items
) returns record
language plpgsql as $$
declare
  rules record;
  design plm.designs;
  held_by uuid;
  locked uuid;
begin
  if coalesce(change_order_reference, '') <> '' then
    change_order := private.find_change_order(change_order_reference, 'changeOrderId');
  end if;
  item := private.find_item(reference, field, null, change_order.id);
  held_by := private.change_order_of(item);
  if item.item_type in ('Task', 'ChangeOrder') then
    change_order := null;
  elsif held_by is not null then
    if change_order.id <> held_by then
      perform private.refuse('CONFLICT', format('This copy of %s belongs to another change order.', item.item_number),
        jsonb_build_object('itemId', item.id, 'itemNumber', item.item_number));
    end if;
    change_order := private.find_change_order(held_by::text, 'changeOrderId');
  end if;
  if not dry_run then
    if change_order.id is not null then
      perform private.lock_plm('change order', change_order.id, false);
      change_order := private.find_change_order(change_order.id::text, 'changeOrderId');
    end if;
    if item.design_id is not null then
      perform private.lock_plm('design', item.design_id, false);
    end if;
    -- After waiting for another writer, this reads what that writer left, which may be the first copy on this change
    -- order's branch: then that copy is the row. Tasks and parts are locked alike; if the policy allows no update, no
    -- row is locked, and the update itself is refused below.
    loop
      locked := item.id;
      perform from plm.items i where i.id = locked for update;
      item := private.find_item(locked::text, field, null, change_order.id);
      exit when item.id = locked;
    end loop;
  end if;

  perform private.require_program_right(item.program_id, 'write');
  select * into rules from private.lifecycle_of(item.item_type, item.state);
  if rules.is_closed or not (item.is_current or item.is_working) then
    perform private.refuse('ILLEGAL_STATE', format('%s revision %s is %s and can no longer change.',
        item.item_number, item.revision, item.state),
      jsonb_build_object('state', item.state, 'allowed', '[]'::jsonb, 'itemId', item.id));
  end if;
  if item.item_type = 'ChangeOrder' then
    perform private.require_draft_change_order(item);
  elsif item.item_type <> 'Task' then
    design := private.find_design(item.design_id::text, 'designId');
    perform private.require_open_design(design);
    if change_order.id is not null then
      perform private.require_draft_change_order(change_order);
      if not exists (select from plm.change_order_designs d where d.change_order_id = change_order.id and d.design_id = design.id) then
        perform private.require_program_right(design.program_id, 'create_eco');
      end if;
    elsif private.is_protected(design.id) then
      perform private.refuse_without_eco(design, wish, item);
    end if;
    if not item.is_working and not rules.is_released then
      perform private.require_not_under_review(item);
    end if;
  end if;
end
$$;

create or replace function private.note_history(
  item plm.items, action text, changes jsonb default '{}', comments text default null, change_order uuid default null
) returns void
language sql
begin atomic
  insert into plm.item_history (org_id, program_id, item_id, master_id, user_id, action, revision, changes, comments, change_order_id)
  select c.org_id, item.program_id, item.id, item.master_id, c.user_id, action, item.revision, changes, nullif(comments, ''), change_order
  from private.claim() c;
end;

-- The change order's branch in a design, created on first use.
create or replace function private.open_eco_branch(change_order plm.items, design plm.designs) returns uuid
language plpgsql as $$
declare
  branch uuid;
begin
  select d.branch_id into branch from plm.change_order_designs d
  where d.change_order_id = change_order.id and d.design_id = design.id;
  if found then
    return branch;
  end if;
  perform private.require_program_right(design.program_id, 'create_eco');
  perform private.lock_plm('branch', change_order.id, true);
  select d.branch_id into branch from plm.change_order_designs d
  where d.change_order_id = change_order.id and d.design_id = design.id;
  if found then
    return branch;
  end if;
  branch := gen_random_uuid();
  insert into plm.branches (org_id, id, program_id, design_id, change_order_id, name, branch_type)
  values (design.org_id, branch, design.program_id, design.id, change_order.id, lower(change_order.item_number), 'eco');
  insert into plm.change_order_designs (org_id, change_order_id, design_id, program_id, branch_id)
  values (design.org_id, change_order.id, design.id, design.program_id, branch);
  return branch;
end
$$;

-- Takes an item into the scope of a change order, once, and returns the row to work on: a copy on its branch if the
-- item is released, otherwise the item itself.
create or replace function private.take_into_scope(change_order plm.items, item plm.items) returns plm.items
language plpgsql as $$
declare
  design plm.designs := private.find_design(item.design_id::text, 'designId');
  branch uuid := private.open_eco_branch(change_order, design);
  released boolean := (select l.is_released from private.lifecycle_of(item.item_type, item.state) l);
  copy plm.items := private.find_working_copy(item.master_id, change_order.id);
begin
  if copy.id is not null then
    return copy;
  end if;
  if exists (
    select from plm.change_order_items s where s.change_order_id = change_order.id and s.master_id = item.master_id
  ) then
    return item;
  end if;
  copy := item;
  if released then
    insert into plm.items (org_id, id, master_id, program_id, design_id, branch_id, item_number, revision, item_type, name,
      description, state, is_current, is_working, created_by, updated_by)
    select item.org_id, gen_random_uuid(), item.master_id, item.program_id, item.design_id, branch, item.item_number,
      plm.next_revision(item.revision), item.item_type, item.name, item.description, 'Draft', false, true, c.user_id, c.user_id
    from private.claim() c
    returning * into copy;
    perform private.put_details(copy, private.item_details(item));
  end if;
  insert into plm.change_order_items (org_id, change_order_id, master_id, program_id, design_id, action, base_item_id, working_item_id)
  values (item.org_id, change_order.id, item.master_id, item.program_id, item.design_id,
    case when released then 'revise' else 'release' end, item.id, case when released then copy.id end);
  insert into plm.branch_items (org_id, branch_id, item_id, program_id)
  values (item.org_id, branch, copy.id, item.program_id);
  insert into plm.item_relationships (org_id, program_id, source_master_id, target_master_id, relationship_type, created_by)
  select item.org_id, change_order.program_id, change_order.id, item.master_id, 'Affects', c.user_id from private.claim() c
  on conflict do nothing;
  perform private.note_history(copy, case when released then 'checked out' else 'taken into scope' end,
    change_order => change_order.id);
  return copy;
end
$$;

grant execute on function private.lock_plm(text, uuid, boolean), private.version_of(text, uuid, bigint),
  private.require_unchanged(jsonb, jsonb), private.require_program_right(uuid, text), private.is_protected(uuid),
  private.require_open_design(plm.designs), private.refuse_without_eco(plm.designs, text, plm.items),
  private.require_draft_change_order(plm.items), private.require_not_under_review(plm.items),
  private.find_changeable(text, text, text, text, boolean), private.note_history(plm.items, text, jsonb, text, uuid),
  private.open_eco_branch(plm.items, plm.designs), private.take_into_scope(plm.items, plm.items) to groundwire_app;
