// The output schemas of the tools. Only fields listed here reach the model. Null means not on record or, if `notShown` names
// the field, hidden from this role. Times are local with their UTC offset; money is in units of its currency.
import * as z from 'zod';

const text = z.string().nullable();
const count = z.int().nullable();

export const ProjectRow = z.object({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  client: text,
  state: z.string(),
  phase: z.string(),
  startsOn: text,
  endsOn: text,
});

export const EntityRef = z.object({ id: z.string(), code: z.string(), name: z.string() });

/** Fields that are left empty because the role lacks the permission. */
export const NotShown = z.array(z.object({ fields: z.array(z.string()), permission: z.string() }));

/** In every list: the number of matches, how many are not included, and the day for "overdue" and "upcoming". */
export const Bounds = { total: z.int(), left: z.int(), asOf: z.string() };

export const ShowRow = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  startsAt: z.string(),
  city: text,
  venue: text,
  timeZone: z.string(),
  loadInAt: text,
  doorsAt: text,
  endsAt: text,
  capacity: count,
  venueId: text,
  projectId: z.string(),
  projectName: text,
});

export const Venue = z.object({
  id: z.string(),
  name: z.string(),
  kind: text,
  address: text,
  city: z.string(),
  region: text,
  country: z.string(),
  capacity: count,
  contactName: text,
  contactEmail: text,
  contactPhone: text,
});

export const CrewRow = z.object({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  department: z.string(),
  state: text,
  worksOn: text,
  callAt: text,
  timeZone: text,
  phone: text,
  email: text,
  dayRate: z.number().nullable(),
  currency: text,
  homeCity: text,
  certifications: z.array(z.object({ name: z.string(), expiresOn: text, isExpired: z.boolean() })),
});

export const VendorRow = z.object({
  id: z.string(),
  name: z.string(),
  category: z.string(),
  service: text.optional(),
  contactName: text,
  email: text,
  phone: text,
  city: text,
  w9ReceivedOn: text,
  coiExpiresOn: text,
  insurance: z.enum(['missing', 'expired', 'expiring', 'valid']),
});

export const ActivityRow = z.object({
  id: z.string(),
  name: z.string(),
  phase: z.string(),
  plannedStart: z.string(),
  plannedFinish: z.string(),
  durationDays: z.int(),
  isMilestone: z.boolean(),
  isCritical: z.boolean().nullable(),
  totalFloatDays: count,
  percentComplete: z.int(),
  responsible: text,
  earlyStart: text,
  earlyFinish: text,
  lateStart: text,
  lateFinish: text,
  waitsFor: z.array(z.string()),
});

export const RfpRow = z.object({
  id: z.string(),
  number: z.string(),
  title: z.string(),
  state: z.string(),
  dueAt: text,
  timeZone: z.string(),
  projectName: text,
  responseCount: z.int(),
  requiresInsurance: z.boolean(),
  requiresW9: z.boolean(),
  requiresNda: z.boolean(),
  scope: text,
  deliverables: text,
  projectId: z.string(),
});

export const RfpResponse = z.object({
  vendorId: z.string(),
  vendor: text,
  state: z.string(),
  submittedOn: z.string(),
  total: z.number().nullable(),
  currency: text,
  summary: text,
});

export const IncidentRow = z.object({
  id: z.string(),
  number: z.string(),
  title: z.string(),
  severity: z.string(),
  state: z.string(),
  occurredAt: z.string(),
  timeZone: z.string(),
  location: text,
  description: text,
  correctiveAction: text,
  isOshaRecordable: z.boolean().nullable(),
  daysAway: z.int(),
  daysRestricted: z.int(),
  projectId: z.string(),
  projectName: text,
  showId: text,
  show: text,
  parties: z
    .array(z.object({ name: z.string(), role: z.string(), organization: text, contact: text, statement: text }))
    .nullable(),
});

export const DeliverableRow = z.object({
  id: z.string(),
  title: z.string(),
  kind: z.string(),
  state: z.string(),
  dueOn: text,
  isOverdue: z.boolean(),
  responsible: text,
  projectId: z.string(),
  projectName: text,
  showId: text,
  show: text,
});
