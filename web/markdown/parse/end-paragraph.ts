// What the lines of a paragraph turn out to be at its end: definitions, a table, text.
import { type Align, type Block, type Definition, normalizeLabel } from './nodes.ts';

const DELIMITER_ROW = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$/;
const DEFINITION =
  /^\[((?:[^[\]\\^]|\\.)(?:[^[\]\\]|\\.){0,998})\]:[ \t]*\n?[ \t]*(<[^<>\n]*>|[^\s<]\S*)(?:(?:[ \t]*\n[ \t]*|[ \t]+)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)))?[ \t]*(?:\n|$)/;

export function endParagraph(lines: readonly string[]): Block<string>[] {
  const { definitions, text } = takeDefinitions(lines.join('\n').trimEnd());
  if (text === '') return definitions;
  const rows = text.split('\n');
  const at = findTable(rows);
  if (at === -1) return [...definitions, { type: 'paragraph', content: text }];
  const before = rows.slice(0, at).join('\n');
  const table = toTable(rows.slice(at));
  return [...definitions, ...(before === '' ? [] : [{ type: 'paragraph', content: before } as const]), table];
}

export function takeDefinitions(paragraph: string): { definitions: Definition<string>[]; text: string } {
  const definitions: Definition<string>[] = [];
  let text = paragraph;
  for (let match = DEFINITION.exec(text); match !== null; match = DEFINITION.exec(text)) {
    const [source, label = '', destination = '', title] = match;
    if (label.trim() === '') break;
    definitions.push({
      type: 'definition',
      label: normalizeLabel(label),
      href: unescapeMarks(destination.replace(/^<(.*)>$/, '$1')),
      title: title === undefined ? null : unescapeMarks(title.slice(1, -1)),
      source: source.trimEnd(),
      content: source.trimEnd(),
    });
    text = text.slice(source.length).trimStart();
  }
  return { definitions, text };
}

const unescapeMarks = (text: string): string => text.replace(/\\([!-/:-@[-`{-~])/g, '$1');

/** The row that is a table's header, or -1. */
export function findTable(rows: readonly string[]): number {
  return rows.findIndex((row, at) => {
    const delimiter = rows[at + 1]?.trim();
    if (delimiter === undefined || !delimiter.includes('|') || !DELIMITER_ROW.test(delimiter)) return false;
    return row.includes('|') && splitRow(row).length === splitRow(delimiter).length;
  });
}

function toTable([header = '', delimiter = '', ...body]: readonly string[]): Block<string> {
  const rows = body.map(splitRow);
  // A row may have more cells than the header. They are shown as well.
  const width = Math.max(splitRow(header).length, ...rows.map((row) => row.length));
  const fill = (row: readonly string[]): string[] => [...row, ...Array<string>(width - row.length).fill('')];
  return {
    type: 'table',
    align: splitRow(delimiter).map(alignOf),
    header: fill(splitRow(header)),
    rows: rows.map(fill),
  };
}

function alignOf(cell: string): Align {
  if (cell.startsWith(':') && cell.endsWith(':') && cell.length > 1) return 'center';
  if (cell.endsWith(':')) return 'right';
  return cell.startsWith(':') ? 'left' : null;
}

function splitRow(row: string): string[] {
  const cells: string[] = [];
  const line = row.trim();
  let from = line.startsWith('|') ? 1 : 0;
  for (let at = from; at <= line.length; at++) {
    if (line[at] === '\\' && at < line.length - 1) at++;
    else if (line[at] === '|' || (at === line.length && from < line.length)) {
      cells.push(line.slice(from, at).replaceAll('\\|', '|').trim());
      from = at + 1;
    }
  }
  return cells;
}
