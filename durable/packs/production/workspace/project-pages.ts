// The project list, and a project's page: what needs attention, and a tab for each kind of record the role can read.
import type { z } from 'zod';
import type { TenantReader } from '../../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../../tools/tool.ts';
import { blankPage, cell, NO_SUCH_PAGE, type TableRow, table } from '../../workspace/page-parts.ts';
import type { TabQuery, WorkspacePage, WorkspaceSection, WorkspaceTab } from '../../workspace/workspace-page.ts';
import { readAs } from '../functions.ts';
import { HOME, mark, money, projectPath } from './labels.ts';
import { acrossSections } from './overview-pages.ts';
import { ProjectList, ProjectPage, ShowList } from './page-shapes.ts';
import * as lists from './record-lists.ts';
import { scheduleTab } from './schedule-page.ts';
import { HOME_SUGGESTIONS, PROJECT_SUGGESTIONS } from './suggestions.ts';

const PROJECT_LIMIT = 200;
const NEXT_SHOWS = 5;

/** Tab, label, and the key in `counts`. */
const TABS = [
  ['shows', 'Shows', 'shows'],
  ['crew', 'Crew', 'crew'],
  ['vendors', 'Vendors', 'vendors'],
  ['schedule', 'Schedule', 'activities'],
  ['rfps', 'RFPs', 'rfps'],
  ['incidents', 'Incidents', 'incidents'],
  ['deliverables', 'Deliverables', 'deliverables'],
] as const;

const LISTS: Readonly<Record<string, typeof lists.showsTab>> = {
  shows: lists.showsTab,
  crew: lists.crewTab,
  vendors: lists.vendorsTab,
  rfps: lists.rfpsTab,
  incidents: lists.incidentsTab,
  deliverables: lists.deliverablesTab,
};

export async function home(tenant: TenantReader): Promise<WorkspacePage | ToolRefusal> {
  const [found, across] = await Promise.all([
    readAs(ProjectList, tenant, 'search_projects', { limit: PROJECT_LIMIT }),
    acrossSections(tenant),
  ]);
  // A role that can read the crew but no projects still gets the crew.
  if ('refused' in found && across.length === 0) return found;
  return {
    ...blankPage('home', ''),
    suggestions: HOME_SUGGESTIONS,
    title: 'Projects',
    type: 'Workspace',
    content: {
      tab: 'projects',
      cursor: null,
      sections: ['refused' in found ? [] : [projectsOf(found)], across].flat(),
    },
  };
}

function projectsOf(found: z.infer<typeof ProjectList>): WorkspaceSection {
  return table(null, lists.PROJECT_COLUMNS, found.projects.map(lists.projectRow), {
    empty: 'No projects yet.',
    total: found.total,
  });
}

export async function projectPage(
  tenant: TenantReader,
  id: string,
  wanted: string | null,
): Promise<WorkspacePage | ToolRefusal> {
  const project = await readAs(ProjectPage, tenant, 'get_project', { projectId: id });
  if ('refused' in project) return project;
  const tabs = tabsOf(project);
  const tab = tabs.find((one) => one.id === wanted)?.id ?? 'overview';
  const content = await readTab(tenant, project, { tab, cursor: null, query: null });
  if ('refused' in content) return content;
  const budget = money(project.budget, project.currency);
  return {
    ...blankPage('project', project.id),
    suggestions: PROJECT_SUGGESTIONS,
    title: cell(project.name).text,
    code: project.code,
    type: 'Project',
    summary: project.description && cell(project.description).text,
    marks: [mark('project', project.state), { label: project.phase, tone: 'accent' }],
    trail: [HOME],
    facts: [
      ...(project.client ? [{ label: 'Client', ...cell(project.client) }] : []),
      ...(project.startsOn ? [{ label: 'From', text: project.startsOn }] : []),
      ...(project.endsOn ? [{ label: 'To', text: project.endsOn }] : []),
      ...(budget === '' ? [] : [{ label: 'Budget', text: budget }]),
    ],
    tabs,
    content,
    scope: { programId: project.id, designId: null, label: `Project ${project.code}`, draft: '' },
  };
}

export async function projectTab(
  tenant: TenantReader,
  id: string,
  wanted: TabQuery,
): Promise<WorkspaceTab | ToolRefusal> {
  // The other tabs only need the project's id, and are refused if it doesn't exist.
  if (wanted.tab !== 'overview') return readList(tenant, id, wanted);
  const project = await readAs(ProjectPage, tenant, 'get_project', { projectId: id });
  return 'refused' in project ? project : overview(tenant, project);
}

const readTab = (tenant: TenantReader, project: ProjectPage, wanted: TabQuery): Promise<WorkspaceTab | ToolRefusal> =>
  wanted.tab === 'overview' ? overview(tenant, project) : readList(tenant, project.id, wanted);

async function readList(tenant: TenantReader, id: string, wanted: TabQuery): Promise<WorkspaceTab | ToolRefusal> {
  if (wanted.tab === 'schedule') return scheduleTab(tenant, id);
  const read = Object.hasOwn(LISTS, wanted.tab) ? LISTS[wanted.tab] : undefined;
  return read === undefined ? NO_SUCH_PAGE : read(tenant, { ...wanted, scope: { projectId: id } });
}

const tabsOf = ({ counts }: ProjectPage): WorkspacePage['tabs'] => [
  { id: 'overview', label: 'Overview', count: null },
  // Kinds the role can't read have no count.
  ...TABS.flatMap(([id, label, counted]) => {
    const count = counts[counted] ?? null;
    return count === null ? [] : [{ id, label, count }];
  }),
];

const ATTENTION = [
  ['openIncidents', 'Open incidents', 'incidents'],
  ['overdueDeliverables', 'Overdue deliverables', 'deliverables'],
  ['vendorsWithoutInsurance', 'Vendors without valid insurance', 'vendors'],
  ['vendorsWithoutW9', 'Vendors without a W-9', 'vendors'],
  ['openRfps', 'Open RFPs', 'rfps'],
] as const;

async function overview(tenant: TenantReader, project: ProjectPage): Promise<WorkspaceTab> {
  const rows = ATTENTION.flatMap(([key, label, tab]): TableRow[] => {
    const count = project.attention[key] ?? null;
    if (count === null || count === 0) return [];
    return [{ id: key, path: projectPath(project.id, tab), cells: { what: cell(label), count: cell(count) } }];
  });
  const columns = [
    { id: 'what', label: 'Issue', kind: 'text' },
    { id: 'count', label: 'Count', kind: 'number' },
  ] as const;
  const attention = table('Needs attention', columns, rows, { empty: 'Nothing needs attention.' });
  const shows = await readAs(ShowList, tenant, 'list_shows', {
    projectId: project.id,
    when: 'upcoming',
    limit: NEXT_SHOWS,
  });
  const next = 'refused' in shows ? [] : shows.shows.map(lists.showRow);
  const sections =
    'refused' in shows
      ? [attention]
      : [table('Next shows', lists.SHOW_COLUMNS, next, { empty: 'No upcoming shows.', total: shows.total }), attention];
  return { tab: 'overview', sections, cursor: null };
}
