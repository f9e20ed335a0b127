// The list of allowed origins as text with one per line, and the server's messages about them. Pure.

/** Without empty lines and spaces at the ends of lines. */
export const originsOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** One sentence for each origin that the server refuses, with the origin if there are several. */
export function originFaults(sent: readonly string[], issues: ReadonlyMap<string, string>): string[] {
  return [...issues].flatMap(([path, message]) => {
    if (path === 'origins') return [`The list ${message.charAt(0).toLowerCase()}${message.slice(1)}`];
    const index = /^origins\.(\d+)$/.exec(path)?.[1];
    if (index === undefined) return [];
    return [sent.length === 1 ? message : `${sent[Number(index)] ?? ''}: ${message}`];
  });
}
