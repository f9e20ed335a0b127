// Totals across all projects, and a searchable page for each kind of record.
import type { z } from 'zod';
import type { TenantReader } from '../../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../../tools/tool.ts';
import { blankPage, cell, NO_SUCH_PAGE, type TableRow, table } from '../../workspace/page-parts.ts';
import type { TabQuery, WorkspacePage, WorkspaceSection, WorkspaceTab } from '../../workspace/workspace-page.ts';
import { readAs } from '../functions.ts';
import { HOME, listPath } from './labels.ts';
import { Totals } from './page-shapes.ts';
import * as lists from './record-lists.ts';

type List = { readonly id: keyof z.infer<typeof Totals>; readonly label: string; readonly read: typeof lists.showsTab };

const LISTS: readonly List[] = [
  { id: 'shows', label: 'Shows', read: lists.showsTab },
  { id: 'crew', label: 'Crew', read: lists.crewTab },
  { id: 'vendors', label: 'Vendors', read: lists.vendorsTab },
  { id: 'rfps', label: 'RFPs', read: lists.rfpsTab },
  { id: 'incidents', label: 'Incidents', read: lists.incidentsTab },
  { id: 'deliverables', label: 'Deliverables', read: lists.deliverablesTab },
];

/** Empty if the role can read none. */
export async function acrossSections(tenant: TenantReader): Promise<WorkspaceSection[]> {
  const totals = await readAs(Totals, tenant, 'workspace_totals', {});
  if ('refused' in totals) return [];
  const rows = LISTS.flatMap(({ id, label }): TableRow[] => {
    const total = totals[id];
    // Kinds the role can't read have no total.
    return total === null ? [] : [{ id, path: listPath(id), cells: { what: cell(label), count: cell(total) } }];
  });
  const columns = [
    { id: 'what', label: 'Records', kind: 'text' },
    { id: 'count', label: 'Count', kind: 'number' },
  ] as const;
  if (rows.length === 0) return [];
  const section = table('All projects', columns, rows, { empty: '' });
  return [section];
}

export async function listPage(tenant: TenantReader, id: string): Promise<WorkspacePage | ToolRefusal> {
  const content = await listTab(tenant, id, { tab: id, cursor: null, query: null });
  if ('refused' in content) return content;
  const title = LISTS.find((list) => list.id === id)?.label ?? '';
  return { ...blankPage('list', id), title, type: 'All projects', trail: [HOME], content };
}

/** A list's page has one tab, named like the list. */
export async function listTab(tenant: TenantReader, id: string, wanted: TabQuery): Promise<WorkspaceTab | ToolRefusal> {
  const list = LISTS.find((one) => one.id === id && one.id === wanted.tab);
  return list === undefined ? NO_SUCH_PAGE : list.read(tenant, { ...wanted, scope: null });
}
