// The source rows of templates, read by the tools' functions with the user's own rights. Each kind of row is limited and
// states what was cut. Kinds and fields the role can't read become notes.
import type { z } from 'zod';
import type { Source } from '../../../contracts/draft.ts';
import { cutNote, type DraftRows, notForRole } from '../../../templates/draft-prompt.ts';
import type { TenantReader } from '../../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../../tools/tool.ts';
import { fieldLabel } from '../../workspace/page-parts.ts';
import { readAs } from '../functions.ts';
import type { NotShown } from '../shapes.ts';
import * as paths from '../workspace/labels.ts';
import * as shapes from '../workspace/page-shapes.ts';

type Facts = Readonly<Record<string, unknown>>;
export type RowScope = { readonly projectId: string } | { readonly showId: string };

/** Ids must not appear in a document. */
export const withoutIds = (row: Facts): Facts =>
  Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'id' && !key.endsWith('Id')));

const source = (kind: string, title: string, path: string | null, row: Facts): Source => ({
  kind,
  title,
  path,
  facts: { ...withoutIds(row) },
});

/** Removes fields the role can't see, so that they don't count as missing. */
function shownOf(row: Facts, hidden: z.infer<typeof NotShown>): Facts {
  const names = new Set(hidden.flatMap(({ fields }) => fields));
  return Object.fromEntries(Object.entries(row).filter(([key]) => !names.has(key)));
}

const hiddenNotes = (what: string, hidden: z.infer<typeof NotShown>): string[] =>
  hidden.map(({ fields, permission }) => {
    const names = fields.filter((field) => field !== 'currency').map((field) => fieldLabel(field).toLowerCase());
    return notForRole(`${what}: ${names.join(', ')} are`, permission);
  });

const NOTHING: DraftRows = { sources: [], notes: [] };

/** A kind the role can't read is left out with a note. Any other refusal means there are no rows. */
const leftOut = (refusal: ToolRefusal, what: string, permission: string): DraftRows =>
  refusal.code === 'FORBIDDEN' ? { ...NOTHING, notes: [notForRole(`${what} are`, permission)] } : NOTHING;

export type RowWithSources<T> = { readonly row: T; readonly listed: DraftRows };

export async function readProject(
  tenant: TenantReader,
  projectId: string,
): Promise<RowWithSources<shapes.ProjectPage> | ToolRefusal> {
  const row = await readAs(shapes.DraftProject, tenant, 'get_project', { projectId });
  if ('refused' in row) return row;
  const { counts: _counts, attention: _attention, notShown, ...facts } = row;
  const sources = [source('Project', row.name, paths.projectPath(row.id), shownOf(facts, notShown))];
  return { row, listed: { sources, notes: hiddenNotes('Project', notShown) } };
}

export async function readShow(
  tenant: TenantReader,
  showId: string,
): Promise<RowWithSources<z.infer<typeof shapes.ShowPage>> | ToolRefusal> {
  const row = await readAs(shapes.ShowPage, tenant, 'workspace_show', { id: showId });
  if ('refused' in row) return row;
  const { counts: _counts, project: _project, venueDetails, ...facts } = row;
  const venue = venueDetails && source('Venue', venueDetails.name, paths.showPath(row.id), venueDetails);
  const sources = [source('Show', row.name, paths.showPath(row.id), facts), ...(venue ? [venue] : [])];
  return { row, listed: { sources, notes: [] } };
}

const MAX_SHOWS = 60;
export async function readShows(tenant: TenantReader, projectId: string): Promise<DraftRows> {
  const found = await readAs(shapes.ShowList, tenant, 'list_shows', { projectId, limit: MAX_SHOWS });
  if ('refused' in found) return leftOut(found, 'Shows', 'shows:read');
  const sources = found.shows.map((row) => source('Show', row.name, paths.showPath(row.id), row));
  return { sources, notes: cutNote('shows', sources.length, found.total) };
}

const MAX_CREW = 80;
export async function readCrew(tenant: TenantReader, scope: RowScope): Promise<DraftRows> {
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
): Promise<DraftRows> {
  const found = await readAs(shapes.VendorList, tenant, 'list_vendors', { ...scope, limit: MAX_VENDORS });
  if ('refused' in found) return leftOut(found, 'Vendors', 'vendors:read');
  const sources = found.vendors.map((row) => source('Vendor', row.name, paths.vendorPath(row.id), row));
  return { sources, notes: cutNote('vendors', sources.length, found.total) };
}

export async function readVendor(
  tenant: TenantReader,
  vendorId: string,
): Promise<RowWithSources<z.infer<typeof shapes.VendorPage>> | ToolRefusal> {
  const row = await readAs(shapes.VendorPage, tenant, 'workspace_vendor', { id: vendorId });
  if ('refused' in row) return row;
  // Its other projects and offers don't belong in this document.
  const { projects: _projects, responses: _responses, notShown: _notShown, ...facts } = row;
  return { row, listed: { sources: [source('Vendor', row.name, paths.vendorPath(row.id), facts)], notes: [] } };
}

export async function readRfp(
  tenant: TenantReader,
  rfpId: string,
): Promise<RowWithSources<z.infer<typeof shapes.RfpPage>> | ToolRefusal> {
  const row = await readAs(shapes.RfpPage, tenant, 'workspace_rfp', { id: rfpId });
  if ('refused' in row) return row;
  // A vendor must not see another vendor's offer.
  const { responses: _responses, notShown: _notShown, project: _project, ...facts } = row;
  const title = `${row.number} ${row.title}`;
  return { row, listed: { sources: [source('RFP', title, paths.rfpPath(row.id), facts)], notes: [] } };
}

export async function readIncident(
  tenant: TenantReader,
  incidentId: string,
): Promise<RowWithSources<z.infer<typeof shapes.IncidentPage>> | ToolRefusal> {
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

/** The function's own limit per list. */
const MAX_ACTIVITIES = 200;
export async function readSchedule(
  tenant: TenantReader,
  projectId: string,
  only: { readonly isCritical: boolean },
): Promise<DraftRows> {
  const found = await readAs(shapes.DraftSchedule, tenant, 'get_schedule', {
    projectId,
    limit: MAX_ACTIVITIES,
    criticalOnly: only.isCritical,
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
export async function readDeliverables(tenant: TenantReader, scope: RowScope): Promise<DraftRows> {
  const found = await readAs(shapes.DeliverableList, tenant, 'list_deliverables', {
    ...scope,
    limit: MAX_DELIVERABLES,
  });
  if ('refused' in found) return leftOut(found, 'Deliverables', 'deliverables:read');
  const sources = found.deliverables.map((row) =>
    source('Deliverable', row.title, paths.projectPath(row.projectId, 'deliverables'), row),
  );
  return { sources, notes: cutNote('deliverables', sources.length, found.total) };
}

export const together = (...lists: readonly DraftRows[]): DraftRows => ({
  sources: lists.flatMap(({ sources }) => sources),
  notes: lists.flatMap(({ notes }) => notes),
});

/** Documents for outside readers don't contain the budget, so the model doesn't get it either. */
export const withoutMoney = ({ sources }: DraftRows): DraftRows => ({
  sources: sources.map((one) => {
    const { budget: _budget, currency: _currency, ...facts } = one.facts;
    return { ...one, facts };
  }),
  notes: [],
});

export const NONE: DraftRows = NOTHING;
