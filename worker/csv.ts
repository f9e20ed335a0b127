// Records of a CSV file as RFC 4180 has it, which no spreadsheet takes for formulas. Pure.

export type CsvValue = string | number | boolean | null;

/** What begins so is computed by spreadsheets; those of full width and what hides behind spaces too. */
const FORMULA = /^[\s\u{feff}\0]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]/u;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

/** One record with its line end. Text that a spreadsheet would compute begins with an apostrophe, which it shows as text. */
export const csvRecord = (values: readonly CsvValue[]): string => `${values.map(toField).join(',')}\r\n`;

function toField(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const CSV_TYPE = 'text/csv; charset=utf-8; header=present';

/** Headers of a file that the browser keeps instead of showing it. */
export const attachment = (name: string, type: string): Record<string, string> => ({
  'Content-Type': type,
  'Content-Disposition': `attachment; filename="${name}"`,
  'Cache-Control': 'no-store',
});
