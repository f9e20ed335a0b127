-- An item has one row per revision. The rows of one item share master_id, which is the id of the first. One row is
-- current; an open change order works on copies beside it (is_working) until it is approved.
set local role groundwire_owner;

-- The lifecycles as data. `is_released`: changing the item needs a new revision. `is_merged`: the state that an
-- approved change order leads to. `is_closed`: no field changes any more.
create table private.lifecycle_states (
  item_type text not null check (item_type in ('Part', 'Document', 'ChangeOrder', 'Requirement', 'Task')),
  state text not null,
  ordinal integer not null,
  is_initial boolean not null default false,
  is_released boolean not null default false,
  is_merged boolean not null default false,
  is_closed boolean not null default false,
  primary key (item_type, state)
);

create table private.lifecycle_transitions (
  item_type text not null,
  from_state text not null,
  to_state text not null,
  primary key (item_type, from_state, to_state),
  foreign key (item_type, from_state) references private.lifecycle_states (item_type, state),
  foreign key (item_type, to_state) references private.lifecycle_states (item_type, state)
);

insert into private.lifecycle_states (item_type, state, ordinal, is_initial, is_released, is_merged, is_closed)
select t.item_type, s.state, s.ordinal, s.ordinal = 1, s.state = 'Released', s.state = 'Released',
  s.state in ('Obsolete', 'Superseded')
from unnest(array['Part', 'Document']) t (item_type),
  unnest(array['Draft', 'In Review', 'Approved', 'Released', 'Obsolete', 'Superseded']) with ordinality s (state, ordinal);
insert into private.lifecycle_states (item_type, state, ordinal, is_initial, is_released, is_merged, is_closed)
select 'Requirement', s.state, s.ordinal, s.ordinal = 1, s.state in ('Approved', 'Implemented', 'Verified'),
  s.state = 'Approved', s.state in ('Rejected', 'Superseded')
from unnest(array['Draft', 'Proposed', 'In Review', 'Approved', 'Implemented', 'Verified', 'Rejected', 'Superseded'])
  with ordinality s (state, ordinal);
insert into private.lifecycle_states (item_type, state, ordinal, is_initial)
select 'Task', s.state, s.ordinal, s.ordinal = 1
from unnest(array['Backlog', 'To Do', 'In Progress', 'In Review', 'Done', 'Cancelled']) with ordinality s (state, ordinal);
insert into private.lifecycle_states (item_type, state, ordinal, is_initial)
select 'ChangeOrder', s.state, s.ordinal, s.ordinal = 1
from unnest(array['Draft', 'In Review', 'Approved']) with ordinality s (state, ordinal);

-- One step forward. A requirement can also be rejected and a task canceled at any time before its end, and a change
-- order goes back to Draft. Only a merge leads to Superseded.
insert into private.lifecycle_transitions (item_type, from_state, to_state)
select a.item_type, a.state, b.state
from private.lifecycle_states a
join private.lifecycle_states b on b.item_type = a.item_type and b.ordinal = a.ordinal + 1
where b.state not in ('Superseded', 'Rejected', 'Cancelled')
  and a.state not in ('Rejected', 'Cancelled', 'Superseded');
insert into private.lifecycle_transitions (item_type, from_state, to_state)
select s.item_type, s.state, case s.item_type when 'Task' then 'Cancelled' else 'Rejected' end
from private.lifecycle_states s
where (s.item_type = 'Task' and s.state not in ('Done', 'Cancelled'))
  or (s.item_type = 'Requirement' and s.state not in ('Verified', 'Rejected', 'Superseded'));
insert into private.lifecycle_transitions (item_type, from_state, to_state) values ('ChangeOrder', 'In Review', 'Draft');

-- One row per kind of number and organization. The row's lock keeps concurrent writers apart; a number lost to a
-- rollback is reused.
create table private.item_counters (
  org_id uuid not null,
  prefix text not null check (prefix in ('PN', 'DOC', 'ECO', 'REQ', 'TSK')),
  last bigint not null,
  primary key (org_id, prefix)
);

