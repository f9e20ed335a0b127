// The pages that contain items: the program list, a program, a design, a design workspace.
import type { z } from 'zod';
import type { TenantReader } from '../../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../../tools/tool.ts';
import { visibleText } from '../../../tools/visible-text.ts';
import { blankPage, cell, chooseTab, fieldLabel, type TableRow, table } from '../../workspace/page-parts.ts';
import type { PageReply, WorkspaceSection, WorkspaceTab } from '../../workspace/workspace-page.ts';
import { readAs } from '../functions.ts';
import {
  DESIGN_COLUMNS,
  designPath,
  designRow,
  HOME,
  ITEM_COLUMNS,
  itemPath,
  itemRow,
  PROGRAM_COLUMNS,
  programPath,
  programPlace,
  programRow,
  sessionPath,
  stateCell,
  titleOfBrief,
  toneOf,
} from './labels.ts';
import { DesignPage, FoundItems, ProgramList, type ProgramMember, ProgramPage, SessionPage } from './page-shapes.ts';
import { designSuggestions, HOME_SUGGESTIONS, programSuggestions } from './suggestions.ts';

const PROGRAM_LIMIT = 50;
const FOUND_LIMIT = 50;

export async function home(tenant: TenantReader): PageReply {
  const found = await readAs(ProgramList, tenant, 'search_programs', { limit: PROGRAM_LIMIT });
  if ('refused' in found) return found;
  const rows = found.programs.map(programRow);
  const empty = "You're not a member of any program yet. An admin or a program lead can add you.";
  return {
    ...blankPage('home', ''),
    title: 'Programs',
    type: 'Workspace',
    suggestions: HOME_SUGGESTIONS,
    content: {
      tab: 'programs',
      cursor: null,
      sections: [table(null, PROGRAM_COLUMNS, rows, { empty, total: found.total ?? null })],
    },
  };
}

export async function programPage(tenant: TenantReader, id: string, wanted: string | null): PageReply {
  const page = await readAs(ProgramPage, tenant, 'workspace_program', { id });
  if ('refused' in page) return page;
  const { program, designs, changeOrders, members, sessions } = page;
  const sections: Record<string, WorkspaceSection[]> = {
    designs: [table(null, DESIGN_COLUMNS, designs.map(designRow), { empty: 'No designs yet.' })],
    'change-orders': [table(null, ITEM_COLUMNS, changeOrders.map(itemRow), { empty: 'No change orders yet.' })],
    sessions: [table(null, SESSION_COLUMNS, sessions.map(sessionRow), { empty: 'No design workspaces yet.' })],
    members: [membersTable(members, null)],
  };
  return {
    ...blankPage('program', program.id),
    title: visibleText(program.name),
    code: program.code,
    type: 'Program',
    summary: program.description ? visibleText(program.description) : null,
    marks: program.status ? [{ label: program.status, tone: toneOf(program.status) }] : [],
    trail: [HOME],
    facts: program.customer ? [{ label: 'Customer', ...cell(program.customer) }] : [],
    tabs: [
      { id: 'designs', label: 'Designs', count: designs.length },
      { id: 'change-orders', label: 'Change orders', count: changeOrders.length },
      { id: 'sessions', label: 'Design workspaces', count: sessions.length },
      { id: 'members', label: 'Members', count: members.length },
    ],
    content: chooseTab(sections, wanted),
    scope: { programId: program.id, designId: null, label: `Program ${program.code}`, draft: '' },
    suggestions: programSuggestions(program.code),
  };
}

export async function designPage(tenant: TenantReader, id: string, wanted: string | null): PageReply {
  const page = await readAs(DesignPage, tenant, 'workspace_design', { id });
  if ('refused' in page) return page;
  const { design, program, counts, branches, isProtected } = page;
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const released = counts.reduce((sum, { state, count }) => sum + (state === 'Released' ? count : 0), 0);
  const orders = (branches ?? []).filter((branch) => branch.changeOrderId);
  const tab = wanted === 'change-orders' ? wanted : 'items';
  const content = tab === 'items' ? itemsTab(page, total) : await changeOrdersTab(tenant, page);
  if ('refused' in content) return content;
  return {
    ...blankPage('design', design.id),
    title: visibleText(design.name),
    code: design.code,
    type: `${design.designType ?? ''} design`.trim(),
    summary: design.description ? visibleText(design.description) : null,
    marks: [
      ...(design.isArchived ? [{ label: 'Archived', tone: 'neutral' } as const] : []),
      ...(isProtected ? [{ label: 'ECO required', tone: 'notice' } as const] : []),
    ],
    trail: [HOME, programPlace(program)],
    facts: [
      { label: 'Items', text: String(total) },
      { label: 'Released', text: String(released) },
      { label: 'Open change orders', text: String(orders.filter((branch) => !branch.isArchived).length) },
    ],
    tabs: [
      { id: 'items', label: 'Items', count: total },
      { id: 'change-orders', label: 'Change orders', count: orders.length },
    ],
    content,
    scope: { programId: program.id, designId: design.id, label: `Design ${design.code}`, draft: '' },
    suggestions: designSuggestions(design.code),
  };
}

