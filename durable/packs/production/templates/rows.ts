// The rows of templates, read by the functions of the tools under the person's own rights. Each kind of row is bounded and
// says what was cut; a kind that the role may not read becomes a note, as do the fields that it may not.
import type { z } from 'zod';
import type { Source } from '../../../templates/draft.ts';
import { cutNote, type Listed, notForRole } from '../../../templates/gather-lists.ts';
import type { TenantReader } from '../../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../../tools/tool.ts';
import { fieldLabel } from '../../page-parts.ts';
import type { NotShown } from '../shapes.ts';
import { readAs } from '../workspace-read.ts';
import * as shapes from '../workspace-shapes.ts';
import * as paths from '../workspace-words.ts';

type Facts = Readonly<Record<string, unknown>>;
export type Scope = { readonly projectId: string } | { readonly showId: string };

/** Ids are for programs: a document never shows one. */
export const withoutIds = (row: Facts): Facts =>
  Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'id' && !key.endsWith('Id')));

const source = (kind: string, title: string, path: string | null, row: Facts): Source => ({
  kind,
  title,
  path,
  facts: { ...withoutIds(row) },
});

/** Fields that are empty for the role alone are taken out, so that nobody takes them for missing. */
function shownOf(row: Facts, hidden: z.infer<typeof NotShown>): Facts {
  const names = new Set(hidden.flatMap(({ fields }) => fields));
  return Object.fromEntries(Object.entries(row).filter(([key]) => !names.has(key)));
}

const hiddenNotes = (what: string, hidden: z.infer<typeof NotShown>): string[] =>
  hidden.map(({ fields, permission }) => {
    const names = fields.filter((field) => field !== 'currency').map((field) => fieldLabel(field).toLowerCase());
    return notForRole(`${what}: ${names.join(', ')} are`, permission);
  });

const NOTHING: Listed = { sources: [], notes: [] };

/** A kind that the role may not read is left out with a note; any other refusal means that there is nothing. */
const leftOut = (refusal: ToolRefusal, what: string, permission: string): Listed =>
  refusal.code === 'FORBIDDEN' ? { ...NOTHING, notes: [notForRole(`${what} are`, permission)] } : NOTHING;

export type Found<T> = { readonly row: T; readonly listed: Listed };

export async function readProject(
  tenant: TenantReader,
  projectId: string,
): Promise<Found<shapes.ProjectPage> | ToolRefusal> {
  const row = await readAs(shapes.DraftProject, tenant, 'get_project', { projectId });
  if ('refused' in row) return row;
  const { counts: _counts, attention: _attention, notShown, ...facts } = row;
  const sources = [source('Project', row.name, paths.projectPath(row.id), shownOf(facts, notShown))];
  return { row, listed: { sources, notes: hiddenNotes('Project', notShown) } };
}

export async function readShow(
  tenant: TenantReader,
  showId: string,
): Promise<Found<z.infer<typeof shapes.ShowPage>> | ToolRefusal> {
  const row = await readAs(shapes.ShowPage, tenant, 'workspace_show', { id: showId });
  if ('refused' in row) return row;
  const { counts: _counts, project: _project, venueDetails, ...facts } = row;
  const venue = venueDetails && source('Venue', venueDetails.name, paths.showPath(row.id), venueDetails);
  const sources = [source('Show', row.name, paths.showPath(row.id), facts), ...(venue ? [venue] : [])];
  return { row, listed: { sources, notes: [] } };
}

const MAX_SHOWS = 60;
export async function readShows(tenant: TenantReader, projectId: string): Promise<Listed> {
  const found = await readAs(shapes.ShowList, tenant, 'list_shows', { projectId, limit: MAX_SHOWS });
  if ('refused' in found) return leftOut(found, 'Shows', 'shows:read');
  const sources = found.shows.map((row) => source('Show', row.name, paths.showPath(row.id), row));
  return { sources, notes: cutNote('shows', sources.length, found.total) };
}

const MAX_CREW = 80;
export async function readCrew(tenant: TenantReader, scope: Scope): Promise<Listed> {
  const found = await readAs(shapes.CrewList, tenant, 'list_crew', { ...scope, limit: MAX_CREW });
  if ('refused' in found) return leftOut(found, 'The crew and its contacts', 'crew:read');
  const sources = found.crew.map((row) =>
    source('Crew', `${row.name}, ${row.role}`, paths.crewPath(row.id), shownOf(row, found.notShown)),
  );
  const hidden = sources.length > 0 ? hiddenNotes('Crew', found.notShown) : [];
  return { sources, notes: [...cutNote('crew assignments', sources.length, found.total), ...hidden] };
}

