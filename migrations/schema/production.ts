// The drizzle tables of schema production for projects: shows, schedule, incidents, deliverables. Crew and vendors are in
// production-people.ts. The SQL files create them; a test compares this file with the migrated database.
import { boolean, date, integer, numeric, pgSchema, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './core.ts';

export const production = pgSchema('production');

const PHASES = ['Discovery', 'Design', 'Advance', 'Procurement', 'Build', 'Install', 'Operate', 'Close'] as const;

export const projects = production.table(
  'projects',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    code: text('code').notNull(),
    name: text('name').notNull(),
    client: text('client'),
    description: text('description').notNull(),
    state: text('state', { enum: ['draft', 'active', 'paused', 'archived', 'complete'] }).notNull(),
    phase: text('phase', { enum: PHASES }).notNull(),
    startsOn: date('starts_on'),
    endsOn: date('ends_on'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const projectBudgets = production.table(
  'project_budgets',
  {
    orgId: uuid('org_id').notNull(),
    projectId: uuid('project_id').notNull(),
    amount: numeric('amount', { precision: 14, scale: 2 }).notNull(),
    currency: text('currency').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.projectId] })],
);

export const venues = production.table(
  'venues',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    kind: text('kind'),
    address: text('address'),
    city: text('city').notNull(),
    region: text('region'),
    country: text('country').notNull(),
    capacity: integer('capacity'),
    contactName: text('contact_name'),
    contactEmail: text('contact_email'),
    contactPhone: text('contact_phone'),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const shows = production.table(
  'shows',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    projectId: uuid('project_id').notNull(),
    venueId: uuid('venue_id'),
    name: text('name').notNull(),
    state: text('state', { enum: ['draft', 'scheduled', 'live', 'complete', 'cancelled'] }).notNull(),
    timeZone: text('time_zone').notNull(),
    loadInAt: instant('load_in_at'),
    doorsAt: instant('doors_at'),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at'),
    notes: text('notes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const scheduleActivities = production.table(
  'schedule_activities',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    projectId: uuid('project_id').notNull(),
    name: text('name').notNull(),
    phase: text('phase', { enum: PHASES }).notNull(),
    responsible: text('responsible'),
    plannedStart: date('planned_start').notNull(),
    durationDays: integer('duration_days').notNull(),
    plannedFinish: date('planned_finish').notNull(),
    earliestStart: date('earliest_start'),
    percentComplete: smallint('percent_complete').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const scheduleDependencies = production.table(
  'schedule_dependencies',
  {
    orgId: uuid('org_id').notNull(),
    projectId: uuid('project_id').notNull(),
    predecessorId: uuid('predecessor_id').notNull(),
    successorId: uuid('successor_id').notNull(),
    kind: text('kind', { enum: ['FS', 'SS', 'FF'] }).notNull(),
    lagDays: integer('lag_days').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.projectId, table.predecessorId, table.successorId] })],
);

export const incidents = production.table(
  'incidents',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    projectId: uuid('project_id').notNull(),
    showId: uuid('show_id'),
    number: text('number').notNull(),
    title: text('title').notNull(),
    description: text('description').notNull(),
    severity: text('severity', { enum: ['near_miss', 'minor', 'major', 'critical'] }).notNull(),
    state: text('state', { enum: ['open', 'investigating', 'resolved', 'closed'] }).notNull(),
    occurredAt: instant('occurred_at').notNull(),
    timeZone: text('time_zone').notNull(),
    location: text('location'),
    isOshaRecordable: boolean('is_osha_recordable'),
    daysAway: integer('days_away').notNull(),
    daysRestricted: integer('days_restricted').notNull(),
    correctiveAction: text('corrective_action'),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const incidentParties = production.table(
  'incident_parties',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    incidentId: uuid('incident_id').notNull(),
    name: text('name').notNull(),
    role: text('role', { enum: ['injured', 'involved', 'witness', 'reporter', 'responder'] }).notNull(),
    organization: text('organization'),
    contact: text('contact'),
    statement: text('statement').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const deliverables = production.table(
  'deliverables',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    projectId: uuid('project_id').notNull(),
    showId: uuid('show_id'),
    kind: text('kind').notNull(),
    title: text('title').notNull(),
    state: text('state', { enum: ['open', 'in_progress', 'in_review', 'approved', 'delivered'] }).notNull(),
    dueOn: date('due_on'),
    responsible: text('responsible'),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);
