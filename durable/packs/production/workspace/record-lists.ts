// Tables of shows, crew, vendors, RFPs, incidents and deliverables: of a project, a show, or all projects.
import type { z } from 'zod';
import type { TenantReader } from '../../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../../tools/tool.ts';
import { type Column, cell, fieldLabel, type TableRow, table } from '../../workspace/page-parts.ts';
import type { WorkspaceTab } from '../../workspace/workspace-page.ts';
import { readAs } from '../functions.ts';
import type * as rows from '../shapes.ts';
import * as words from './labels.ts';
import * as shapes from './page-shapes.ts';

export type ListWanted = {
  readonly tab: string;
  /** The project or show to list; null for all projects. */
  readonly scope: { readonly projectId: string } | { readonly showId: string } | null;
  readonly cursor: string | null;
  readonly query: string | null;
};
type TabReply = Promise<WorkspaceTab | ToolRefusal>;

const PAGE_ROWS = 50;

const inputOf = ({ scope, cursor, query }: ListWanted) => ({
  ...scope,
  limit: PAGE_ROWS,
  ...(cursor !== null && { cursor }),
  ...(query !== null && { query }),
});

/** Long lists are searched by the server. */
const searchable = (total: number, query: string | null) => ({
  total,
  searchable: query !== null || total > PAGE_ROWS,
});

const MONO = { kind: 'code' } as const;
const NAME: Column = { id: 'name', label: 'Name', kind: 'text' };
const STATE: Column = { id: 'state', label: 'State', kind: 'state' };
const NUMBER: Column = { id: 'number', label: 'Number', ...MONO };

/** The row's project, in lists across projects. */
const PROJECT: Column = { id: 'project', label: 'Project', kind: 'text' };
const acrossOnly = ({ scope }: ListWanted, column: Column): Column[] => (scope === null ? [column] : []);
const scopedOnly = ({ scope }: ListWanted, ...columns: Column[]): Column[] => (scope === null ? [] : columns);
const projectCell = (row: { readonly projectId: string; readonly projectName: string | null }) =>
  cell(row.projectName, row.projectName === null ? undefined : words.projectPath(row.projectId));

export const PROJECT_COLUMNS: readonly Column[] = [
  NAME,
  { id: 'client', label: 'Client', kind: 'text' },
  { id: 'phase', label: 'Phase', kind: 'text' },
  STATE,
  { id: 'from', label: 'From', kind: 'time' },
  { id: 'to', label: 'To', kind: 'time' },
];
export const projectRow = (project: z.infer<typeof rows.ProjectRow>): TableRow => ({
  id: project.id,
  path: words.projectPath(project.id),
  cells: {
    name: cell(project.name),
    client: cell(project.client),
    phase: cell(project.phase),
    state: words.stateCell('project', project.state),
    from: words.dayCell(project.startsOn),
    to: words.dayCell(project.endsOn),
  },
});

export const SHOW_COLUMNS: readonly Column[] = [
  { id: 'name', label: 'Show', kind: 'text' },
  { id: 'starts', label: 'Starts', kind: 'time' },
  { id: 'venue', label: 'Venue', kind: 'text' },
  { id: 'city', label: 'City', kind: 'text' },
  STATE,
];
export const showRow = (show: z.infer<typeof rows.ShowRow>): TableRow => ({
  id: show.id,
  path: words.showPath(show.id),
  cells: {
    name: cell(show.name),
    starts: words.momentCell(show.startsAt, show.timeZone),
    venue: cell(show.venue),
    city: cell(show.city),
    project: projectCell(show),
    state: words.stateCell('show', show.state),
  },
});

export async function showsTab(tenant: TenantReader, wanted: ListWanted): TabReply {
  const found = await readAs(shapes.ShowList, tenant, 'list_shows', inputOf(wanted));
  if ('refused' in found) return found;
  const section = table(null, [...SHOW_COLUMNS, ...acrossOnly(wanted, PROJECT)], found.shows.map(showRow), {
    empty: 'No shows yet.',
    ...searchable(found.total, wanted.query),
  });
  return { tab: wanted.tab, sections: [section], cursor: found.cursor };
}

