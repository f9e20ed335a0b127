-- Links between items: which types fit together, and the refusal of circles.
set local role groundwire_owner;

-- The shortest path down from one item to another by BOM links; null if there is none. Sees the whole organization,
-- because a circle through a program that the user can't see is still a circle; the caller shows only what the user can
-- see. Links that the change order has not merged yet count too.
create or replace function private.find_bom_path(from_master uuid, to_master uuid, in_change_order uuid default null) returns uuid[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  claim_org uuid;
  ways jsonb := jsonb_build_object(from_master, null);
  edge uuid[] := array[from_master];
  found_path uuid[];
  step record;
  next_edge uuid[];
begin
  select c.org_id into claim_org from private.claim() c where c.kind = 'user';
  if not found then
    return null;
  end if;
  -- Breadth first, each item once: a recursive query would walk a shared part again for each way to it.
  while cardinality(edge) > 0 and not ways ? to_master::text loop
    next_edge := '{}';
    for step in
      select distinct on (r.target_master_id) r.target_master_id as target, r.source_master_id as source
      from plm.item_relationships r
      where r.org_id = claim_org and r.source_master_id = any (edge) and r.relationship_type = 'BOM'
        and (r.is_effective or r.change_order_id = in_change_order)
      order by r.target_master_id, r.source_master_id
    loop
      if not ways ? step.target::text then
        ways := ways || jsonb_build_object(step.target, step.source);
        next_edge := next_edge || step.target;
      end if;
    end loop;
    edge := next_edge;
  end loop;
  if not ways ? to_master::text then
    return null;
  end if;
  found_path := array[to_master];
  while found_path[1] <> from_master loop
    found_path := (ways ->> found_path[1]::text)::uuid || found_path;
  end loop;
  return found_path;
end
$$;

-- The path as item numbers; items that the user can't see are marked as hidden.
create or replace function private.path_numbers(path uuid[]) returns jsonb
language sql stable
return (
  select jsonb_agg(coalesce(i.item_number, '(not visible)') order by p.n)
  from unnest(path) with ordinality p (master_id, n)
  left join plm.items i on i.id = p.master_id
);

create or replace function private.require_compatible(link text, source plm.items, target plm.items) returns void
language plpgsql stable as $$
declare
  rule text := case
    when link = 'BOM' and not (source.item_type = 'Part' and target.item_type = 'Part') then 'A BOM relationship goes from a part to a part'
    when link = 'Document' and target.item_type <> 'Document' then 'A Document relationship goes from an item to a document'
    when link = 'Affects' and not (source.item_type = 'ChangeOrder' and target.item_type in ('Part', 'Document', 'Requirement'))
      then 'An Affects relationship goes from a change order to a part, document or requirement'
    when link <> 'BOM' and source.master_id = target.master_id then 'An item does not relate to itself'
  end;
begin
  if rule is not null then
    perform private.refuse('INCOMPATIBLE',
      format('%s; %s is a %s and %s is a %s.', rule, source.item_number, source.item_type, target.item_number, target.item_type),
      jsonb_build_object('type', link, 'sourceType', source.item_type, 'targetType', target.item_type));
  end if;
end
$$;

create or replace function private.do_create_relationship(input jsonb, dry_run boolean, expected jsonb) returns jsonb
language plpgsql as $$
declare
  me record;
  link text := private.input_choice(input, 'type', 'BOM', 'Document', 'Affects');
  amount numeric := round(private.input_number(input, 'quantity', 0.0001, 1000000), 4);
  place integer := private.input_number(input, 'findNumber', 1, 99999, true);
  designator text := nullif(private.input_text(input, 'referenceDesignator', 500), '');
  subject record;
  source plm.items;
  target plm.items;
  on_main plm.items;
  change_order plm.items;
  foreign_order uuid;
  circle uuid[];
  versions jsonb;
  action text;
  link_id uuid := gen_random_uuid();
begin
  select * into me from private.require_permission('parts:update');
  if link is null then
    perform private.refuse('MISSING', 'type is missing: BOM, Document or Affects.', '{"field": "type"}');
  end if;
  if link = 'BOM' and not dry_run then
    perform private.lock_plm('structure', me.org_id, true);
  end if;
  source := private.find_item(private.input_text(input, 'sourceItemId', 200), 'sourceItemId');
  target := private.find_item(private.input_text(input, 'targetItemId', 200), 'targetItemId');
  perform private.require_compatible(link, source, target);
  if link <> 'BOM' and coalesce(amount, place) is not null then
    perform private.refuse('INCOMPATIBLE', format('A %s relationship has no quantity and no find number.', link), '{"field": "quantity"}');
  end if;

  if link = 'Affects' then
    change_order := private.find_change_order(source.id::text, 'sourceItemId');
    if not dry_run then
      perform private.lock_plm('change order', change_order.id, false);
      change_order := private.find_change_order(source.id::text, 'sourceItemId');
      perform private.lock_plm('design', target.design_id, false);
      perform from plm.items i where i.id = target.id for update;
      target := private.find_item(target.id::text, 'targetItemId');
      source := change_order;
    end if;
    perform private.require_draft_change_order(change_order);
    perform private.require_program_right(change_order.program_id, 'write');
    action := private.require_affectable(change_order, target);
  else
    select * into subject from private.find_changeable(source.id::text, 'sourceItemId',
      private.input_text(input, 'changeOrderId', 200), 'change the structure of its items', dry_run);
    source := subject.item;
    change_order := subject.change_order;
    -- A link leads to an item, not to a revision: it is shown as the change order has it, else as it is now.
    target := private.find_item(target.item_number, 'targetItemId', null, change_order.id);
    foreign_order := private.change_order_of(target);
    if foreign_order is not null and change_order.id is distinct from foreign_order then
      perform private.refuse('INCOMPATIBLE', format('%s exists only on the branch of a change order. Name that change order.', target.item_number),
        jsonb_build_object('field', 'changeOrderId', 'changeOrderId', foreign_order));
    end if;
    select i.* into on_main from plm.items i where i.master_id = target.master_id and i.is_current;
    if (select l.is_closed from private.lifecycle_of(on_main.item_type, on_main.state) l) then
      perform private.refuse('ILLEGAL_STATE', format('%s is %s.', on_main.item_number, on_main.state),
        jsonb_build_object('state', on_main.state, 'allowed', '[]'::jsonb));
    end if;
  end if;

  if source.master_id = target.master_id then
    circle := array[source.master_id];
  elsif link = 'BOM' then
    circle := private.find_bom_path(target.master_id, source.master_id, change_order.id);
  end if;
  if circle is not null then
    perform private.refuse('CYCLE', format('%s would contain itself: %s.', source.item_number,
        (select string_agg(n, ' → ') from jsonb_array_elements_text(jsonb_build_array(source.item_number) || private.path_numbers(circle)) n)),
      jsonb_build_object('path', jsonb_build_array(source.item_number) || private.path_numbers(circle)));
  end if;
  if exists (
    select from plm.item_relationships r
    where r.source_master_id = source.master_id and r.target_master_id = target.master_id and r.relationship_type = link
      and (r.is_effective or r.change_order_id = change_order.id)
  ) then
    perform private.refuse('DUPLICATE', format('%s and %s already have this relationship.', source.item_number, target.item_number),
      jsonb_build_object('sourceItemId', source.id, 'targetItemId', target.id, 'type', link));
  end if;

  versions := jsonb_build_array(private.version_of('item', source.id, source.version), private.version_of('item', target.id, target.version));
  if link <> 'Affects' and change_order.id is not null then
    versions := versions || private.version_of('item', change_order.id, change_order.version);
  end if;
  if link = 'BOM' then
    amount := coalesce(amount, 1);
  end if;
  if dry_run then
    return jsonb_build_object('versions', versions, 'proposal', jsonb_build_object(
      'type', link, 'source', private.named_item(source), 'target', private.named_item(target),
      'quantity', trim_scale(amount), 'findNumber', place, 'referenceDesignator', designator, 'action', action,
      'changeOrder', private.named_item(change_order)));
  end if;

  perform private.require_unchanged(expected, versions);
  if link = 'Affects' then
    perform private.take_into_scope(change_order, target);
  else
    if change_order.id is not null then
      source := private.take_into_scope(change_order, source);
    end if;
    insert into plm.item_relationships (org_id, id, program_id, source_master_id, target_master_id, relationship_type, quantity,
      find_number, reference_designator, change_order_id, is_effective, created_by)
    values (me.org_id, link_id, source.program_id, source.master_id, target.master_id, link, amount,
      case when link = 'BOM' then coalesce(place, (
        select least(coalesce(max(r.find_number), 0) / 10 * 10 + 10, 99999) from plm.item_relationships r
        where r.source_master_id = source.master_id and r.relationship_type = 'BOM')) end,
      designator, change_order.id, change_order.id is null, me.user_id);
    perform private.note_history(source, 'related', jsonb_build_object(link, jsonb_build_object('from', null, 'to', target.item_number)),
      change_order => change_order.id);
  end if;
  return jsonb_build_object('programId', source.program_id, 'designId', source.design_id,
    'affected', jsonb_build_array(source.id, target.id), 'data', (
      select jsonb_build_object(
        'relationship', jsonb_build_object('id', r.id, 'type', r.relationship_type, 'quantity', trim_scale(r.quantity),
          'findNumber', r.find_number, 'referenceDesignator', r.reference_designator),
        'source', private.item_json(source), 'target', private.item_json(target),
        'changeOrder', case when change_order.id is not null then
          jsonb_build_object('id', change_order.id, 'itemNumber', change_order.item_number) end)
      from plm.item_relationships r
      where r.source_master_id = source.master_id and r.target_master_id = target.master_id and r.relationship_type = link
        and (r.is_effective or r.change_order_id = change_order.id)));
end
$$;

create or replace function plm.create_relationship(
  input jsonb, dry_run boolean, expected jsonb default null, effect_key text default null, audit jsonb default null
) returns jsonb
language sql
return private.run_effect('private.do_create_relationship', input, dry_run, expected, effect_key, audit);

grant execute on function private.find_bom_path(uuid, uuid, uuid), private.path_numbers(uuid[]),
  private.require_compatible(text, plm.items, plm.items), private.do_create_relationship(jsonb, boolean, jsonb),
  plm.create_relationship(jsonb, boolean, jsonb, text, jsonb) to groundwire_app;
