// The pages of a show, a crew member and a vendor.
import type { TenantReader } from '../../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../../tools/tool.ts';
import {
  blankPage,
  type Column,
  cell,
  chooseTab,
  NO_SUCH_PAGE,
  type TableRow,
  table,
  textSection,
} from '../../workspace/page-parts.ts';
import type { PageReply, WorkspacePage, WorkspaceTab } from '../../workspace/workspace-page.ts';
import { readAs } from '../functions.ts';
import * as words from './labels.ts';
import { CrewMemberPage, ShowPage, VendorPage } from './page-shapes.ts';
import * as lists from './record-lists.ts';
import { showSuggestions, vendorSuggestions } from './suggestions.ts';

type Fact = WorkspacePage['facts'][number];

/** Leaves out empty facts. A page shows explicitly what should be on record but is missing. */
export const factsOf = (facts: readonly (readonly [string, Omit<Fact, 'label'>])[]): Fact[] =>
  facts.flatMap(([label, value]) => (value.text === '' ? [] : [{ label, ...value }]));

const MISSING = { text: 'Not on record', tone: 'notice' } as const;
const orMissing = (text: string | null) => (text === null ? MISSING : cell(text));

const SHOW_TABS: Readonly<Record<string, readonly [string, typeof lists.crewTab]>> = {
  crew: ['Crew', lists.crewTab],
  deliverables: ['Deliverables', lists.deliverablesTab],
  incidents: ['Incidents', lists.incidentsTab],
};

export async function showPage(tenant: TenantReader, id: string, wanted: string | null): PageReply {
  const show = await readAs(ShowPage, tenant, 'workspace_show', { id });
  if ('refused' in show) return show;
  const { venueDetails: venue, timeZone: zone } = show;
  const tabs = [
    { id: 'overview', label: 'Overview', count: null },
    ...Object.entries(SHOW_TABS).flatMap(([tab, [label]]) => {
      const count = show.counts[tab] ?? null;
      return count === null ? [] : [{ id: tab, label, count }];
    }),
  ];
  const tab = tabs.find((one) => one.id === wanted)?.id ?? 'overview';
  const overview: WorkspaceTab = {
    tab: 'overview',
    cursor: null,
    sections: [
      {
        type: 'facts',
        heading: 'Venue',
        facts: factsOf([
          ['Venue', orMissing(venue?.name ?? null)],
          ['Kind', cell(venue?.kind)],
          ['Address', cell([venue?.address, venue?.city, venue?.region].filter(Boolean).join(', '))],
          ['Capacity', cell(venue?.capacity?.toLocaleString('en-US'))],
          ['Contact', orMissing(venue?.contactName ?? null)],
          ['Contact email', { ...orMissing(venue?.contactEmail ?? null), mono: true }],
          ['Contact phone', { ...orMissing(venue?.contactPhone ?? null), mono: true }],
        ]),
      },
      ...(show.notes ? [textSection(show.notes, 'Notes')] : []),
    ],
  };
  const content = tab === 'overview' ? overview : await showTab(tenant, id, { tab, cursor: null, query: null });
  if ('refused' in content) return content;
  return {
    ...blankPage('show', show.id),
    suggestions: showSuggestions(cell(show.name).text),
    title: cell(show.name).text,
    type: 'Show',
    marks: [words.mark('show', show.state)],
    trail: words.projectTrail(show.project, { id: 'shows', label: 'Shows' }),
    facts: factsOf([
      ['Load-in', show.loadInAt === null ? cell('') : words.momentCell(show.loadInAt, zone)],
      ['Doors', show.doorsAt === null ? MISSING : words.momentCell(show.doorsAt, zone)],
      ['Starts', words.momentCell(show.startsAt, zone)],
      ['Ends', show.endsAt === null ? MISSING : words.momentCell(show.endsAt, zone)],
      ['Time zone', cell(zone)],
    ]),
    tabs,
    content,
    scope: {
      programId: show.projectId,
      designId: show.id,
      label: `Show ${cell(show.name).text}`,
      draft: '',
    },
  };
}

export async function showTab(
  tenant: TenantReader,
  id: string,
  wanted: { readonly tab: string; readonly cursor: string | null; readonly query: string | null },
): Promise<WorkspaceTab | ToolRefusal> {
  const [, read] = Object.hasOwn(SHOW_TABS, wanted.tab) ? (SHOW_TABS[wanted.tab] ?? []) : [];
  if (read !== undefined) return read(tenant, { ...wanted, scope: { showId: id } });
  if (wanted.tab !== 'overview') return NO_SUCH_PAGE;
  const page = await showPage(tenant, id, 'overview');
  return 'refused' in page ? page : page.content;
}

