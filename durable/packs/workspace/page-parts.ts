// Building blocks of every pack's pages: cells, tables, blank pages and field labels.
import type { ToolRefusal } from '../../tools/tool.ts';
import { visibleText } from '../../tools/visible-text.ts';
import type { WorkspacePage, WorkspaceSection, WorkspaceTab } from './workspace-page.ts';

export type Tone = WorkspacePage['marks'][number]['tone'];
type Table = Extract<WorkspaceSection, { type: 'table' }>;
export type Column = Table['columns'][number];
export type TableRow = Table['rows'][number];
export type Cell = TableRow['cells'][string];

/** Text that a user typed, with hidden and reordering characters made visible. */
export const cell = (text: string | number | null | undefined, path?: string): Cell => ({
  text: text == null ? '' : visibleText(String(text)),
  ...(path !== undefined && { path }),
});

export const table = (
  heading: string | null,
  columns: readonly Column[],
  rows: readonly TableRow[],
  words: { empty: string; total?: number | null; searchable?: boolean },
): Table => ({
  type: 'table',
  heading,
  columns: [...columns],
  rows: [...rows],
  empty: words.empty,
  total: words.total ?? null,
  searchable: words.searchable ?? false,
});

/** "findNumber" and "find_number" → "Find number". */
export function fieldLabel(field: string): string {
  const words = field.replaceAll('_', ' ').replace(/([a-z])([A-Z])/g, '$1 $2');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

export const textSection = (text: string, heading: string | null = null): WorkspaceSection => ({
  type: 'text',
  heading,
  text: visibleText(text),
});

/** The requested tab of a page that has all its tabs loaded, or its first. */
export function chooseTab(
  tabs: Readonly<Record<string, readonly WorkspaceSection[]>>,
  wanted: string | null,
): WorkspaceTab {
  const [first = ''] = Object.keys(tabs);
  const tab = wanted !== null && Object.hasOwn(tabs, wanted) ? wanted : first;
  return { tab, cursor: null, sections: [...(tabs[tab] ?? [])] };
}

/** The same for a page that doesn't exist and one the user can't see. */
export const NO_SUCH_PAGE: ToolRefusal = {
  refused: true,
  code: 'NOT_FOUND',
  message: "This page doesn't exist or you don't have access.",
};

export const blankPage = (kind: string, id: string): WorkspacePage => ({
  kind,
  id,
  title: '',
  code: null,
  type: '',
  summary: null,
  marks: [],
  trail: [],
  facts: [],
  tabs: [],
  content: { tab: '', sections: [], cursor: null },
  scope: null,
  conversationId: null,
});
