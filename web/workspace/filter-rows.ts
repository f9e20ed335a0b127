// Finds the rows that contain every search word, ignoring case. Pure.

type SearchableRow = { readonly cells: Readonly<Record<string, { readonly text: string }>> };

export function filterRows<R extends SearchableRow>(rows: readonly R[], typed: string): R[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const text = Object.values(row.cells)
      .map((cell) => cell.text.toLowerCase())
      .join('\n');
    return words.every((word) => text.includes(word));
  });
}
