-- Why: links go from item to item, whatever their revisions, so that where-used survives a revise. A link that a change
-- order adds is there for that change order alone until it is approved; then it becomes effective.
set local role groundwire_owner;

create table plm.item_relationships (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  -- The source's. Who sees the assembly sees that something is in it; the component itself has its own program.
  program_id uuid not null,
  source_master_id uuid not null,
  target_master_id uuid not null,
  relationship_type text not null check (relationship_type in ('BOM', 'Document', 'Affects')),
  quantity numeric(14, 4) check (quantity > 0 and quantity <= 1000000),
  find_number integer check (find_number between 1 and 99999),
  reference_designator text check (length(reference_designator) <= 500),
  change_order_id uuid,
  is_effective boolean not null default true,
  created_by uuid references public.users (id),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (org_id, id),
  foreign key (org_id, program_id, source_master_id) references plm.items (org_id, program_id, id),
  foreign key (org_id, target_master_id) references plm.items (org_id, id),
  foreign key (org_id, change_order_id) references plm.items (org_id, id),
  check (is_effective or change_order_id is not null),
  check (source_master_id <> target_master_id),
  check ((relationship_type = 'BOM') = (quantity is not null))
);
create unique index item_relationships_once on plm.item_relationships
  (org_id, source_master_id, target_master_id, relationship_type) where is_effective;
create unique index item_relationships_proposed on plm.item_relationships
  (org_id, change_order_id, source_master_id, target_master_id, relationship_type) where not is_effective;
create index item_relationships_down on plm.item_relationships (org_id, source_master_id, relationship_type);
create index item_relationships_up on plm.item_relationships (org_id, target_master_id, relationship_type);

-- The way down from one item to another by BOM links, shortest first; null where there is none. Sees the whole org, since
-- a cycle through a program that the user is not a member of is one as well; the caller shows only what the user sees.
-- Links that the change order has not merged yet count too.
create function private.find_bom_path(from_master uuid, to_master uuid, in_change_order uuid default null) returns uuid[]
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
grant execute on function private.find_bom_path(uuid, uuid, uuid) to groundwire_app;

alter table plm.item_relationships enable row level security;
alter table plm.item_relationships force row level security;
create policy select_in_own_programs on plm.item_relationships for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and program_id = any ((select private.programs_for('read'))::uuid[])
  );
create policy insert_with_permission on plm.item_relationships for insert to groundwire_app
  with check (
    org_id = (select c.org_id from private.claim() c where 'parts:update' = any (c.permissions) or 'change_orders:create' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
create policy update_with_permission on plm.item_relationships for update to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c where 'parts:update' = any (c.permissions) or 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  )
  with check (
    org_id = (select c.org_id from private.claim() c where 'parts:update' = any (c.permissions) or 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
create policy select_for_definer on plm.item_relationships for select to groundwire_owner using (true);
grant select on plm.item_relationships to groundwire_app;
grant insert (
  org_id, id, program_id, source_master_id, target_master_id, relationship_type, quantity, find_number,
  reference_designator, change_order_id, is_effective, created_by
) on plm.item_relationships to groundwire_app;
grant update (is_effective, updated_at) on plm.item_relationships to groundwire_app;
