-- The read-only workspace pages. Each page is one call.
set local role groundwire_owner;

create or replace function private.do_workspace_item(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  shown jsonb := private.do_get_item_details(input);
  item plm.items;
begin
  select * into item from plm.items i where i.id = (shown ->> 'id')::uuid;
  return shown || jsonb_build_object(
    'createdBy', private.name_of(item.created_by), 'updatedBy', private.name_of(item.updated_by),
    'changeOrderId', private.change_order_of(item),
    'counts', jsonb_build_object(
      'bom', (select count(*) from plm.item_relationships r where r.org_id = item.org_id and r.source_master_id = item.master_id
        and r.relationship_type = 'BOM' and r.is_effective),
      'relationships', (select count(*) from (
        select 1 from plm.item_relationships r where r.org_id = item.org_id and r.source_master_id = item.master_id and r.is_effective
        union all
        select 1 from (select 1 from plm.item_relationships r where r.org_id = item.org_id and r.target_master_id = item.master_id
          and r.is_effective limit 1000) x) y),
      'history', (select count(*) from plm.item_history h where h.org_id = item.org_id and h.master_id = item.master_id),
      'affected-items', (select count(*) from plm.change_order_items s where s.org_id = item.org_id and case item.item_type
        when 'ChangeOrder' then s.change_order_id = item.id else s.master_id = item.master_id end)),
    'changeOrder', case item.item_type when 'ChangeOrder' then jsonb_build_object(
      'designs', coalesce((
        select jsonb_agg(jsonb_build_object('id', d.id, 'code', d.code, 'name', d.name, 'mergeStatus', o.merge_status) order by d.code)
        from plm.change_order_designs o join plm.designs d on d.org_id = o.org_id and d.id = o.design_id where o.change_order_id = item.id), '[]'),
      'steps', coalesce((
        select jsonb_agg(jsonb_build_object('from', h.from_step, 'to', h.to_step, 'by', private.name_of(h.user_id),
          'comments', h.comments, 'at', h.created_at) order by h.created_at, h.id)
        from plm.workflow_history h where h.change_order_id = item.id), '[]'),
      'votes', coalesce((
        select jsonb_agg(jsonb_build_object('by', private.name_of(v.user_id), 'vote', v.vote, 'comments', v.comments, 'at', v.created_at,
          'programId', v.program_id) order by v.created_at, v.user_id, v.program_id)
        from plm.approval_votes v where v.change_order_id = item.id), '[]')) end);
end
$$;

create or replace function private.do_workspace_item_tab(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  item plm.items;
  tab text := coalesce(private.input_choice(input, 'tab', 'details', 'relationships', 'history', 'bom', 'affected-items'), 'details');
  size integer := coalesce(private.input_number(input, 'limit', 1, 100, true), 50);
  after text := nullif(private.input_text(input, 'cursor', 200), '');
  in_change_order uuid;
  rows jsonb;
begin
  perform private.require_permission('parts:read');
  item := private.find_item(private.input_text(input, 'id', 200), 'id');
  in_change_order := private.change_order_of(item);
  case tab
    when 'details' then
      rows := jsonb_build_array(jsonb_build_object('key', '', 'row', private.do_get_item_details(jsonb_build_object('id', item.id))));
    when 'history' then
      select jsonb_agg(jsonb_build_object('key', x.key, 'row', x.row) order by x.key desc) into rows from (
        select to_char(h.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS') || ' ' || h.id as key,
          jsonb_build_object('id', h.id, 'at', h.created_at, 'by', private.name_of(h.user_id), 'action', h.action, 'revision', h.revision,
            'changes', h.changes, 'comments', h.comments, 'changeOrderId', h.change_order_id,
            'changeOrderNumber', (select o.item_number from plm.items o where o.id = h.change_order_id)) as row
        from plm.item_history h
        where h.org_id = item.org_id and h.master_id = item.master_id and (after is null or (h.created_at, h.id)
          < ((split_part(after, ' ', 1) || 'Z')::timestamptz, split_part(after, ' ', 2)::uuid))
        order by h.created_at desc, h.id desc limit size + 1
      ) x;
    when 'bom' then
      select jsonb_agg(jsonb_build_object('key', x.key, 'row', x.row) order by x.key) into rows from (
        select lpad(coalesce(r.find_number, 0)::text, 6, '0') || ' ' || r.id as key,
          case when i.id is null then '{"isHidden": true}' else private.item_json(i) end || jsonb_build_object('relationshipId', r.id, 'quantity', trim_scale(r.quantity),
            'findNumber', r.find_number, 'referenceDesignator', r.reference_designator, 'isProposed', not r.is_effective,
            'hasChildren', exists (select from plm.item_relationships c where c.org_id = r.org_id
              and c.source_master_id = r.target_master_id and c.relationship_type = 'BOM' and c.is_effective)) as row
        from plm.item_relationships r
        left join lateral (
          select n.* from plm.items n where n.org_id = r.org_id and n.master_id = r.target_master_id and n.is_current
        ) i on true
        where r.org_id = item.org_id and r.source_master_id = item.master_id and r.relationship_type = 'BOM'
          and (r.is_effective or r.change_order_id = in_change_order)
          and (after is null or lpad(coalesce(r.find_number, 0)::text, 6, '0') || ' ' || r.id > after)
        order by 1 limit size + 1
      ) x;
    when 'relationships' then
      select jsonb_agg(jsonb_build_object('key', x.key, 'row', x.row) order by x.key) into rows from (
        select r.relationship_type || ' ' || r.id as key, private.item_json(i) || jsonb_build_object('relationshipId', r.id,
          'type', r.relationship_type, 'direction', r.direction, 'quantity', trim_scale(r.quantity), 'isProposed', not r.is_effective) as row
        from (
          select o.*, 'outgoing' as direction, o.target_master_id as other from plm.item_relationships o
          where o.org_id = item.org_id and o.source_master_id = item.master_id
          union all
          select o.*, 'incoming', o.source_master_id from plm.item_relationships o
          where o.org_id = item.org_id and o.target_master_id = item.master_id
        ) r
        join plm.items i on i.org_id = r.org_id and i.master_id = r.other and i.is_current
        where (r.is_effective or r.change_order_id = in_change_order) and (after is null or r.relationship_type || ' ' || r.id > after)
        order by 1 limit size + 1
      ) x;
    when 'affected-items' then
      select jsonb_agg(jsonb_build_object('key', x.key, 'row', x.row) order by x.key) into rows from (
        select coalesce(w.item_number, b.item_number) || ' ' || s.change_order_id as key,
          case when b.id is null then private.item_json(w) else private.item_json(b) end || jsonb_build_object('action', s.action, 'workingItemId', w.id, 'fromRevision', b.revision,
            'toRevision', coalesce(w.revision, b.revision), 'changeOrderId', s.change_order_id,
            'changeOrderNumber', o.item_number, 'changeOrderState', o.state) as row
        from plm.change_order_items s
        left join plm.items b on b.org_id = s.org_id and b.id = s.base_item_id
        left join plm.items w on w.org_id = s.org_id and w.id = s.working_item_id
        left join plm.items o on o.org_id = s.org_id and o.id = s.change_order_id
        where s.org_id = item.org_id
          and case item.item_type when 'ChangeOrder' then s.change_order_id = item.id else s.master_id = item.master_id end
          and (after is null or coalesce(w.item_number, b.item_number) || ' ' || s.change_order_id > after)
        order by 1 limit size + 1
      ) x;
  end case;
  return jsonb_build_object('tab', tab, 'itemId', item.id) || private.page_of(coalesce(rows, '[]'), size);
exception when invalid_text_representation or invalid_datetime_format or datetime_field_overflow then
  perform private.refuse('OUT_OF_RANGE', 'This page doesn''t exist.', '{"field": "cursor"}');
end
$$;

create or replace function private.do_workspace_design(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  design plm.designs;
  size integer := coalesce(private.input_number(input, 'limit', 1, 100, true), 50);
  after text := nullif(private.input_text(input, 'cursor', 200), '');
  rows jsonb;
begin
  perform private.require_permission('designs:read');
  design := private.find_design(private.input_text(input, 'id', 200, true), 'id');
  select jsonb_agg(jsonb_build_object('key', x.item_number, 'row', private.item_json(x::plm.items)) order by x.item_number) into rows
  from (
    select i.* from plm.items i
    where i.org_id = design.org_id and i.design_id = design.id and i.is_listed and (after is null or i.item_number > after)
    order by i.item_number limit size + 1
  ) x;
  return jsonb_build_object(
    'design', private.design_json(design), 'program', private.program_json(design.program_id),
    'isProtected', private.is_protected(design.id),
    'branches', (
      select jsonb_agg(jsonb_build_object('id', b.id, 'name', b.name, 'branchType', b.branch_type, 'isLocked', b.is_locked,
        'isArchived', b.is_archived, 'changeOrderId', b.change_order_id) order by b.branch_type desc, b.name)
      from plm.branches b where b.design_id = design.id),
    'counts', coalesce((
      select jsonb_agg(jsonb_build_object('itemType', c.item_type, 'state', c.state, 'count', c.count) order by c.item_type, c.state)
      from (
        select i.item_type, i.state, count(*) as count from plm.items i
        where i.org_id = design.org_id and i.design_id = design.id and i.is_listed group by 1, 2
      ) c), '[]')
  ) || private.page_of(coalesce(rows, '[]'), size);
end
$$;

create or replace function private.program_members_json(program uuid) returns jsonb
language sql stable
return coalesce((
  select jsonb_agg(jsonb_build_object('userId', m.user_id, 'name', u.name, 'role', m.role, 'canCreateEco', m.can_create_eco,
    'canApproveEco', m.can_approve_eco) order by u.name)
  from plm.program_members m join public.users u on u.id = m.user_id where m.program_id = program
), '[]');

create or replace function private.do_workspace_program(input jsonb) returns jsonb
language plpgsql stable as $$
declare
  program plm.programs;
begin
  perform private.require_permission('programs:read');
  program := private.find_program(private.input_text(input, 'id', 200, true), 'id');
  return jsonb_build_object(
    'program', private.program_json(program.id), 'members', private.program_members_json(program.id),
    'designs', coalesce((select jsonb_agg(private.design_json(d) order by d.code) from plm.designs d where d.program_id = program.id), '[]'),
    'changeOrders', coalesce((
      select jsonb_agg(private.item_json(o::plm.items) order by o.item_number desc)
      from (
        select i.* from plm.items i
        where i.org_id = program.org_id and i.item_type = 'ChangeOrder' and i.is_listed and (i.program_id = program.id or exists (
          select from plm.change_order_designs d where d.org_id = i.org_id and d.change_order_id = i.id and d.program_id = program.id))
        order by i.item_number desc limit 50
      ) o), '[]'),
    'sessions', coalesce((
      select jsonb_agg(jsonb_build_object('id', s.id, 'description', s.description, 'status', s.status, 'designId', s.design_id,
        'createdBy', private.name_of(s.created_by), 'createdAt', s.created_at) order by s.created_at desc, s.id)
      from (
        select * from plm.design_sessions s where s.org_id = program.org_id and s.program_id = program.id order by s.created_at desc, s.id limit 20
      ) s), '[]'));
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

create or replace function plm.workspace_item(input jsonb) returns jsonb
language sql return private.run_read('private.do_workspace_item', input);

create or replace function plm.workspace_item_tab(input jsonb) returns jsonb
language sql return private.run_read('private.do_workspace_item_tab', input);

create or replace function plm.workspace_design(input jsonb) returns jsonb
language sql return private.run_read('private.do_workspace_design', input);

create or replace function plm.workspace_program(input jsonb) returns jsonb
language sql return private.run_read('private.do_workspace_program', input);

create or replace function plm.workspace_session(input jsonb) returns jsonb
language sql return private.run_read('private.do_workspace_session', input);

grant execute on function private.do_workspace_item(jsonb), private.do_workspace_item_tab(jsonb),
  private.do_workspace_design(jsonb), private.program_members_json(uuid), private.do_workspace_program(jsonb),
  private.do_workspace_session(jsonb), plm.workspace_item(jsonb), plm.workspace_item_tab(jsonb),
  plm.workspace_design(jsonb), plm.workspace_program(jsonb), plm.workspace_session(jsonb) to groundwire_app;