-- `main` is the design's own branch. A change order has an `eco` branch in each design that it touches.
create table plm.branches (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  program_id uuid not null,
  design_id uuid not null,
  change_order_id uuid,
  name text not null check (length(name) between 1 and 100),
  branch_type text not null check (branch_type in ('main', 'eco', 'workspace', 'release')),
  is_locked boolean not null default false,
  is_archived boolean not null default false,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (org_id, id),
  unique (org_id, design_id, id),
  unique (org_id, program_id, id),
  foreign key (org_id, program_id, design_id) references plm.designs (org_id, program_id, id),
  check ((branch_type = 'eco') = (change_order_id is not null))
);
create unique index branches_main on plm.branches (org_id, design_id) where branch_type = 'main';
create unique index branches_of_change_order on plm.branches (org_id, change_order_id, design_id)
  where branch_type = 'eco';

create table plm.items (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  master_id uuid not null,
  program_id uuid not null,
  design_id uuid,
  branch_id uuid,
  item_number text not null check (item_number ~ '^(PN|DOC|ECO|REQ|TSK)-[0-9]{6,12}$'),
  revision text not null default 'A' check (revision ~ '^[A-HJ-NP-Z]{1,6}$'),
  item_type text not null,
  name text not null check (length(name) between 1 and 200),
  description text not null default '' check (length(description) <= 4000),
  state text not null,
  is_current boolean not null default true,
  is_working boolean not null default false,
  -- Current, or new in an open change order: what lists of items show.
  is_listed boolean not null generated always as (is_current or (is_working and master_id = id)) stored,
  search_text text not null generated always as (lower(' ' || item_number || ' ' || name)) stored,
  version bigint not null default 1,
  created_by uuid references public.users (id),
  updated_by uuid references public.users (id),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (org_id, id),
  unique (org_id, program_id, id),
  foreign key (org_id, program_id) references plm.programs (org_id, id),
  foreign key (org_id, program_id, design_id) references plm.designs (org_id, program_id, id),
  foreign key (org_id, design_id, branch_id) references plm.branches (org_id, design_id, id),
  foreign key (org_id, master_id) references plm.items (org_id, id),
  foreign key (item_type, state) references private.lifecycle_states (item_type, state),
  check (not (is_current and is_working)),
  check (design_id is not null or item_type in ('ChangeOrder', 'Task')),
  check (design_id is null or branch_id is not null)
);
create unique index items_current on plm.items (org_id, master_id) where is_current;
create unique index items_revision on plm.items (org_id, master_id, revision) where not is_working;
create unique index items_working on plm.items (org_id, master_id, branch_id) where is_working;
create unique index items_number on plm.items (org_id, item_number) where id = master_id;
create index items_of_design on plm.items (org_id, design_id, item_number) where is_listed;
create index items_released on plm.items (org_id, design_id) where is_current and state = 'Released';
create index items_on_branch on plm.items (org_id, branch_id) where is_working;
create index items_of_program on plm.items (org_id, program_id, item_number) where is_listed;
create index items_of_program_state on plm.items (org_id, program_id, state, item_number) where is_listed;

-- The designs of a change order. It is visible from every program that it touches.
create table plm.change_order_designs (
  org_id uuid not null,
  change_order_id uuid not null,
  design_id uuid not null,
  program_id uuid not null,
  branch_id uuid not null,
  merge_status text not null default 'open' check (merge_status in ('open', 'merged')),
  merged_at timestamptz(3),
  updated_at timestamptz(3) not null default now(),
  primary key (org_id, change_order_id, design_id),
  foreign key (org_id, change_order_id) references plm.items (org_id, id),
  foreign key (org_id, program_id, design_id) references plm.designs (org_id, program_id, id),
  foreign key (org_id, design_id, branch_id) references plm.branches (org_id, design_id, id)
);
create index change_order_designs_of_program on plm.change_order_designs (org_id, program_id, change_order_id);

alter table plm.branches add foreign key (org_id, change_order_id) references plm.items (org_id, id);

--!needs functions/plm/lifecycle.sql

create trigger open_main_branch after insert on plm.designs for each row execute function private.open_main_branch();

--!needs functions/plm/find-items.sql

-- fastupdate off: each look-up would read the pending list again, once per program.
create index items_words on plm.items using gin (org_id, private.search_keys(program_id, search_text))
  with (fastupdate = off) where is_listed;

alter table plm.branches enable row level security;
alter table plm.branches force row level security;
create policy select_in_own_programs on plm.branches for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and program_id = any ((select private.programs_for('read'))::uuid[])
  );
