// Labels and formats shared by all pages: states and their colors, links, columns, rows.
import { type Cell, type Column, cell, type TableRow, type Tone } from '../../workspace/page-parts.ts';
import type { Design, ItemDetails, Program } from './page-shapes.ts';

/** States of items, programs and branches. Others are neutral. */
const TONES: Readonly<Record<string, Tone>> = {
  Released: 'good',
  Verified: 'good',
  Implemented: 'good',
  Done: 'good',
  Active: 'good',
  Merged: 'good',
  Approved: 'accent',
  'In Progress': 'accent',
  Open: 'accent',
  'In Review': 'notice',
  Proposed: 'notice',
  'On Hold': 'notice',
  Rejected: 'danger',
};

export const TYPE_WORDS: Readonly<Record<string, string>> = { ChangeOrder: 'Change order' };

export const toneOf = (state: string): Tone => TONES[state] ?? 'neutral';
export const stateCell = (state: string): Cell => ({ text: state, tone: toneOf(state) });

/** The longest title taken from a brief. */
const TITLE_CHARS = 80;

/** A brief's first line, shortened. */
export function titleOfBrief(brief: string): string {
  const line = brief.split('\n', 1)[0]?.trim() ?? '';
  return line.length <= TITLE_CHARS ? line : `${line.slice(0, TITLE_CHARS - 1).trimEnd()}…`;
}

export const itemPath = (id: string): string => `/workspace/items/${id}`;
export const designPath = (id: string): string => `/workspace/designs/${id}`;
export const programPath = (id: string): string => `/workspace/programs/${id}`;
export const sessionPath = (id: string): string => `/workspace/sessions/${id}`;

export const HOME = { label: 'Programs', path: '/workspace' } as const;
export const programPlace = ({ id, code, name }: { id: string; code: string; name: string }) => ({
  label: `${code} ${name}`,
  path: programPath(id),
});
export const designPlace = ({ id, code, name }: { id: string; code: string; name: string }) => ({
  label: `${code} ${name}`,
  path: designPath(id),
});

export const ITEM_COLUMNS: readonly Column[] = [
  { id: 'number', label: 'Number', kind: 'code' },
  { id: 'name', label: 'Name', kind: 'text' },
  { id: 'type', label: 'Type', kind: 'text' },
  { id: 'revision', label: 'Rev', kind: 'code' },
  { id: 'state', label: 'State', kind: 'state' },
];

export const itemCells = (item: ItemDetails): TableRow['cells'] => ({
  number: cell(item.itemNumber),
  name: cell(item.name),
  type: cell(TYPE_WORDS[item.itemType] ?? item.itemType),
  revision: cell(item.revision),
  state: stateCell(item.state),
});
export const itemRow = (item: ItemDetails): TableRow => ({
  id: item.id,
  path: itemPath(item.id),
  cells: itemCells(item),
});

export const DESIGN_COLUMNS: readonly Column[] = [
  { id: 'code', label: 'Code', kind: 'code' },
  { id: 'name', label: 'Name', kind: 'text' },
  { id: 'type', label: 'Type', kind: 'text' },
  { id: 'description', label: 'Description', kind: 'text' },
];
export const designRow = (design: Design): TableRow => ({
  id: design.id,
  path: designPath(design.id),
  cells: {
    code: cell(design.code),
    name: cell(design.name),
    type: cell(design.isArchived ? `${design.designType ?? ''}, archived` : design.designType),
    description: cell(design.description),
  },
});

export const PROGRAM_COLUMNS: readonly Column[] = [
  { id: 'code', label: 'Code', kind: 'code' },
  { id: 'name', label: 'Name', kind: 'text' },
  { id: 'customer', label: 'Customer', kind: 'text' },
  { id: 'status', label: 'Status', kind: 'state' },
];
export const programRow = (program: Program): TableRow => ({
  id: program.id,
  path: programPath(program.id),
  cells: {
    code: cell(program.code),
    name: cell(program.name),
    customer: cell(program.customer),
    status: program.status ? stateCell(program.status) : cell(''),
  },
});
