// A draft as a file: its Markdown as it is, or a document for word processors, whose maker loads when it is first wanted.

export function saveAsMarkdown(text: string, name: string): void {
  save(new Blob([text], { type: 'text/markdown;charset=utf-8' }), `${name}.md`);
}

/** Rejects where the maker does not load. */
export async function saveAsDocx(text: string, name: string): Promise<void> {
  const { toDocx } = await import('./to-docx.ts');
  save(await toDocx(text, name), `${name}.docx`);
}

function save(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The click has taken the address by the next turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
