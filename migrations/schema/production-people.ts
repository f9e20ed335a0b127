// The drizzle tables of schema production for crew, vendors, RFPs and their responses.
import { boolean, date, numeric, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './core.ts';
import { production } from './production.ts';

export const crewMembers = production.table(
  'crew_members',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    position: text('position').notNull(),
    department: text('department').notNull(),
    homeCity: text('home_city'),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const crewCertifications = production.table(
  'crew_certifications',
  {
    orgId: uuid('org_id').notNull(),
    crewMemberId: uuid('crew_member_id').notNull(),
    name: text('name').notNull(),
    expiresOn: date('expires_on'),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.crewMemberId, table.name] })],
);

export const crewContacts = production.table(
  'crew_contacts',
  {
    orgId: uuid('org_id').notNull(),
    crewMemberId: uuid('crew_member_id').notNull(),
    email: text('email'),
    phone: text('phone'),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.crewMemberId] })],
);

export const crewAssignments = production.table(
  'crew_assignments',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    projectId: uuid('project_id').notNull(),
    showId: uuid('show_id'),
    crewMemberId: uuid('crew_member_id').notNull(),
    role: text('role').notNull(),
    state: text('state', { enum: ['offered', 'confirmed', 'declined'] }).notNull(),
    callAt: instant('call_at'),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const crewRates = production.table(
  'crew_rates',
  {
    orgId: uuid('org_id').notNull(),
    assignmentId: uuid('assignment_id').notNull(),
    dayRate: numeric('day_rate', { precision: 10, scale: 2 }).notNull(),
    currency: text('currency').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.assignmentId] })],
);

export const vendors = production.table(
  'vendors',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    category: text('category').notNull(),
    contactName: text('contact_name'),
    email: text('email'),
    phone: text('phone'),
    city: text('city'),
    w9ReceivedOn: date('w9_received_on'),
    coiExpiresOn: date('coi_expires_on'),
    notes: text('notes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const projectVendors = production.table(
  'project_vendors',
  {
    orgId: uuid('org_id').notNull(),
    projectId: uuid('project_id').notNull(),
    vendorId: uuid('vendor_id').notNull(),
    service: text('service').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.projectId, table.vendorId] })],
);

export const rfps = production.table(
  'rfps',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    projectId: uuid('project_id').notNull(),
    number: text('number').notNull(),
    title: text('title').notNull(),
    scope: text('scope').notNull(),
    deliverables: text('deliverables').notNull(),
    state: text('state', { enum: ['draft', 'sent', 'closed', 'awarded', 'cancelled'] }).notNull(),
    dueAt: instant('due_at'),
    timeZone: text('time_zone').notNull(),
    requiresInsurance: boolean('requires_insurance').notNull(),
    requiresW9: boolean('requires_w9').notNull(),
    requiresNda: boolean('requires_nda').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const rfpResponses = production.table(
  'rfp_responses',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    rfpId: uuid('rfp_id').notNull(),
    vendorId: uuid('vendor_id').notNull(),
    state: text('state', { enum: ['submitted', 'shortlisted', 'awarded', 'declined'] }).notNull(),
    submittedAt: instant('submitted_at').notNull(),
    summary: text('summary').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const rfpTotals = production.table(
  'rfp_totals',
  {
    orgId: uuid('org_id').notNull(),
    responseId: uuid('response_id').notNull(),
    total: numeric('total', { precision: 14, scale: 2 }).notNull(),
    currency: text('currency').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.responseId] })],
);
