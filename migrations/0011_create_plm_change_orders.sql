-- A change order is an item with a scope, a branch in each design and a workflow. Approving it needs a vote in each
-- program that it touches. Steps and votes are kept for good.
set local role groundwire_owner;

create table plm.change_orders (
  org_id uuid not null,
  item_id uuid not null,
  program_id uuid not null,
  change_type text not null default 'ECO' check (change_type in ('ECO', 'ECN', 'Deviation', 'MCO')),
  priority text not null default 'medium' check (priority in ('low', 'medium', 'high', 'critical')),
  reason text not null default '' check (length(reason) <= 4000),
  impact text not null default '' check (length(impact) <= 4000),
  state text not null default 'Draft' check (state in ('Draft', 'In Review', 'Approved')),
  updated_at timestamptz(3) not null default now(),
  primary key (org_id, item_id),
  foreign key (org_id, program_id, item_id) references plm.items (org_id, program_id, id)
);

alter table plm.change_orders enable row level security;
alter table plm.change_orders force row level security;
create policy select_in_touched_programs on plm.change_orders for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and (program_id = any ((select private.programs_for('read'))::uuid[]) or exists (
      select from plm.change_order_designs d where d.org_id = change_orders.org_id and d.change_order_id = change_orders.item_id
    ))
  );
