// Where the words that were searched for stand in a text, whatever their case. Pure.

export type TextPart = { readonly text: string; readonly isMatch: boolean };

export function markMatches(text: string, query: string): TextPart[] {
  const wanted = query.trim();
  if (wanted === '') return [{ text, isMatch: false }];
  const parts: TextPart[] = [];
  let from = 0;
  // Lower-casing a whole text can change its length in some scripts, so places are found by a pattern instead.
  for (const match of text.matchAll(new RegExp(escapePattern(wanted), 'giu'))) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index), isMatch: false });
    parts.push({ text: match[0], isMatch: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), isMatch: false });
  return parts;
}

const escapePattern = (words: string): string => words.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