create policy insert_eco_branch on plm.branches for insert to groundwire_app
  with check (
    org_id = (select c.org_id from private.claim() c where 'parts:create' = any (c.permissions) or 'parts:update' = any (c.permissions) or 'change_orders:create' = any (c.permissions) or 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('create_eco'))::uuid[])
  );
create policy update_with_change_orders_update on plm.branches for update to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c where 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  )
  with check (
    org_id = (select c.org_id from private.claim() c where 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
grant select on plm.branches to groundwire_app;
grant insert (org_id, id, program_id, design_id, change_order_id, name, branch_type) on plm.branches to groundwire_app;
grant update (is_locked, is_archived, updated_at) on plm.branches to groundwire_app;

alter table plm.items enable row level security;
alter table plm.items force row level security;
create policy select_in_touched_programs on plm.items for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and (
      program_id = any ((select private.programs_for('read'))::uuid[])
      or (item_type = 'ChangeOrder' and exists (
        select from plm.change_order_designs d where d.org_id = items.org_id and d.change_order_id = items.id
      ))
    )
  );
-- Members who may change the item, or open a change order on it, may create its working copy.
create policy insert_with_permission_of_type on plm.items for insert to groundwire_app
  with check (
    (org_id, created_by) = (
      select c.org_id, c.user_id from private.claim() c
      where ('parts:create' = any (c.permissions) and item_type <> 'ChangeOrder')
        or ('change_orders:create' = any (c.permissions) and (item_type = 'ChangeOrder' or is_working))
        or ('parts:update' = any (c.permissions) and is_working and item_type <> 'ChangeOrder')
    )
    and program_id = any ((select private.programs_for('write'))::uuid[])
  );
create policy update_with_permission_of_type on plm.items for update to groundwire_app
  using (
    org_id = (
      select c.org_id from private.claim() c
      where 'change_orders:update' = any (c.permissions)
        or ('parts:update' = any (c.permissions) and item_type <> 'ChangeOrder')
        or ('tasks:update' = any (c.permissions) and item_type = 'Task')
    )
    and program_id = any ((select private.programs_for('write'))::uuid[])
  )
  with check (
    org_id = (
      select c.org_id from private.claim() c
      where 'change_orders:update' = any (c.permissions)
        or ('parts:update' = any (c.permissions) and item_type <> 'ChangeOrder')
        or ('tasks:update' = any (c.permissions) and item_type = 'Task')
    )
    and program_id = any ((select private.programs_for('write'))::uuid[])
    and (
      item_type <> 'ChangeOrder' or state <> 'Approved'
      or program_id = any ((select private.programs_for('approve_eco'))::uuid[])
    )
  );
create policy select_for_definer on plm.items for select to groundwire_owner using (true);
grant select on plm.items to groundwire_app;
grant insert (
  org_id, id, master_id, program_id, design_id, branch_id, item_number, revision, item_type, name, description, state,
  is_current, is_working, created_by, updated_by
) on plm.items to groundwire_app;
grant update (branch_id, revision, name, description, state, is_current, is_working, version, updated_by, updated_at)
  on plm.items to groundwire_app;

alter table plm.change_order_designs enable row level security;
alter table plm.change_order_designs force row level security;
create policy select_in_own_programs on plm.change_order_designs for select to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c)
    and program_id = any ((select private.programs_for('read'))::uuid[])
  );
create policy insert_with_create_eco on plm.change_order_designs for insert to groundwire_app
  with check (
    org_id = (select c.org_id from private.claim() c where 'parts:create' = any (c.permissions) or 'parts:update' = any (c.permissions) or 'change_orders:create' = any (c.permissions) or 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('create_eco'))::uuid[])
  );
create policy update_with_approve_eco on plm.change_order_designs for update to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c where 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('approve_eco'))::uuid[])
  )
  with check (
    org_id = (select c.org_id from private.claim() c where 'change_orders:update' = any (c.permissions))
    and program_id = any ((select private.programs_for('approve_eco'))::uuid[])
  );
create policy select_for_definer on plm.change_order_designs for select to groundwire_owner using (true);
grant select on plm.change_order_designs to groundwire_app;
grant insert (org_id, change_order_id, design_id, program_id, branch_id) on plm.change_order_designs to groundwire_app;
grant update (merge_status, merged_at, updated_at) on plm.change_order_designs to groundwire_app;
