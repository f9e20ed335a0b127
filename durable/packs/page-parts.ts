// What the pages of every pack are put together from: cells, tables, an empty page, the words of a field's name.
import type { ToolRefusal } from '../tools/tool.ts';
import { visibleText } from '../tools/visible-text.ts';
import type { WorkspacePage, WorkspaceSection, WorkspaceTab } from './workspace-page.ts';

export type Tone = WorkspacePage['marks'][number]['tone'];
type Table = Extract<WorkspaceSection, { type: 'table' }>;
export type Column = Table['columns'][number];
export type Row = Table['rows'][number];
export type Cell = Row['cells'][string];

/** Text that a person typed, with no character that hides or reorders others. */
export const cell = (text: string | number | null | undefined, path?: string): Cell => ({
  text: text == null ? '' : visibleText(String(text)),
  ...(path !== undefined && { path }),
});

export const table = (
  heading: string | null,
  columns: readonly Column[],
  rows: readonly Row[],
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

/** The wanted tab of a page that has all of them at hand, else its first. */
export function chooseTab(
  tabs: Readonly<Record<string, readonly WorkspaceSection[]>>,
  wanted: string | null,
): WorkspaceTab {
  const [first = ''] = Object.keys(tabs);
  const tab = wanted !== null && Object.hasOwn(tabs, wanted) ? wanted : first;
  return { tab, cursor: null, sections: [...(tabs[tab] ?? [])] };
}

/** The same for a page that is not there and for one that is not for whoever asks. */
export const NO_SUCH_PAGE: ToolRefusal = { refused: true, code: 'NOT_FOUND', message: 'There is no such page.' };

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
