// Completes the last block of a streaming answer at any chunk boundary: hides block markers that have no meaning yet, so
// that no raw `**`, fence or half link shows (U15). The inline parser closes what is open within the text.

const LONE_MARKER = /(?:^|\n)[ \t]*(?:[-+*_=>#|]{1,2}|#{3,6}|\d{1,3}[.)]?|[-+*] \[[ xX]?\]?|`{1,}|~{1,})[ \t]*$/;

const TRAILING_MARKS = /[*_~`[\]!\\<]+$/;

const DELIMITER_ROW = /^[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*(?::?-+:?)?[ \t]*$/;

/** The start of a line that can become a definition of a link or a footnote. */
const HALF_DEFINITION =
  /(?:^|\n) {0,3}\[(?:\^[^\]\s]{0,40}\]?|[^\]^\n]{1,40}(?:\](?::[ \t]*\S*(?:[ \t]+["'(][^\n]*)?)?)?)$/;

const cells = (row: string): number =>
  row
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|').length;

export function healTail(source: string, isCode: boolean): string {
  if (isCode) return healCode(source);
  return holdBackTable(source.replace(LONE_MARKER, '').replace(HALF_DEFINITION, '')).replace(TRAILING_MARKS, '');
}

/** Inside a fence only its first and last line can be incomplete. */
function healCode(source: string): string {
  const lastLine = source.lastIndexOf('\n') + 1;
  // The language is only complete at the end of its line.
  if (lastLine === 0) return source.replace(/^(\s*(?:`{3,}|~{3,})).*$/, '$1');
  return /^\s*(?:`+|~+)\s*$/.test(source.slice(lastLine)) ? source.slice(0, lastLine) : source;
}

/** Hides a table's header until its delimiter row is complete. */
function holdBackTable(text: string): string {
  const lines = text.split('\n');
  const end = lines.at(-1)?.trim() === '' ? lines.length - 1 : lines.length;
  let first = end;
  while (first > 0 && lines[first - 1]?.trimStart().startsWith('|')) first--;
  const [header, delimiter] = lines.slice(first, end);
  const isTable = delimiter !== undefined && DELIMITER_ROW.test(delimiter) && cells(delimiter) === cells(header ?? '');
  return header === undefined || isTable ? text : lines.slice(0, first).join('\n');
}