export async function crewTab(tenant: TenantReader, wanted: ListWanted): TabReply {
  const found = await readAs(shapes.CrewList, tenant, 'list_crew', inputOf(wanted));
  if ('refused' in found) return found;
  const { notShown } = found;
  const isShow = wanted.scope !== null && 'showId' in wanted.scope;
  const optional = (field: string, column: Column): Column[] => (words.isHidden(notShown, field) ? [] : [column]);
  const columns: Column[] = [
    NAME,
    { id: 'role', label: 'Role', kind: 'text' },
    { id: 'department', label: 'Department', kind: 'text' },
    ...(isShow ? [{ id: 'call', label: 'Call', kind: 'time' } as const] : []),
    ...scopedOnly(wanted, { id: 'worksOn', label: 'Works on', kind: 'text' }, STATE),
    ...acrossOnly(wanted, { id: 'home', label: 'Home city', kind: 'text' }),
    ...acrossOnly(wanted, { id: 'certificates', label: 'Certificates', kind: 'state' }),
    ...optional('phone', { id: 'phone', label: 'Phone', ...MONO }),
    // Day rates depend on the assignment.
    ...(wanted.scope === null ? [] : optional('dayRate', { id: 'rate', label: 'Day rate', kind: 'number' })),
  ];
  const people = found.crew.map(
    (one, at): TableRow => ({
      id: `${at} ${one.id}`,
      path: words.crewPath(one.id),
      cells: {
        name: cell(one.name),
        role: cell(one.role),
        department: cell(one.department),
        call: words.momentCell(one.callAt, one.timeZone),
        worksOn: cell(one.worksOn && fieldLabel(one.worksOn)),
        state: one.state === null ? cell('') : words.stateCell('assignment', one.state),
        phone: cell(one.phone),
        home: cell(one.homeCity),
        certificates: expiredCell(one.certifications),
        rate: cell(words.money(one.dayRate, one.currency)),
      },
    }),
  );
  const section = table(null, columns, people, {
    empty: 'No one is assigned yet.',
    ...searchable(found.total, wanted.query),
  });
  const left = wanted.scope === null ? notShown.filter(({ fields }) => !fields.includes('dayRate')) : notShown;
  return { tab: wanted.tab, sections: [...words.hiddenNote(left), section], cursor: found.cursor };
}

function expiredCell(certifications: z.infer<typeof rows.CrewRow>['certifications']) {
  const expired = certifications.filter(({ isExpired }) => isExpired).length;
  if (expired > 0) return { text: `${expired} expired`, tone: 'danger' } as const;
  return certifications.length === 0 ? cell('') : ({ text: 'Valid', tone: 'good' } as const);
}

export async function vendorsTab(tenant: TenantReader, wanted: ListWanted): TabReply {
  const found = await readAs(shapes.VendorList, tenant, 'list_vendors', inputOf(wanted));
  if ('refused' in found) return found;
  const columns: readonly Column[] = [
    NAME,
    ...scopedOnly(wanted, { id: 'service', label: 'Service', kind: 'text' }),
    { id: 'category', label: 'Category', kind: 'text' },
    { id: 'contact', label: 'Contact', kind: 'text' },
    { id: 'email', label: 'Email', ...MONO },
    { id: 'w9', label: 'W-9', kind: 'time' },
    { id: 'insurance', label: 'Insurance', kind: 'state' },
  ];
  const vendors = found.vendors.map(
    (vendor): TableRow => ({
      id: vendor.id,
      path: words.vendorPath(vendor.id),
      cells: {
        name: cell(vendor.name),
        service: cell(vendor.service),
        category: cell(vendor.category),
        contact: cell(vendor.contactName),
        email: cell(vendor.email),
        w9: words.dayCell(vendor.w9ReceivedOn),
        insurance: words.stateCell('insurance', vendor.insurance),
      },
    }),
  );
  const section = table(null, columns, vendors, {
    empty: 'No vendors yet.',
    ...searchable(found.total, wanted.query),
  });
  return { tab: wanted.tab, sections: [section], cursor: found.cursor };
}