export async function crewMemberPage(tenant: TenantReader, id: string, wanted: string | null): PageReply {
  const member = await readAs(CrewMemberPage, tenant, 'workspace_crew_member', { id });
  if ('refused' in member) return member;
  const { notShown } = member;
  const name = cell(member.name).text;
  const assignments = member.assignments.map(
    (one): TableRow => ({
      id: one.id,
      path: one.showId !== null ? words.showPath(one.showId) : one.project && words.projectPath(one.project.id),
      cells: {
        on: cell(one.show ?? 'Whole project'),
        project: cell(one.project?.name, one.project ? words.projectPath(one.project.id) : undefined),
        role: cell(one.role),
        call: words.momentCell(one.callAt, one.timeZone),
        state: words.stateCell('assignment', one.state),
        rate: cell(words.money(one.dayRate, one.currency)),
      },
    }),
  );
  const columns: Column[] = [
    { id: 'on', label: 'Works on', kind: 'text' },
    { id: 'project', label: 'Project', kind: 'text' },
    { id: 'role', label: 'Role', kind: 'text' },
    { id: 'call', label: 'Call', kind: 'time' },
    { id: 'state', label: 'State', kind: 'state' },
    ...(words.isHidden(notShown, 'dayRate') ? [] : [{ id: 'rate', label: 'Day rate', kind: 'number' } as const]),
  ];
  const certificates = member.certifications.map(
    (one): TableRow => ({
      id: one.name,
      path: null,
      cells: {
        name: cell(one.name),
        until: words.dayCell(one.expiresOn),
        state: one.isExpired ? { text: 'Expired', tone: 'danger' } : { text: 'Valid', tone: 'good' },
      },
    }),
  );
  return {
    ...blankPage('crew-member', member.id),
    title: name,
    type: member.department,
    summary: cell(member.position).text,
    trail: [words.HOME],
    facts: factsOf([
      ...(words.isHidden(notShown, 'phone') ? [] : [['Phone', { ...orMissing(member.phone), mono: true }] as const]),
      ...(words.isHidden(notShown, 'email') ? [] : [['Email', { ...orMissing(member.email), mono: true }] as const]),
      ['Home city', cell(member.homeCity)],
    ]),
    tabs: [
      { id: 'assignments', label: 'Assignments', count: member.assignmentCount },
      { id: 'certificates', label: 'Certificates', count: certificates.length },
    ],
    content: chooseTab(
      {
        assignments: [
          ...words.hiddenNote(notShown),
          table(null, columns, assignments, {
            empty: 'No current assignments.',
            total: member.assignmentCount,
          }),
        ],
        certificates: [
          table(
            null,
            [
              { id: 'name', label: 'Certificate', kind: 'text' },
              { id: 'until', label: 'Valid until', kind: 'time' },
              { id: 'state', label: 'State', kind: 'state' },
            ],
            certificates,
            { empty: 'No certificates on record.' },
          ),
        ],
      },
      wanted,
    ),
    scope: { programId: null, designId: null, label: name, draft: `About ${name}: ` },
  };
}

export async function vendorPage(tenant: TenantReader, id: string, wanted: string | null): PageReply {
  const vendor = await readAs(VendorPage, tenant, 'workspace_vendor', { id });
  if ('refused' in vendor) return vendor;
  const name = cell(vendor.name).text;
  const projects = vendor.projects.map(
    (project): TableRow => ({
      id: project.id,
      path: words.projectPath(project.id),
      cells: { ...lists.projectRow(project).cells, service: cell(project.service) },
    }),
  );
  const responses = vendor.responses.map(
    (one): TableRow => ({
      id: one.rfpId,
      path: words.rfpPath(one.rfpId),
      cells: {
        number: cell(one.number),
        title: cell(one.title),
        state: words.stateCell('response', one.state),
        on: words.dayCell(one.submittedOn),
        total: cell(words.money(one.total, one.currency)),
      },
    }),
  );
  const [nameColumn, ...others] = lists.PROJECT_COLUMNS;
  const columns = [nameColumn, { id: 'service', label: 'Service', kind: 'text' } as const, ...others];
  return {
    ...blankPage('vendor', vendor.id),
    suggestions: vendorSuggestions(cell(vendor.name).text),
    title: name,
    type: 'Vendor',
    summary: vendor.notes && cell(vendor.notes).text,
    marks: [{ label: vendor.category, tone: 'neutral' }],
    trail: [words.HOME],
    facts: factsOf([
      ['Contact', orMissing(vendor.contactName)],
      ['Email', { ...orMissing(vendor.email), mono: true }],
      ['Phone', { ...orMissing(vendor.phone), mono: true }],
      ['City', cell(vendor.city)],
      ['W-9 received', vendor.w9ReceivedOn === null ? MISSING : words.dayCell(vendor.w9ReceivedOn)],
      ['Insurance', words.stateCell('insurance', vendor.insurance)],
      ['Insured until', words.dayCell(vendor.coiExpiresOn)],
    ]),
    tabs: [
      { id: 'projects', label: 'Projects', count: projects.length },
      { id: 'responses', label: 'Proposals', count: responses.length },
    ],
    content: chooseTab(
      {
        projects: [
          table(
            null,
            columns.filter((column) => column !== undefined),
            projects,
            { empty: 'No projects.' },
          ),
        ],
        responses: [
          ...words.hiddenNote(vendor.notShown),
          table(
            null,
            RESPONSE_COLUMNS.filter(({ id: column }) => !words.isHidden(vendor.notShown, column)),
            responses,
            {
              empty: 'No proposals.',
            },
          ),
        ],
      },
      wanted,
    ),
    scope: { programId: null, designId: null, label: name, draft: `About ${name}: ` },
  };
}

const RESPONSE_COLUMNS: readonly Column[] = [
  { id: 'number', label: 'RFP', kind: 'code' },
  { id: 'title', label: 'Title', kind: 'text' },
  { id: 'state', label: 'State', kind: 'state' },
  { id: 'on', label: 'Submitted', kind: 'time' },
  { id: 'total', label: 'Total', kind: 'number' },
];
