// What documents of the demo model are put together from: facts or their gaps, moments as a clock shows them, tables, lists.
import type { JsonObject } from './chat.ts';
import { cell, wordsOf } from './report-lists.ts';

/** A gap keeps its brackets. */
export const words = (value: unknown): string => {
  const text = wordsOf(value);
  return /^\[missing: [^\]]*\]$/.test(text) ? text : cell(text);
};

const gap = (what: string): string => `[missing: ${what}]`;
const isGap = (value: unknown): boolean => value === null || value === undefined || value === '';

export const factOf = (row: JsonObject, field: string, what: string): string =>
  isGap(row[field]) ? gap(what) : words(row[field]);

export const person = (row: JsonObject): string => factOf(row, 'responsible', 'responsible');

const DAY = new Intl.DateTimeFormat('en-US', { dateStyle: 'full', timeZone: 'UTC' });

/** "Saturday, July 4, 2026" of a day or of a moment, as the place counts it. */
export function day(value: unknown, what = 'date'): string {
  const [, iso] = /^(\d{4}-\d{2}-\d{2})/.exec(String(value ?? '')) ?? [];
  return iso === undefined ? gap(what) : DAY.format(Date.parse(`${iso}T00:00:00Z`));
}

/** "Saturday, July 4, 2026, 7:30 PM (America/Denver)". */
export function clock(row: JsonObject, field: string, what: string): string {
  const value = row[field];
  const [, hours, minutes] = /T(\d{2}):(\d{2})/.exec(String(value ?? '')) ?? [];
  if (hours === undefined || minutes === undefined) return isGap(value) ? gap(what) : words(value);
  const hour = Number(hours);
  const zone = isGap(row['timeZone']) ? '' : ` (${words(row['timeZone'])})`;
  return `${day(value)}, ${hour % 12 === 0 ? 12 : hour % 12}:${minutes} ${hour < 12 ? 'AM' : 'PM'}${zone}`;
}

/** Nothing where there is nothing below it. */
export const section = (heading: string, text: string): string => (text === '' ? '' : `## ${heading}\n\n${text}`);
export const listOf = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');

type ToCell = (row: JsonObject) => string;

export function tableOfRows(
  rows: readonly JsonObject[],
  columns: Readonly<Record<string, string>>,
  cells: Readonly<Record<string, ToCell>> = {},
): string {
  if (rows.length === 0) return '';
  const fields = Object.keys(columns);
  const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  // A field that no row has at all is not this reader's; one that is empty is missing.
  const shown = fields.filter((field) => rows.some((row) => field in row));
  const body = rows.map((row) =>
    line(shown.map((field) => cells[field]?.(row) ?? factOf(row, field, (columns[field] ?? field).toLowerCase()))),
  );
  return [line(shown.map((field) => columns[field] ?? field)), line(shown.map(() => '---')), ...body].join('\n');
}
