// CSV records (RFC 4180) whose text no spreadsheet runs as a formula. Pure.

export type CsvValue = string | number | boolean | null;

/** Spreadsheets run text that starts like this as a formula, including full-width characters and leading spaces. */
const FORMULA = /^[\s\u{feff}\0]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]/u;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

/** One record with its line end. Text that a spreadsheet would run as a formula is prefixed with an apostrophe. */
export const csvRecord = (values: readonly CsvValue[]): string => `${values.map(toField).join(',')}\r\n`;

/** Starts a CSV file. Without the mark, Excel reads UTF-8 as the encoding of the country. */
export const CSV_START = '\u{feff}';

function toField(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const CSV_TYPE = 'text/csv; charset=utf-8; header=present';

/** Headers for a file that the browser downloads instead of showing it. */
export const attachment = (name: string, type: string): Record<string, string> => ({
  'Content-Type': type,
  'Content-Disposition': `attachment; filename="${name}"`,
  'Cache-Control': 'no-store',
});
