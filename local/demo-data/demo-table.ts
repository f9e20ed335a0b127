// Parses demo data from readable tables: one line per row, cells between bars, empty cells for missing values.

/** @throws Error if a row has more or fewer cells than there are columns. */
export function readTable<C extends string>(
  columns: readonly C[],
  text: string,
): readonly Readonly<Record<C, string>>[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    if (cells.length !== columns.length) throw new Error(`${line.trim()} has not ${columns.length} cells`);
    return Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ''])) as Record<C, string>;
  });
}

export const orNull = (cell: string): string | null => (cell === '' ? null : cell);
export const numberOrNull = (cell: string): number | null => (cell === '' ? null : Number(cell));
