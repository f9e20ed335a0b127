// The results of the SQL functions behind the pages that the tools' schemas don't cover.
import * as z from 'zod';
import * as rows from '../shapes.ts';

const text = z.string().nullable();
const count = z.int().nullable();

/** The position where a page of a list ended, for the next page. */
const paged = { total: z.int(), left: z.int(), cursor: text };

export const ProjectList = z.object({ projects: z.array(rows.ProjectRow), ...paged });
export const ShowList = z.object({ shows: z.array(rows.ShowRow), ...paged });
export const CrewList = z.object({ crew: z.array(rows.CrewRow), ...paged, notShown: rows.NotShown });
export const VendorList = z.object({ vendors: z.array(rows.VendorRow), ...paged });
export const RfpList = z.object({ rfps: z.array(rows.RfpRow), ...paged });
export const IncidentList = z.object({ incidents: z.array(rows.IncidentRow), ...paged });
export const DeliverableList = z.object({ deliverables: z.array(rows.DeliverableRow), ...paged });

export const Counts = z.record(z.string(), count);
export const Totals = z.object({
  shows: count,
  crew: count,
  vendors: count,
  rfps: count,
  incidents: count,
  deliverables: count,
});
export const ProjectPage = rows.ProjectRow.extend({
  description: text,
  budget: z.number().nullable(),
  currency: text,
  counts: Counts,
  attention: Counts,
});
export type ProjectPage = z.infer<typeof ProjectPage>;
/** A draft also needs to know which fields the role can't see. */
export const DraftProject = ProjectPage.extend({ notShown: rows.NotShown, asOf: z.string() });

export const ShowPage = rows.ShowRow.extend({
  notes: text,
  venueDetails: rows.Venue.nullable(),
  project: rows.EntityRef.nullable(),
  counts: Counts,
});

export const CrewMemberPage = z.object({
  id: z.string(),
  name: z.string(),
  position: z.string(),
  department: z.string(),
  homeCity: text,
  certifications: rows.CrewRow.shape.certifications,
  email: text,
  phone: text,
  notShown: rows.NotShown,
  assignmentCount: z.int(),
  assignments: z.array(
    z.object({
      id: z.string(),
      role: z.string(),
      state: z.string(),
      project: rows.EntityRef.nullable(),
      showId: text,
      show: text,
      startsAt: text,
      timeZone: text,
      callAt: text,
      dayRate: z.number().nullable(),
      currency: text,
    }),
  ),
});

export const VendorPage = rows.VendorRow.extend({
  notes: text,
  projects: z.array(rows.ProjectRow.extend({ service: z.string() })),
  responses: z.array(
    z.object({
      rfpId: z.string(),
      number: z.string(),
      title: z.string(),
      rfpState: z.string(),
      state: z.string(),
      submittedOn: z.string(),
      total: z.number().nullable(),
      currency: text,
    }),
  ),
  notShown: rows.NotShown,
});

export const RfpPage = rows.RfpRow.extend({
  project: rows.EntityRef.nullable(),
  responses: z.array(rows.RfpResponse),
  notShown: rows.NotShown,
});

export const IncidentPage = rows.IncidentRow.extend({ project: rows.EntityRef.nullable(), notShown: rows.NotShown });

const Dependency = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['FS', 'SS', 'FF']),
  lagDays: z.int(),
  plannedStart: z.string(),
  plannedFinish: z.string(),
  isCritical: z.boolean().nullable(),
  totalFloatDays: count,
});
export type Dependency = z.infer<typeof Dependency>;
export const ActivityPage = z.object({
  id: z.string(),
  name: z.string(),
  phase: z.string(),
  responsible: text,
  plannedStart: z.string(),
  plannedFinish: z.string(),
  durationDays: z.int(),
  earliestStart: text,
  percentComplete: z.int(),
  project: rows.EntityRef.nullable(),
  waitsFor: z.array(Dependency),
  holdsUp: z.array(Dependency),
  computed: z
    .object({
      earlyStart: z.string(),
      earlyFinish: z.string(),
      lateStart: z.string(),
      lateFinish: z.string(),
      totalFloatDays: z.int(),
      isCritical: z.boolean(),
    })
    .nullable(),
  isInCycle: z.boolean(),
});

export const Schedule = z.object({
  activities: z.array(rows.ActivityRow),
  total: z.int(),
  left: z.int(),
  criticalCount: z.int(),
  cycle: z.array(z.string()).nullable(),
  earliestFinish: text,
  plannedTooEarly: z.array(z.object({ name: z.string(), plannedStart: z.string(), earlyStart: z.string() })),
});
export type Schedule = z.infer<typeof Schedule>;
export const DraftSchedule = Schedule.extend({
  startsOn: text,
  plannedFinish: text,
  criticalPath: z.array(z.string()).nullable(),
  asOf: z.string(),
});
