// Makes the last block of a streaming answer presentable at every chunk boundary: what is begun is closed, and a
// marker that does not yet mean anything is held back, so that no raw `**`, fence or half a link ever shows.
import remend from 'remend';

const LONE_MARKER = /(?:^|\n)[ \t]*(?:[-+*_=>#|]{1,2}|#{3,6}|\d{1,3}[.)]?|[-+*] \[[ xX]?\]?|`{1,}|~{1,})[ \t]*$/;
const TRAILING_MARKS = /[*_~`[\]!\\<]+$/;
const DELIMITER_ROW = /^[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*(?::?-+:?)?[ \t]*$/;

export function healTail(source: string, openFence: boolean): string {
  if (openFence) return healCode(source);
  let text = holdBackTable(source.replace(LONE_MARKER, '')).replace(TRAILING_MARKS, '');
  text = closeCodeSpan(text);
  return remend(text, { linkMode: 'text-only', katex: false, setextHeadings: false });
}

/** Inside a fence only the fence's own first and last line can be half written. */
function healCode(source: string): string {
  const lastLine = source.lastIndexOf('\n') + 1;
  // The info string is complete only at its line's end; until then there is no language to show.
  if (lastLine === 0) return source.replace(/^(\s*(?:`{3,}|~{3,})).*$/, '$1');
  return /^\s*(?:`+|~+)\s*$/.test(source.slice(lastLine)) ? source.slice(0, lastLine) : source;
}

/** A table's header is a line of bars until its delimiter row stands below it. */
function holdBackTable(text: string): string {
  const lines = text.split('\n');
  const end = lines.at(-1)?.trim() === '' ? lines.length - 1 : lines.length;
  let first = end;
  while (first > 0 && lines[first - 1]?.trimStart().startsWith('|')) first--;
  const [header, delimiter] = lines.slice(first, end);
  const isTable = delimiter !== undefined && DELIMITER_ROW.test(delimiter) && cells(delimiter) === cells(header ?? '');
  return header === undefined || isTable ? text : lines.slice(0, first).join('\n');
}

const cells = (row: string): number =>
  row
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|').length;

/** Closes a code span before anything else, so that emphasis around it is closed after it. */
function closeCodeSpan(text: string): string {
  let open = 0;
  for (const [run] of text.matchAll(/(?<!\\)`+/g)) {
    if (open === 0) open = run.length;
    else if (run.length === open) open = 0;
  }
  return open === 0 ? text : text + '`'.repeat(open);
}
