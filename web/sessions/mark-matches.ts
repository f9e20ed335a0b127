// Splits a text into parts that match a search and parts that don't, ignoring case. Pure.

export type TextPart = { readonly text: string; readonly isMatch: boolean };

export function markMatches(text: string, query: string): TextPart[] {
  const wanted = query.trim();
  if (wanted === '') return [{ text, isMatch: false }];
  const parts: TextPart[] = [];
  let from = 0;
  // Lowercasing can change a text's length in some scripts, so match with a case-insensitive pattern instead.
  for (const match of text.matchAll(new RegExp(escapePattern(wanted), 'giu'))) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index), isMatch: false });
    parts.push({ text: match[0], isMatch: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), isMatch: false });
  return parts;
}

const escapePattern = (words: string): string => words.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