const MAX_VENDORS = 60;
export async function readVendors(
  tenant: TenantReader,
  scope: { readonly projectId?: string; readonly category?: string },
): Promise<Listed> {
  const found = await readAs(shapes.VendorList, tenant, 'list_vendors', { ...scope, limit: MAX_VENDORS });
  if ('refused' in found) return leftOut(found, 'Vendors', 'vendors:read');
  const sources = found.vendors.map((row) => source('Vendor', row.name, paths.vendorPath(row.id), row));
  return { sources, notes: cutNote('vendors', sources.length, found.total) };
}

export async function readVendor(
  tenant: TenantReader,
  vendorId: string,
): Promise<Found<z.infer<typeof shapes.VendorPage>> | ToolRefusal> {
  const row = await readAs(shapes.VendorPage, tenant, 'workspace_vendor', { id: vendorId });
  if ('refused' in row) return row;
  // What it did and offered elsewhere is no matter of this document.
  const { projects: _projects, responses: _responses, notShown: _notShown, ...facts } = row;
  return { row, listed: { sources: [source('Vendor', row.name, paths.vendorPath(row.id), facts)], notes: [] } };
}

export async function readRfp(
  tenant: TenantReader,
  rfpId: string,
): Promise<Found<z.infer<typeof shapes.RfpPage>> | ToolRefusal> {
  const row = await readAs(shapes.RfpPage, tenant, 'workspace_rfp', { id: rfpId });
  if ('refused' in row) return row;
  // One vendor's offer is not for another to read.
  const { responses: _responses, notShown: _notShown, project: _project, ...facts } = row;
  const title = `${row.number} ${row.title}`;
  return { row, listed: { sources: [source('RFP', title, paths.rfpPath(row.id), facts)], notes: [] } };
}

export async function readIncident(
  tenant: TenantReader,
  incidentId: string,
): Promise<Found<z.infer<typeof shapes.IncidentPage>> | ToolRefusal> {
  const row = await readAs(shapes.IncidentPage, tenant, 'workspace_incident', { id: incidentId });
  if ('refused' in row) return row;
  const { parties, notShown, project: _project, ...facts } = row;
  const path = paths.incidentPath(row.id);
  const sources = [
    source('Incident', `${row.number} ${row.title}`, path, facts),
    ...(parties ?? []).map((party) => source('Party', `${party.name}, ${party.role}`, `${path}?tab=parties`, party)),
  ];
  return { row, listed: { sources, notes: hiddenNotes('Incident', notShown) } };
}

/** The function's own limit for one list. */
const MAX_ACTIVITIES = 200;
export async function readSchedule(
  tenant: TenantReader,
  projectId: string,
  only: { readonly isCritical: boolean },
): Promise<Listed> {
  const found = await readAs(shapes.DraftSchedule, tenant, 'get_schedule', {
    ...{ projectId, limit: MAX_ACTIVITIES, criticalOnly: only.isCritical },
  });
  if ('refused' in found) return leftOut(found, 'The schedule', 'schedules:read');
  const { activities, total, left: _left, ...summary } = found;
  const sources = [
    source('Schedule', 'Schedule', paths.projectPath(projectId, 'schedule'), summary),
    ...activities.map((row) => source('Activity', row.name, paths.activityPath(row.id), row)),
  ];
  return { sources, notes: cutNote('activities', activities.length, total) };
}

const MAX_DELIVERABLES = 60;
export async function readDeliverables(tenant: TenantReader, scope: Scope): Promise<Listed> {
  const found = await readAs(shapes.DeliverableList, tenant, 'list_deliverables', {
    ...{ ...scope, limit: MAX_DELIVERABLES },
  });
  if ('refused' in found) return leftOut(found, 'Deliverables', 'deliverables:read');
  const sources = found.deliverables.map((row) =>
    source('Deliverable', row.title, paths.projectPath(row.projectId, 'deliverables'), row),
  );
  return { sources, notes: cutNote('deliverables', sources.length, found.total) };
}

export const together = (...lists: readonly Listed[]): Listed => ({
  sources: lists.flatMap(({ sources }) => sources),
  notes: lists.flatMap(({ notes }) => notes),
});

/** What a project costs is not for a document that leaves the house: nor is it shown to the model then. */
export const withoutMoney = ({ sources }: Listed): Listed => ({
  sources: sources.map((one) => {
    const { budget: _budget, currency: _currency, ...facts } = one.facts;
    return { ...one, facts };
  }),
  notes: [],
});

export const NONE: Listed = NOTHING;
