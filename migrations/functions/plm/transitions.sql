-- transition_item_state: moves an item through its lifecycle. Approving a change order merges its branches whole or not at
-- all.
--!needs functions/plm/access.sql
set local role groundwire_owner;

-- The scope of a change order: what happens to each item, from which revision to which.
create or replace function private.scope_json(change_order uuid) returns jsonb
language sql stable
return coalesce((
  select jsonb_agg(jsonb_build_object(
    'action', s.action, 'itemNumber', coalesce(w.item_number, b.item_number), 'itemType', coalesce(w.item_type, b.item_type),
    'name', coalesce(w.name, b.name), 'itemId', coalesce(b.id, w.id), 'workingItemId', w.id, 'designId', s.design_id,
    'fromRevision', b.revision, 'toRevision', coalesce(w.revision, b.revision), 'state', coalesce(w.state, b.state))
    order by coalesce(w.item_number, b.item_number))
  from plm.change_order_items s
  left join plm.items b on b.org_id = s.org_id and b.id = s.base_item_id
  left join plm.items w on w.org_id = s.org_id and w.id = s.working_item_id
  where s.change_order_id = change_order
), '[]');

-- How many programs a change order touches, and in how many of them the claim's user may approve. Counts only, because
-- the user may not be a member of all of them.
create or replace function private.count_approvable(change_order uuid) returns table (touched integer, approvable integer)
language sql stable security definer rows 1
set search_path = pg_catalog, pg_temp
begin atomic
  select count(*)::integer, (count(*) filter (where t.program_id = any (private.programs_for('approve_eco'))))::integer
  from (
    select d.program_id from plm.change_order_designs d, private.claim() c
    where d.org_id = c.org_id and d.change_order_id = change_order and c.kind = 'user'
    union
    select i.program_id from plm.items i, private.claim() c
    where i.org_id = c.org_id and i.id = change_order and c.kind = 'user'
  ) t;
end;

-- The reasons why the change order can't be merged now; empty if it can.
create or replace function private.find_merge_conflicts(change_order plm.items) returns jsonb
language plpgsql stable as $$
declare
  conflicts jsonb;
begin
  with scope as (
    select s.action, s.base_item_id, b.item_number, b.revision as base_revision, now_row.id as now_id, now_row.revision as now_revision,
      now_row.state as now_state, s.master_id, l.is_released, l.is_closed
    from plm.change_order_items s
    join plm.items b on b.org_id = s.org_id and b.id = s.base_item_id
    left join plm.items now_row on now_row.org_id = s.org_id and now_row.master_id = s.master_id and now_row.is_current
    left join lateral private.lifecycle_of(now_row.item_type, now_row.state) l on true
    where s.change_order_id = change_order.id and s.action <> 'add'
  )
  select jsonb_agg(jsonb_build_object('itemId', c.now_id, 'itemNumber', c.item_number, 'reason', c.reason) order by c.item_number)
  into conflicts
  from (
    select s.now_id, s.item_number, case
      when s.now_id is distinct from s.base_item_id then format('%s already moved %s from revision %s to %s', coalesce((
          select o.item_number from plm.change_order_items other
          join plm.items o on o.org_id = other.org_id and o.id = other.change_order_id and o.state = 'Approved'
          where other.master_id = s.master_id and other.working_item_id = s.now_id), 'Another change order'),
        s.item_number, s.base_revision, coalesce(s.now_revision, 'none'))
      when s.action in ('revise', 'obsolete', 'remove') and not s.is_released then format('%s is now %s', s.item_number, s.now_state)
      when s.action in ('release', 'promote') and (s.is_released or s.is_closed) then format('%s is already %s', s.item_number, s.now_state)
    end as reason
    from scope s
  ) c where c.reason is not null;

  return coalesce(conflicts, '[]') || coalesce((
    select jsonb_agg(jsonb_build_object('itemId', l.source_id, 'itemNumber', l.source_number, 'reason', l.reason))
    from (
      select source.id as source_id, source.item_number as source_number, case
        when exists (
          select from plm.item_relationships e where e.org_id = r.org_id and e.source_master_id = r.source_master_id
            and e.target_master_id = r.target_master_id and e.relationship_type = r.relationship_type and e.is_effective
        ) then format('%s has since been linked to %s', target.item_number, source.item_number)
        when not exists (
          select from plm.items t
          where t.org_id = r.org_id and t.master_id = r.target_master_id and (
            (t.is_current and t.state <> 'Obsolete')
            or (t.is_working and exists (
              select from plm.change_order_items s where s.change_order_id = change_order.id and s.working_item_id = t.id)))
        ) then format('%s can no longer be used', target.item_number)
        when r.relationship_type = 'BOM' and private.find_bom_path(r.target_master_id, r.source_master_id, change_order.id) is not null
          then format('%s would contain itself through %s', source.item_number, target.item_number)
      end as reason
      from plm.item_relationships r
      join plm.items source on source.org_id = r.org_id and source.id = r.source_master_id
      left join plm.items target on target.org_id = r.org_id and target.id = r.target_master_id
      where r.change_order_id = change_order.id and not r.is_effective
    ) l where l.reason is not null), '[]');
