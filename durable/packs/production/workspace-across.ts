// What there is across all projects: how much of each kind, and a page of each with all its records, to be searched.
import type { z } from 'zod';
import type { TenantReader } from '../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../tools/tool.ts';
import { blankPage, cell, NO_SUCH_PAGE, type Row, table } from '../page-parts.ts';
import type { WorkspacePage, WorkspaceSection, WorkspaceTab } from '../workspace-page.ts';
import * as lists from './workspace-lists.ts';
import { readAs } from './workspace-read.ts';
import { Totals } from './workspace-shapes.ts';
import { HOME, listPath } from './workspace-words.ts';

type List = { readonly id: keyof z.infer<typeof Totals>; readonly label: string; readonly read: typeof lists.showsTab };

const LISTS: readonly List[] = [
  { id: 'shows', label: 'Shows', read: lists.showsTab },
  { id: 'crew', label: 'Crew', read: lists.crewTab },
  { id: 'vendors', label: 'Vendors', read: lists.vendorsTab },
  { id: 'rfps', label: 'RFPs', read: lists.rfpsTab },
  { id: 'incidents', label: 'Incidents', read: lists.incidentsTab },
  { id: 'deliverables', label: 'Deliverables', read: lists.deliverablesTab },
];

/** Empty where the role may read no kind. */
export async function acrossSections(tenant: TenantReader): Promise<WorkspaceSection[]> {
  const totals = await readAs(Totals, tenant, 'workspace_totals', {});
  if ('refused' in totals) return [];
  const rows = LISTS.flatMap(({ id, label }): Row[] => {
    const total = totals[id];
    // What the role may not read has no total.
    return total === null ? [] : [{ id, path: listPath(id), cells: { what: cell(label), count: cell(total) } }];
  });
  const columns = [
    { id: 'what', label: 'What', kind: 'text' },
    { id: 'count', label: 'How many', kind: 'number' },
  ] as const;
  if (rows.length === 0) return [];
  const section = table('Across all projects', columns, rows, { empty: '' });
  return [section];
}

type Wanted = { readonly tab: string; readonly cursor: string | null; readonly query: string | null };

export async function listPage(tenant: TenantReader, id: string): Promise<WorkspacePage | ToolRefusal> {
  const content = await listTab(tenant, id, { tab: id, cursor: null, query: null });
  if ('refused' in content) return content;
  const title = LISTS.find((list) => list.id === id)?.label ?? '';
  return { ...blankPage('list', id), title, type: 'All projects', trail: [HOME], content };
}

/** A list's page has one part, which is called as the list is. */
export async function listTab(tenant: TenantReader, id: string, wanted: Wanted): Promise<WorkspaceTab | ToolRefusal> {
  const list = LISTS.find((one) => one.id === id && one.id === wanted.tab);
  return list === undefined ? NO_SUCH_PAGE : list.read(tenant, { ...wanted, scope: null });
}