export async function designTab(
  tenant: TenantReader,
  wanted: { id: string; tab: string; cursor: string | null; query: string | null },
): Promise<WorkspaceTab | ToolRefusal> {
  const { id, tab, cursor, query } = wanted;
  if (tab === 'items' && query !== null) {
    const found = await readAs(FoundItems, tenant, 'search_items', { designId: id, query, limit: FOUND_LIMIT });
    if ('refused' in found) return found;
    return { tab, cursor: null, sections: [itemsTable(found.items.map(itemRow), found.total ?? null)] };
  }
  const page = await readAs(DesignPage, tenant, 'workspace_design', { id, ...(cursor !== null && { cursor }) });
  if ('refused' in page) return page;
  if (tab === 'items') return itemsTab(page, null);
  if (tab === 'change-orders') return changeOrdersTab(tenant, page);
  return { refused: true, code: 'NOT_FOUND', message: "This design doesn't have that tab." };
}

type DesignReply = z.output<typeof DesignPage>;

const itemsTab = (page: DesignReply, total: number | null): WorkspaceTab => ({
  tab: 'items',
  cursor: page.cursor ?? null,
  sections: [itemsTable(page.rows.map(itemRow), total)],
});

const itemsTable = (rows: readonly TableRow[], total: number | null): WorkspaceSection =>
  table(null, ITEM_COLUMNS, rows, { empty: 'No items yet.', total, searchable: true });

/** Each change order has a branch in the design; its number and state come from the program's page. */
async function changeOrdersTab(tenant: TenantReader, page: DesignReply): Promise<WorkspaceTab | ToolRefusal> {
  const program = await readAs(ProgramPage, tenant, 'workspace_program', { id: page.program.id });
  if ('refused' in program) return program;
  const known = new Map(program.changeOrders.map((order) => [order.id, order]));
  const rows = (page.branches ?? []).flatMap(({ changeOrderId, name, isArchived }): TableRow[] => {
    if (!changeOrderId) return [];
    const order = known.get(changeOrderId);
    const branch = stateCell(isArchived ? 'Merged' : 'Open');
    if (order) return [{ ...itemRow(order), cells: { ...itemRow(order).cells, branch } }];
    return [{ id: changeOrderId, path: itemPath(changeOrderId), cells: { number: cell(name.toUpperCase()), branch } }];
  });
  const columns = [
    ...ITEM_COLUMNS.slice(0, 2),
    ITEM_COLUMNS[4],
    { id: 'branch', label: 'Branch', kind: 'state' } as const,
  ];
  const section = table(
    null,
    columns.filter((column) => column !== undefined),
    rows,
    { empty: 'No change orders yet.' },
  );
  return { tab: 'change-orders', cursor: null, sections: [section] };
}

export async function sessionPage(tenant: TenantReader, id: string, wanted: string | null): PageReply {
  const page = await readAs(SessionPage, tenant, 'workspace_session', { id });
  if ('refused' in page) return page;
  const { session, program, designs, items, members } = page;
  const brief = visibleText(session.description);
  const work: WorkspaceSection[] = [
    { type: 'text', heading: 'Brief', text: brief },
    table('Designs', DESIGN_COLUMNS, designs.map(designRow), { empty: 'No designs yet.' }),
    table('Items', ITEM_COLUMNS, items.map(itemRow), { empty: 'No items yet.' }),
  ];
  const isMembers = wanted === 'members';
  const design = designs.find((one) => one.id === session.designId);
  return {
    ...blankPage('session', session.id),
    title: titleOfBrief(brief),
    type: 'Design workspace',
    marks: session.status ? [{ label: fieldLabel(session.status), tone: toneOf(fieldLabel(session.status)) }] : [],
    trail: [HOME, programPlace(program)],
    facts: [
      { label: 'Program', ...cell(`${program.code} ${program.name}`, programPath(program.id)) },
      ...(design ? [{ label: 'Design', ...cell(`${design.code} ${design.name}`, designPath(design.id)) }] : []),
      ...(session.createdBy ? [{ label: 'Opened by', ...cell(session.createdBy) }] : []),
      { label: 'Opened', text: session.createdAt },
    ],
    tabs: [
      { id: 'work', label: 'Brief and items', count: null },
      { id: 'members', label: 'Members', count: members.length },
    ],
    content: {
      tab: isMembers ? 'members' : 'work',
      cursor: null,
      sections: isMembers ? [membersTable(members, null)] : work,
    },
    scope: { programId: program.id, designId: session.designId ?? null, label: 'this design workspace', draft: '' },
    conversationId: session.id,
  };
}

function membersTable(members: readonly z.output<typeof ProgramMember>[], heading: string | null): WorkspaceSection {
  const columns = [
    { id: 'name', label: 'Name', kind: 'text' },
    { id: 'role', label: 'Role', kind: 'text' },
    { id: 'rights', label: 'Change orders', kind: 'text' },
  ] as const;
  const rows = members.map((member): TableRow => {
    const rights = [member.canCreateEco && 'creates', member.canApproveEco && 'approves'].filter(Boolean).join(', ');
    return {
      id: member.userId,
      path: null,
      cells: { name: cell(member.name), role: cell(fieldLabel(member.role)), rights: cell(rights) },
    };
  });
  return table(heading, columns, rows, { empty: 'No members yet.' });
}

const SESSION_COLUMNS = [
  { id: 'brief', label: 'Brief', kind: 'text' },
  { id: 'status', label: 'Status', kind: 'state' },
  { id: 'by', label: 'Opened by', kind: 'text' },
  { id: 'at', label: 'Opened', kind: 'time' },
] as const;

const sessionRow = (session: ProgramReply['sessions'][number]): TableRow => ({
  id: session.id,
  path: sessionPath(session.id),
  cells: {
    brief: cell(titleOfBrief(session.description)),
    status: session.status ? stateCell(fieldLabel(session.status)) : cell(''),
    by: cell(session.createdBy),
    at: { text: session.createdAt },
  },
});
type ProgramReply = z.output<typeof ProgramPage>;
