// The drizzle tables of schema plm. The SQL files create them; a test compares this file with the migrated database. Tools
// call the functions of the schema; these tables are for joins and for reading by hand.
import { boolean, date, integer, jsonb, numeric, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { count, instant } from './core.ts';

export const plm = pgSchema('plm');

export const programs = plm.table(
  'programs',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    code: text('code').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull(),
    customer: text('customer'),
    status: text('status', { enum: ['Active', 'On Hold', 'Completed', 'Cancelled'] }).notNull(),
    version: count('version').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const programMembers = plm.table(
  'program_members',
  {
    orgId: uuid('org_id').notNull(),
    programId: uuid('program_id').notNull(),
    userId: uuid('user_id').notNull(),
    role: text('role', { enum: ['admin', 'lead', 'engineer', 'viewer'] }).notNull(),
    canCreateEco: boolean('can_create_eco').notNull(),
    canApproveEco: boolean('can_approve_eco').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.programId, table.userId] })],
);

export const designs = plm.table(
  'designs',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    programId: uuid('program_id').notNull(),
    code: text('code').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull(),
    designType: text('design_type', { enum: ['Engineering', 'Library', 'Family', 'Manufacturing'] }).notNull(),
    isArchived: boolean('is_archived').notNull(),
    version: count('version').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const branches = plm.table(
  'branches',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    programId: uuid('program_id').notNull(),
    designId: uuid('design_id').notNull(),
    changeOrderId: uuid('change_order_id'),
    name: text('name').notNull(),
    branchType: text('branch_type', { enum: ['main', 'eco', 'workspace', 'release'] }).notNull(),
    isLocked: boolean('is_locked').notNull(),
    isArchived: boolean('is_archived').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const items = plm.table(
  'items',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    masterId: uuid('master_id').notNull(),
    programId: uuid('program_id').notNull(),
    designId: uuid('design_id'),
    branchId: uuid('branch_id'),
    itemNumber: text('item_number').notNull(),
    revision: text('revision').notNull(),
    itemType: text('item_type', { enum: ['Part', 'Document', 'ChangeOrder', 'Requirement', 'Task'] }).notNull(),
    name: text('name').notNull(),
    description: text('description').notNull(),
    state: text('state').notNull(),
    isCurrent: boolean('is_current').notNull(),
    isWorking: boolean('is_working').notNull(),
    isListed: boolean('is_listed').notNull(),
    searchText: text('search_text').notNull(),
    version: count('version').notNull(),
    createdBy: uuid('created_by'),
    updatedBy: uuid('updated_by'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const changeOrderDesigns = plm.table(
  'change_order_designs',
  {
    orgId: uuid('org_id').notNull(),
    changeOrderId: uuid('change_order_id').notNull(),
    designId: uuid('design_id').notNull(),
    programId: uuid('program_id').notNull(),
    branchId: uuid('branch_id').notNull(),
    mergeStatus: text('merge_status').notNull(),
    mergedAt: instant('merged_at'),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.changeOrderId, table.designId] })],
);

export const parts = plm.table(
  'parts',
  {
    orgId: uuid('org_id').notNull(),
    itemId: uuid('item_id').notNull(),
    programId: uuid('program_id').notNull(),
    partType: text('part_type', { enum: ['Manufacture', 'Purchase', 'Software', 'Phantom'] }).notNull(),
    material: text('material'),
    cost: numeric('cost', { precision: 14, scale: 4 }),
    currency: text('currency'),
    weight: numeric('weight', { precision: 14, scale: 4 }),
    weightUnit: text('weight_unit'),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.itemId] })],
);

export const documents = plm.table(
  'documents',
  {
    orgId: uuid('org_id').notNull(),
    itemId: uuid('item_id').notNull(),
    programId: uuid('program_id').notNull(),
    documentType: text('document_type').notNull(),
    fileName: text('file_name'),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.itemId] })],
);

export const requirements = plm.table(
  'requirements',
  {
    orgId: uuid('org_id').notNull(),
    itemId: uuid('item_id').notNull(),
    programId: uuid('program_id').notNull(),
    requirementType: text('requirement_type').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.itemId] })],
);

export const tasks = plm.table(
  'tasks',
  {
    orgId: uuid('org_id').notNull(),
    itemId: uuid('item_id').notNull(),
    programId: uuid('program_id').notNull(),
    priority: text('priority').notNull(),
    assignee: uuid('assignee'),
    dueDate: date('due_date'),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.itemId] })],
);

export const itemHistory = plm.table(
  'item_history',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    programId: uuid('program_id').notNull(),
    itemId: uuid('item_id').notNull(),
    masterId: uuid('master_id').notNull(),
    userId: uuid('user_id').notNull(),
    action: text('action').notNull(),
    revision: text('revision').notNull(),
    changes: jsonb('changes').$type<unknown>().notNull(),
    comments: text('comments'),
    changeOrderId: uuid('change_order_id'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const itemRelationships = plm.table(
  'item_relationships',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    programId: uuid('program_id').notNull(),
    sourceMasterId: uuid('source_master_id').notNull(),
    targetMasterId: uuid('target_master_id').notNull(),
    relationshipType: text('relationship_type', { enum: ['BOM', 'Document', 'Affects'] }).notNull(),
    quantity: numeric('quantity', { precision: 14, scale: 4 }),
    findNumber: integer('find_number'),
    referenceDesignator: text('reference_designator'),
    changeOrderId: uuid('change_order_id'),
    isEffective: boolean('is_effective').notNull(),
    createdBy: uuid('created_by'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);