create policy insert_with_change_orders_create on plm.change_orders for insert to groundwire_app
  with check (
    org_id = (select c.org_id from private.claim() c where 'change_orders:create' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
create policy update_with_change_orders_update on plm.change_orders for update to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c where 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  )
  with check (
    org_id = (select c.org_id from private.claim() c where 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
    and (state <> 'Approved' or program_id = any ((select private.programs_for('approve_eco'))::uuid[]))
  );
grant select on plm.change_orders to groundwire_app;
grant insert (org_id, item_id, program_id, change_type, priority, reason, impact) on plm.change_orders to groundwire_app;
grant update (priority, reason, impact, state, updated_at) on plm.change_orders to groundwire_app;

-- `base_item_id` is the revision that was current when the item came into the scope; if another one is current at the
-- merge, the merge is refused. `working_item_id` is the copy that becomes current.
create table plm.change_order_items (
  org_id uuid not null,
  change_order_id uuid not null,
  master_id uuid not null,
  program_id uuid not null,
  design_id uuid not null,
  action text not null check (action in ('release', 'revise', 'obsolete', 'add', 'remove', 'promote')),
  base_item_id uuid,
  working_item_id uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (org_id, change_order_id, master_id),
  foreign key (org_id, change_order_id, design_id) references plm.change_order_designs (org_id, change_order_id, design_id),
  foreign key (org_id, program_id, master_id) references plm.items (org_id, program_id, id),
  foreign key (org_id, program_id, base_item_id) references plm.items (org_id, program_id, id),
  foreign key (org_id, program_id, working_item_id) references plm.items (org_id, program_id, id),
  check (base_item_id is not null or working_item_id is not null)
);
create index change_order_items_of_item on plm.change_order_items (org_id, master_id);

alter table plm.change_order_items enable row level security;
alter table plm.change_order_items force row level security;
create policy select_in_own_programs on plm.change_order_items for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and program_id = any ((select private.programs_for('read'))::uuid[])
  );
create policy insert_with_permission on plm.change_order_items for insert to groundwire_app
  with check (
    org_id = (select c.org_id from private.claim() c where 'parts:create' = any (c.permissions) or 'parts:update' = any (c.permissions) or 'change_orders:create' = any (c.permissions) or 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
create policy update_with_permission on plm.change_order_items for update to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c where 'parts:update' = any (c.permissions) or 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  )
  with check (
    org_id = (select c.org_id from private.claim() c where 'parts:update' = any (c.permissions) or 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
grant select on plm.change_order_items to groundwire_app;
grant insert (org_id, change_order_id, master_id, program_id, design_id, action, base_item_id, working_item_id)
  on plm.change_order_items to groundwire_app;
grant update (working_item_id, updated_at) on plm.change_order_items to groundwire_app;

-- The items on a change order's branch in a design.
create table plm.branch_items (
  org_id uuid not null,
  branch_id uuid not null,
  item_id uuid not null,
  program_id uuid not null,
  created_at timestamptz(3) not null default now(),
  primary key (org_id, branch_id, item_id),
  foreign key (org_id, program_id, branch_id) references plm.branches (org_id, program_id, id),
  foreign key (org_id, program_id, item_id) references plm.items (org_id, program_id, id)
);

alter table plm.branch_items enable row level security;
alter table plm.branch_items force row level security;
create policy select_in_own_programs on plm.branch_items for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and program_id = any ((select private.programs_for('read'))::uuid[])
  );
create policy insert_with_permission on plm.branch_items for insert to groundwire_app
  with check (
    org_id = (select c.org_id from private.claim() c where 'parts:create' = any (c.permissions) or 'parts:update' = any (c.permissions) or 'change_orders:create' = any (c.permissions) or 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
grant select on plm.branch_items to groundwire_app;
grant insert (org_id, branch_id, item_id, program_id) on plm.branch_items to groundwire_app;

create table plm.workflow_definitions (
  org_id uuid not null references public.orgs (id),
  name text not null check (length(name) between 1 and 100),
  item_type text not null default 'ChangeOrder' check (item_type = 'ChangeOrder'),
  steps jsonb not null check (jsonb_typeof(steps) = 'array'),
  created_at timestamptz(3) not null default now(),
  primary key (org_id, name)
);

alter table plm.workflow_definitions enable row level security;
alter table plm.workflow_definitions force row level security;
create policy select_own_org on plm.workflow_definitions for select to groundwire_app
  using (org_id = (select c.org_id from private.claim() c where c.kind = 'user'));
grant select on plm.workflow_definitions to groundwire_app;

create trigger add_standard_workflow after insert on public.orgs
  for each row execute function private.add_standard_workflow();

create table plm.workflow_instances (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  change_order_id uuid not null,
  program_id uuid not null,
  definition_name text not null,
  step text not null,
  status text not null default 'active' check (status in ('active', 'completed')),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (org_id, id),
  unique (org_id, change_order_id),
  foreign key (org_id, definition_name) references plm.workflow_definitions (org_id, name),
  foreign key (org_id, program_id, change_order_id) references plm.items (org_id, program_id, id)
);

alter table plm.workflow_instances enable row level security;
alter table plm.workflow_instances force row level security;
create policy select_in_touched_programs on plm.workflow_instances for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and (program_id = any ((select private.programs_for('read'))::uuid[]) or exists (
      select from plm.change_order_designs d where d.org_id = workflow_instances.org_id and d.change_order_id = workflow_instances.change_order_id
    ))
  );
create policy insert_with_change_orders_create on plm.workflow_instances for insert to groundwire_app
  with check (
    org_id = (select c.org_id from private.claim() c where 'change_orders:create' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
create policy update_with_change_orders_update on plm.workflow_instances for update to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c where 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  )
  with check (
    org_id = (select c.org_id from private.claim() c where 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
grant select on plm.workflow_instances to groundwire_app;
grant insert (org_id, id, change_order_id, program_id, definition_name, step) on plm.workflow_instances to groundwire_app;
grant update (step, status, updated_at) on plm.workflow_instances to groundwire_app;

create table plm.workflow_history (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  change_order_id uuid not null,
  program_id uuid not null,
  user_id uuid not null references public.users (id),
  from_step text,
  to_step text not null,
  comments text check (length(comments) <= 2000),
  created_at timestamptz(3) not null default now(),
  primary key (org_id, id),
  foreign key (org_id, program_id, change_order_id) references plm.items (org_id, program_id, id)
);
create index workflow_history_of_change_order on plm.workflow_history (org_id, change_order_id, created_at);

alter table plm.workflow_history enable row level security;
alter table plm.workflow_history force row level security;
create policy select_in_touched_programs on plm.workflow_history for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and (program_id = any ((select private.programs_for('read'))::uuid[]) or exists (
      select from plm.change_order_designs d where d.org_id = workflow_history.org_id and d.change_order_id = workflow_history.change_order_id
    ))
  );
create policy insert_own_with_permission on plm.workflow_history for insert to groundwire_app
  with check (
    (org_id, user_id) = (select c.org_id, c.user_id from private.claim() c where 'change_orders:create' = any (c.permissions) or 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
grant select on plm.workflow_history to groundwire_app;
grant insert (org_id, id, change_order_id, program_id, user_id, from_step, to_step, comments)
  on plm.workflow_history to groundwire_app;

-- One vote per program and person: `program_id` is the program for which the vote counts.
create table plm.approval_votes (
  org_id uuid not null,
  change_order_id uuid not null,
  program_id uuid not null,
  user_id uuid not null references public.users (id),
  vote text not null default 'approve' check (vote in ('approve', 'reject')),
  comments text check (length(comments) <= 2000),
  created_at timestamptz(3) not null default now(),
  primary key (org_id, change_order_id, program_id, user_id),
  foreign key (org_id, change_order_id) references plm.items (org_id, id),
  foreign key (org_id, program_id) references plm.programs (org_id, id)
);

alter table plm.approval_votes enable row level security;
alter table plm.approval_votes force row level security;
create policy select_in_touched_programs on plm.approval_votes for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and (program_id = any ((select private.programs_for('read'))::uuid[]) or exists (
      select from plm.change_order_designs d where d.org_id = approval_votes.org_id and d.change_order_id = approval_votes.change_order_id
    ))
  );
create policy insert_own_with_approve_eco on plm.approval_votes for insert to groundwire_app
  with check (
    (org_id, user_id) = (select c.org_id, c.user_id from private.claim() c where 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('approve_eco'))::uuid[])
  );
grant select on plm.approval_votes to groundwire_app;
grant insert (org_id, change_order_id, program_id, user_id, vote, comments) on plm.approval_votes to groundwire_app;