export async function rfpsTab(tenant: TenantReader, wanted: ListWanted): TabReply {
  const found = await readAs(shapes.RfpList, tenant, 'list_rfps', inputOf(wanted));
  if ('refused' in found) return found;
  const columns: readonly Column[] = [
    NUMBER,
    { id: 'title', label: 'Title', kind: 'text' },
    STATE,
    { id: 'due', label: 'Due', kind: 'time' },
    { id: 'responses', label: 'Responses', kind: 'number' },
    ...acrossOnly(wanted, PROJECT),
  ];
  const rfps = found.rfps.map(
    (rfp): TableRow => ({
      id: rfp.id,
      path: words.rfpPath(rfp.id),
      cells: {
        number: cell(rfp.number),
        title: cell(rfp.title),
        state: words.stateCell('rfp', rfp.state),
        due: words.momentCell(rfp.dueAt, rfp.timeZone),
        responses: cell(rfp.responseCount),
        project: projectCell(rfp),
      },
    }),
  );
  const section = table(null, columns, rfps, {
    empty: 'No RFPs yet.',
    ...searchable(found.total, wanted.query),
  });
  return { tab: wanted.tab, sections: [section], cursor: found.cursor };
}

export async function incidentsTab(tenant: TenantReader, wanted: ListWanted): TabReply {
  const found = await readAs(shapes.IncidentList, tenant, 'list_incidents', inputOf(wanted));
  if ('refused' in found) return found;
  const columns: readonly Column[] = [
    NUMBER,
    { id: 'title', label: 'Incident', kind: 'text' },
    { id: 'severity', label: 'Severity', kind: 'state' },
    STATE,
    { id: 'at', label: 'When', kind: 'time' },
    { id: 'where', label: 'Where', kind: 'text' },
    ...acrossOnly(wanted, PROJECT),
  ];
  const incidents = found.incidents.map(
    (incident): TableRow => ({
      id: incident.id,
      path: words.incidentPath(incident.id),
      cells: {
        number: cell(incident.number),
        title: cell(incident.title),
        severity: words.stateCell('severity', incident.severity),
        state: words.stateCell('incident', incident.state),
        at: words.momentCell(incident.occurredAt, incident.timeZone),
        where: cell(incident.location),
        project: projectCell(incident),
      },
    }),
  );
  const section = table(null, columns, incidents, {
    empty: 'No incidents.',
    ...searchable(found.total, wanted.query),
  });
  return { tab: wanted.tab, sections: [section], cursor: found.cursor };
}

export async function deliverablesTab(tenant: TenantReader, wanted: ListWanted): TabReply {
  const found = await readAs(shapes.DeliverableList, tenant, 'list_deliverables', inputOf(wanted));
  if ('refused' in found) return found;
  const columns: readonly Column[] = [
    { id: 'title', label: 'Title', kind: 'text' },
    { id: 'kind', label: 'Kind', kind: 'text' },
    STATE,
    { id: 'due', label: 'Due', kind: 'time' },
    { id: 'late', label: 'Late', kind: 'state' },
    { id: 'show', label: 'Show', kind: 'text' },
    ...acrossOnly(wanted, PROJECT),
    { id: 'who', label: 'Responsible', kind: 'text' },
  ];
  const deliverables = found.deliverables.map(
    (one): TableRow => ({
      id: one.id,
      path: null,
      cells: {
        title: cell(one.title),
        kind: cell(fieldLabel(one.kind)),
        state: words.stateCell('deliverable', one.state),
        due: words.dayCell(one.dueOn),
        late: one.isOverdue ? { text: 'Overdue', tone: 'danger' } : cell(''),
        show: cell(one.show, one.showId === null ? undefined : words.showPath(one.showId)),
        project: projectCell(one),
        who: cell(one.responsible),
      },
    }),
  );
  const section = table(null, columns, deliverables, {
    empty: 'No deliverables yet.',
    ...searchable(found.total, wanted.query),
  });
  return { tab: wanted.tab, sections: [section], cursor: found.cursor };
}
