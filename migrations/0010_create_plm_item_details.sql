-- What each item type adds to an item, one row per revision; the history of every change; and the links between items.
-- The program's id is in every row, as in the item itself, so that a policy needs no join.
set local role groundwire_owner;

create table plm.parts (
  org_id uuid not null,
  item_id uuid not null,
  program_id uuid not null,
  part_type text not null default 'Manufacture' check (part_type in ('Manufacture', 'Purchase', 'Software', 'Phantom')),
  material text check (length(material) <= 200),
  cost numeric(14, 4) check (cost >= 0),
  currency text check (currency ~ '^[A-Z]{3}$'),
  weight numeric(14, 4) check (weight >= 0),
  weight_unit text check (weight_unit in ('mg', 'g', 'kg', 't', 'oz', 'lb')),
  primary key (org_id, item_id),
  foreign key (org_id, program_id, item_id) references plm.items (org_id, program_id, id),
  check ((cost is null) = (currency is null)),
  check ((weight is null) = (weight_unit is null))
);

alter table plm.parts enable row level security;
alter table plm.parts force row level security;
create policy select_in_own_programs on plm.parts for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and program_id = any ((select private.programs_for('read'))::uuid[])
  );
create policy insert_with_permission on plm.parts for insert to groundwire_app
  with check (
    org_id = (select c.org_id from private.claim() c where 'parts:create' = any (c.permissions) or 'parts:update' = any (c.permissions) or 'change_orders:create' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
create policy update_with_permission on plm.parts for update to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c where 'parts:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  )
  with check (
    org_id = (select c.org_id from private.claim() c where 'parts:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
grant select on plm.parts to groundwire_app;
grant insert (org_id, item_id, program_id, part_type, material, cost, currency, weight, weight_unit) on plm.parts to groundwire_app;
grant update (part_type, material, cost, currency, weight, weight_unit) on plm.parts to groundwire_app;

create table plm.documents (
  org_id uuid not null,
  item_id uuid not null,
  program_id uuid not null,
  document_type text not null default 'Other'
    check (document_type in ('Drawing', 'Specification', 'Procedure', 'Report', 'Manual', 'Other')),
  file_name text check (length(file_name) <= 255),
  primary key (org_id, item_id),
  foreign key (org_id, program_id, item_id) references plm.items (org_id, program_id, id)
);

alter table plm.documents enable row level security;
alter table plm.documents force row level security;
create policy select_in_own_programs on plm.documents for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and program_id = any ((select private.programs_for('read'))::uuid[])
  );
create policy insert_with_permission on plm.documents for insert to groundwire_app
  with check (
    org_id = (select c.org_id from private.claim() c where 'parts:create' = any (c.permissions) or 'parts:update' = any (c.permissions) or 'change_orders:create' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
create policy update_with_permission on plm.documents for update to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c where 'parts:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  )
  with check (
    org_id = (select c.org_id from private.claim() c where 'parts:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
grant select on plm.documents to groundwire_app;
grant insert (org_id, item_id, program_id, document_type, file_name) on plm.documents to groundwire_app;
grant update (document_type, file_name) on plm.documents to groundwire_app;

create table plm.requirements (
  org_id uuid not null,
  item_id uuid not null,
  program_id uuid not null,
  requirement_type text not null default 'Functional'
    check (requirement_type in ('Functional', 'Performance', 'Interface', 'Constraint', 'Other')),
  primary key (org_id, item_id),
  foreign key (org_id, program_id, item_id) references plm.items (org_id, program_id, id)
);

alter table plm.requirements enable row level security;
alter table plm.requirements force row level security;
create policy select_in_own_programs on plm.requirements for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and program_id = any ((select private.programs_for('read'))::uuid[])
  );
create policy insert_with_permission on plm.requirements for insert to groundwire_app
  with check (
    org_id = (select c.org_id from private.claim() c where 'parts:create' = any (c.permissions) or 'parts:update' = any (c.permissions) or 'change_orders:create' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
create policy update_with_permission on plm.requirements for update to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c where 'parts:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  )
  with check (
    org_id = (select c.org_id from private.claim() c where 'parts:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
grant select on plm.requirements to groundwire_app;
grant insert (org_id, item_id, program_id, requirement_type) on plm.requirements to groundwire_app;
grant update (requirement_type) on plm.requirements to groundwire_app;

create table plm.tasks (
  org_id uuid not null,
  item_id uuid not null,
  program_id uuid not null,
  priority text not null default 'medium' check (priority in ('low', 'medium', 'high', 'critical')),
  assignee uuid references public.users (id),
  due_date date check (due_date between '1970-01-01' and '2200-01-01'),
  primary key (org_id, item_id),
  foreign key (org_id, program_id, item_id) references plm.items (org_id, program_id, id)
);

alter table plm.tasks enable row level security;
alter table plm.tasks force row level security;
create policy select_in_own_programs on plm.tasks for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and program_id = any ((select private.programs_for('read'))::uuid[])
  );
create policy insert_with_permission on plm.tasks for insert to groundwire_app
  with check (
    org_id = (select c.org_id from private.claim() c where 'parts:create' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
create policy update_with_permission on plm.tasks for update to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c where 'parts:update' = any (c.permissions) or 'tasks:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  )
  with check (
    org_id = (select c.org_id from private.claim() c where 'parts:update' = any (c.permissions) or 'tasks:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
grant select on plm.tasks to groundwire_app;
grant insert (org_id, item_id, program_id, priority, assignee, due_date) on plm.tasks to groundwire_app;
grant update (priority, assignee, due_date) on plm.tasks to groundwire_app;

create table plm.item_history (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  program_id uuid not null,
  item_id uuid not null,
  master_id uuid not null,
  user_id uuid not null references public.users (id),
  action text not null check (length(action) between 1 and 40),
  revision text not null,
  -- {field: {from, to}}
  changes jsonb not null default '{}' check (jsonb_typeof(changes) = 'object'),
  comments text check (length(comments) <= 2000),
  change_order_id uuid,
  created_at timestamptz(3) not null default now(),
  primary key (org_id, id),
  foreign key (org_id, program_id, item_id) references plm.items (org_id, program_id, id),
  foreign key (org_id, master_id) references plm.items (org_id, id),
  foreign key (org_id, change_order_id) references plm.items (org_id, id)
);
create index item_history_newest on plm.item_history (org_id, master_id, created_at desc, id desc);

alter table plm.item_history enable row level security;
alter table plm.item_history force row level security;
create policy select_in_touched_programs on plm.item_history for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and (program_id = any ((select private.programs_for('read'))::uuid[]) or exists (
      select from plm.change_order_designs d
      where d.org_id = item_history.org_id and d.change_order_id = item_history.master_id
    ))
  );
create policy insert_own_with_permission on plm.item_history for insert to groundwire_app
  with check (
    (org_id, user_id) = (select c.org_id, c.user_id from private.claim() c where 'parts:create' = any (c.permissions) or 'parts:update' = any (c.permissions) or 'tasks:update' = any (c.permissions) or 'change_orders:create' = any (c.permissions) or 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
grant select on plm.item_history to groundwire_app;
grant insert (
  org_id, id, program_id, item_id, master_id, user_id, action, revision, changes, comments, change_order_id
) on plm.item_history to groundwire_app;

create table plm.item_relationships (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  -- The program of the source. People who see the assembly see that it has a component; the component itself has its
  -- own program.
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
