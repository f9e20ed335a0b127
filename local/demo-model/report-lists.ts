// Turns rows of whatever shape into a markdown table with the columns that a reader wants first.
import { isJsonObject, type JsonObject } from './chat.ts';
import type { Entity } from './entities.ts';
import { capitalised, spaced } from './words.ts';

export const MAX_ROWS = 10;
const MAX_COLUMNS = 6;
const MAX_CELL = 120;
const FIRST_COLUMNS = [
  'level',
  'depth',
  'itemNumber',
  'changeOrderNumber',
  'number',
  'code',
  'name',
  'title',
  'quantity',
  'findNumber',
  'referenceDesignator',
  'revision',
  'state',
  'status',
  'severity',
  'role',
  'department',
  'callAt',
  'service',
  'category',
  'contactName',
  'phone',
  'email',
  'insurance',
  'itemType',
  'type',
  'startsAt',
  'city',
  'venue',
  'occurredAt',
  'dueOn',
  'plannedStart',
  'plannedFinish',
  'dueAt',
  'dueDate',
];
/** Said for the machine, not for the reader. */
const HIDDEN = /(?:^id$|Id$|Ids$|^version$|^children$|^masterId$|^orgId$|^isCurrent$|^_)/;

export function tableOf(rows: readonly JsonObject[], limit: number = MAX_ROWS): string {
  const shown = rows.slice(0, limit);
  const columns = columnsOf(shown);
  if (columns.length === 0) return shown.map((row) => `- ${cell(JSON.stringify(row))}`).join('\n');
  const head = `| ${columns.map(titleOf).join(' | ')} |\n|${columns.map(() => ' --- ').join('|')}|`;
  const body = shown.map((row) => `| ${columns.map((column) => cell(wordsOf(row[column]))).join(' | ')} |`);
  const left = rows.length - shown.length;
  const rest = left > 0 ? `\n\n… and ${left} more.` : '';
  return `${head}\n${body.join('\n')}${rest}`;
}

export function listEntities(entities: readonly Entity[]): string {
  return tableOf(
    entities.map((entity) => {
      const state = entity.fields.state ?? entity.fields.status;
      const number =
        entity.number === null ? {} : entity.kind === 'item' ? { itemNumber: entity.number } : { code: entity.number };
      return { ...number, name: entity.name ?? '', ...(state === undefined ? {} : { state }) };
    }),
  );
}

function columnsOf(rows: readonly JsonObject[]): readonly string[] {
  const present = new Set(rows.flatMap((row) => Object.keys(row).filter((key) => isShown(key, row[key]))));
  const first = FIRST_COLUMNS.filter((key) => present.has(key));
  const others = [...present].filter((key) => !FIRST_COLUMNS.includes(key));
  return [...first, ...others].slice(0, Math.max(MAX_COLUMNS, first.length > 7 ? 7 : MAX_COLUMNS));
}

export function isShown(key: string, value: unknown): boolean {
  return !HIDDEN.test(key) && value !== null && value !== undefined && value !== '' && typeof value !== 'object';
}

export function titleOf(key: string): string {
  return key === 'itemNumber' ? 'Number' : capitalised(spaced(key));
}

export function wordsOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(wordsOf).join(', ');
  return isJsonObject(value) ? wordsOf(value.name ?? value.code ?? value.itemNumber ?? '') : readable(String(value));
}

/** A moment on a wall clock reads better without its letters and its seconds. */
function readable(text: string): string {
  return text.replace(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):\d{2}([+-]\d{2}:\d{2})$/, '$1 $2 (UTC$3)');
}

/** Rows are other people's text: nothing in a cell may end the table or begin a link or a tag. */
export function cell(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return inline(line.length > MAX_CELL ? `${line.slice(0, MAX_CELL - 1)}…` : line);
}

/** A sentence from elsewhere on one line, with nothing in it that markdown would act on. */
export function inline(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\|`*_[\]<>]/g, '\\$&');
}