end
$$;

-- An update that a policy hid from the caller must not count as done.
create or replace function private.require_done(is_done boolean) returns void
language plpgsql stable as $$
begin
  if not is_done then
    perform private.refuse('FORBIDDEN', 'You can''t change everything that this affects.');
  end if;
end
$$;

create or replace function private.merge_change_order(change_order plm.items, actor uuid, comments text) returns void
language plpgsql as $$
declare
  scope record;
  base plm.items;
  result plm.items;
  target_state text;
begin
  for scope in select s.* from plm.change_order_items s where s.change_order_id = change_order.id order by s.master_id loop
    base := null;
    select * into base from plm.items i where i.id = scope.base_item_id;
    select * into result from plm.items i where i.id = coalesce(scope.working_item_id, scope.base_item_id);
    target_state := case when scope.action in ('obsolete', 'remove') then 'Obsolete'
      else (select l.merged_state from private.lifecycle_of(result.item_type, result.state) l) end;
    if base.id is not null and base.id <> result.id then
      update plm.items i set is_current = false, state = 'Superseded', version = i.version + 1, updated_by = actor, updated_at = now()
      where i.id = base.id;
      perform private.require_done(found);
      perform private.note_history(base, 'superseded', jsonb_build_object('state', jsonb_build_object('from', base.state, 'to', 'Superseded')),
        comments, change_order.id);
    end if;
    update plm.items i set is_current = true, is_working = false, state = target_state, version = i.version + 1,
      revision = case when base.id is not null and base.id <> i.id then plm.next_revision(base.revision) else i.revision end,
      branch_id = (select b.id from plm.branches b where b.design_id = i.design_id and b.branch_type = 'main'),
      updated_by = actor, updated_at = now()
    where i.id = result.id;
    perform private.require_done(found);
    perform private.note_history(i, case scope.action when 'obsolete' then 'obsoleted' else 'released' end,
      jsonb_build_object('state', jsonb_build_object('from', result.state, 'to', target_state))
      || case when base.id is null or base.id = i.id then '{}'
         else jsonb_build_object('revision', jsonb_build_object('from', base.revision, 'to', i.revision)) end,
      comments, change_order.id)
    from plm.items i where i.id = result.id;
  end loop;
  update plm.item_relationships r set is_effective = true, updated_at = now()
  where r.change_order_id = change_order.id and not r.is_effective;
  update plm.branches b set is_locked = true, is_archived = true, updated_at = now() where b.change_order_id = change_order.id;
  update plm.change_order_designs d set merge_status = 'merged', merged_at = now(), updated_at = now()
  where d.change_order_id = change_order.id;
  perform private.require_done(not exists (
    select from plm.change_order_designs d where d.change_order_id = change_order.id and d.merge_status <> 'merged'
    union all
    select from plm.branches b where b.change_order_id = change_order.id and not b.is_archived
    union all
    select from plm.item_relationships r where r.change_order_id = change_order.id and not r.is_effective
  ));
  insert into plm.approval_votes (org_id, change_order_id, program_id, user_id, comments)
  select change_order.org_id, change_order.id, p.program_id, actor, nullif(comments, '')
  from (
    select d.program_id from plm.change_order_designs d where d.change_order_id = change_order.id
    union select change_order.program_id
  ) p;
end
$$;

create or replace function private.do_transition_item_state(input jsonb, dry_run boolean, expected jsonb) returns jsonb
language plpgsql as $$
declare
  me record;
  item plm.items;
  rules record;
  wanted text;
  remarks text;
  is_approval boolean;
  rights record;
  conflicts jsonb;
  versions jsonb;
