// The drizzle tables of change in schema plm: change orders, workflows, votes, design sessions. See plm.ts.
import { jsonb, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { count, instant } from './core.ts';
import { plm } from './plm.ts';

export const changeOrders = plm.table(
  'change_orders',
  {
    orgId: uuid('org_id').notNull(),
    itemId: uuid('item_id').notNull(),
    programId: uuid('program_id').notNull(),
    changeType: text('change_type', { enum: ['ECO', 'ECN', 'Deviation', 'MCO'] }).notNull(),
    priority: text('priority').notNull(),
    reason: text('reason').notNull(),
    impact: text('impact').notNull(),
    state: text('state').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.itemId] })],
);

export const changeOrderItems = plm.table(
  'change_order_items',
  {
    orgId: uuid('org_id').notNull(),
    changeOrderId: uuid('change_order_id').notNull(),
    masterId: uuid('master_id').notNull(),
    programId: uuid('program_id').notNull(),
    designId: uuid('design_id').notNull(),
    action: text('action', { enum: ['release', 'revise', 'obsolete', 'add', 'remove', 'promote'] }).notNull(),
    baseItemId: uuid('base_item_id'),
    workingItemId: uuid('working_item_id'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.changeOrderId, table.masterId] })],
);

export const branchItems = plm.table(
  'branch_items',
  {
    orgId: uuid('org_id').notNull(),
    branchId: uuid('branch_id').notNull(),
    itemId: uuid('item_id').notNull(),
    programId: uuid('program_id').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.branchId, table.itemId] })],
);

export const workflowDefinitions = plm.table(
  'workflow_definitions',
  {
    orgId: uuid('org_id').notNull(),
    name: text('name').notNull(),
    itemType: text('item_type').notNull(),
    steps: jsonb('steps').$type<unknown>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.name] })],
);

export const workflowInstances = plm.table(
  'workflow_instances',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    changeOrderId: uuid('change_order_id').notNull(),
    programId: uuid('program_id').notNull(),
    definitionName: text('definition_name').notNull(),
    step: text('step').notNull(),
    status: text('status').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const workflowHistory = plm.table(
  'workflow_history',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    changeOrderId: uuid('change_order_id').notNull(),
    programId: uuid('program_id').notNull(),
    userId: uuid('user_id').notNull(),
    fromStep: text('from_step'),
    toStep: text('to_step').notNull(),
    comments: text('comments'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const approvalVotes = plm.table(
  'approval_votes',
  {
    orgId: uuid('org_id').notNull(),
    changeOrderId: uuid('change_order_id').notNull(),
    programId: uuid('program_id').notNull(),
    userId: uuid('user_id').notNull(),
    vote: text('vote').notNull(),
    comments: text('comments'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.changeOrderId, table.programId, table.userId] })],
);

export const designSessions = plm.table(
  'design_sessions',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    programId: uuid('program_id').notNull(),
    designId: uuid('design_id'),
    description: text('description').notNull(),
    status: text('status').notNull(),
    createdBy: uuid('created_by').notNull(),
    version: count('version').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);