begin
  select * into me from private.require_permission('change_orders:update', 'tasks:update');
  item := private.find_item(private.input_text(input, 'itemId', 200), 'itemId');
  if item.item_type = 'Task' then
    perform private.require_permission('tasks:update');
  else
    perform private.require_permission('change_orders:update');
  end if;
  wanted := private.input_text(input, 'targetState', 40, true);
  remarks := coalesce(private.input_text(input, 'comments', 2000), '');
  is_approval := item.item_type = 'ChangeOrder' and lower(wanted) = 'approved';
  if not dry_run then
    if is_approval then
      perform private.lock_plm('structure', item.org_id, true);
    end if;
    if item.item_type = 'ChangeOrder' then
      perform private.lock_plm('change order', item.id, true);
      if is_approval then
        perform private.lock_plm('design', d.design_id, true)
        from (select x.design_id from plm.change_order_designs x where x.change_order_id = item.id order by x.design_id) d;
      end if;
    elsif item.design_id is not null then
      perform private.lock_plm('design', item.design_id, lower(wanted) = 'released');
    end if;
    perform from plm.items i where i.id = item.id for update;
    item := private.find_item(item.id::text, 'itemId');
  end if;

  -- Approving needs more rights, checked below, and reveals less about programs that the user can't see.
  if not is_approval then
    perform private.require_program_right(item.program_id, 'write');
  end if;
  if item.is_working then
    perform private.refuse('LOCKED', format('This copy of %s changes state with its change order.', item.item_number),
      jsonb_build_object('itemId', item.id, 'changeOrderId', private.change_order_of(item)));
  end if;
  select * into rules from private.lifecycle_of(item.item_type, item.state);
  select a into wanted from unnest(rules.allowed) a where lower(a) = lower(wanted);
  if wanted is null then
    perform private.refuse('ILLEGAL_STATE', format('%s is %s; %s.', item.item_number, item.state,
        case when cardinality(rules.allowed) = 0 then 'no further state is possible'
          else 'it can move to ' || array_to_string(rules.allowed, ', ') end),
      jsonb_build_object('state', item.state, 'allowed', to_jsonb(rules.allowed), 'itemId', item.id));
  end if;
  if item.item_type not in ('Task', 'ChangeOrder') then
    perform private.require_not_under_review(item);
    perform private.require_open_design(private.find_design(item.design_id::text, 'itemId'));
  end if;

  versions := jsonb_build_array(private.version_of('item', item.id, item.version));
  if is_approval then
    select * into rights from private.count_approvable(item.id);
    if rights.approvable < rights.touched then
      perform private.refuse('FORBIDDEN', format('Approving %s requires permission to approve change orders in every program it affects.', item.item_number),
        jsonb_build_object('right', 'approve_eco', 'programs', rights.touched, 'approvable', rights.approvable));
    end if;
    versions := versions || coalesce((
      select jsonb_agg(private.version_of('item', i.id, i.version))
      from plm.change_order_items s join plm.items i on i.org_id = s.org_id and i.id in (s.base_item_id, s.working_item_id)
      where s.change_order_id = item.id), '[]')
      || private.version_of('links', item.id, (
        select count(*) from plm.item_relationships r where r.change_order_id = item.id and not r.is_effective));
    -- Checked before the versions are compared: the reason why it can't be merged says more than that it is stale.
    conflicts := private.find_merge_conflicts(item);
    if jsonb_array_length(conflicts) > 0 then
      perform private.refuse('CONFLICT', format('%s can''t be merged: %s.', item.item_number,
          (select string_agg(c ->> 'reason', '; ') from jsonb_array_elements(conflicts) c)),
        jsonb_build_object('conflicts', conflicts, 'changeOrderId', item.id));
    end if;
  end if;

  if dry_run then
    return jsonb_build_object('versions', versions, 'proposal', jsonb_build_object(
      'item', private.item_json(item), 'toState', wanted, 'comments', nullif(remarks, ''),
      'merges', case when is_approval then private.scope_json(item.id) end));
  end if;

  perform private.require_unchanged(expected, versions);
  if is_approval then
    perform private.merge_change_order(item, me.user_id, remarks);
  end if;
  update plm.items i set state = wanted, version = i.version + 1, updated_by = me.user_id, updated_at = now() where i.id = item.id;
  perform private.require_done(found);
  perform private.note_history(item, 'moved', jsonb_build_object('state', jsonb_build_object('from', item.state, 'to', wanted)),
    remarks, case when item.item_type = 'ChangeOrder' then item.id end);
  if item.item_type = 'ChangeOrder' then
    update plm.change_orders o set state = wanted, updated_at = now() where o.item_id = item.id;
    perform private.require_done(found);
    update plm.workflow_instances w set step = wanted, status = case when is_approval then 'completed' else 'active' end, updated_at = now()
    where w.change_order_id = item.id;
    if not is_approval then
      update plm.branches b set is_locked = wanted <> 'Draft', updated_at = now() where b.change_order_id = item.id;
    end if;
    insert into plm.workflow_history (org_id, change_order_id, program_id, user_id, from_step, to_step, comments)
    values (item.org_id, item.id, item.program_id, me.user_id, item.state, wanted, nullif(remarks, ''));
  end if;
  return jsonb_build_object('programId', item.program_id, 'designId', item.design_id,
    'affected', jsonb_build_array(item.id) || case when is_approval then coalesce((
      select jsonb_agg(coalesce(s ->> 'workingItemId', s ->> 'itemId')) from jsonb_array_elements(private.scope_json(item.id)) s), '[]') else '[]' end,
    'data', jsonb_build_object('item', (select private.item_json(i) from plm.items i where i.id = item.id), 'fromState', item.state,
      'merged', case when is_approval then private.scope_json(item.id) end,
      'allowedTransitions', to_jsonb((select l.allowed from private.lifecycle_of(item.item_type, wanted) l))));
end
$$;

create or replace function plm.transition_item_state(
  input jsonb, dry_run boolean, expected jsonb default null, effect_key text default null, audit jsonb default null
) returns jsonb
language sql
return private.run_effect('private.do_transition_item_state', input, dry_run, expected, effect_key, audit);

grant execute on function private.scope_json(uuid), private.count_approvable(uuid),
  private.find_merge_conflicts(plm.items), private.require_done(boolean),
  private.merge_change_order(plm.items, uuid, text), private.do_transition_item_state(jsonb, boolean, jsonb),
  plm.transition_item_state(jsonb, boolean, jsonb, text, jsonb) to groundwire_app;
