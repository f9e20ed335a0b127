// Which text is a formula. A price, a path or an escaped bracket is not: when in doubt, text stays text.

const MAX_TEX = 2000;

/** Marks that prose doesn't have between dollar signs or escaped brackets. */
const TEX_MARK = /[\\^_{}=<>≤≥≈]|[+*/|−-]\s*[A-Za-z(]|[A-Za-z)]\s*[+*/|−-]/;
const WORD = /(?<![\\A-Za-z])[A-Za-z]{3,}/;

export function looksLikeMath(tex: string): boolean {
  const text = tex.trim();
  if (text === '' || text.length > MAX_TEX || !/[A-Za-z\\]/.test(text)) return /^[\d.]+\s*[=<>+^]/.test(text);
  if (/[\\^{}]/.test(text)) return true;
  const isProse = WORD.test(text) || /[A-Za-z]\s+[A-Za-z]{2}/.test(text) || /[A-Za-z]{2}\s+[A-Za-z]/.test(text);
  if (isProse) return false;
  return TEX_MARK.test(text) || /^\d*[A-Za-z]{1,2}$/.test(text) || /^[A-Za-z]\(.*\)$/.test(text);
}

export type MathSpan = { readonly end: number; readonly tex: string; readonly display: boolean };

/** The formula that begins at a dollar sign or at a backslash before a bracket, or null. */
export function findMath(text: string, at: number): MathSpan | null {
  const opener = text.slice(at, at + 2);
  if (opener === '\\(' || opener === '\\[') {
    return span(text, at + 2, opener === '\\(' ? '\\)' : '\\]', opener === '\\[');
  }
  if (opener === '$$') return span(text, at + 2, '$$', true);
  return dollarSpan(text, at);
}

function span(text: string, from: number, closer: string, display: boolean): MathSpan | null {
  const length = text.slice(from, from + MAX_TEX).indexOf(closer);
  if (length === -1) return null;
  const tex = text.slice(from, from + length);
  return looksLikeMath(tex) ? { end: from + length + 2, tex: tex.trim(), display } : null;
}

/** Between single dollar signs, on one line and with nothing beside them that a price or a variable would have. */
function dollarSpan(text: string, at: number): MathSpan | null {
  if (/[\p{L}\p{N}$\\]/u.test(text[at - 1] ?? '') || /[\s$]/.test(text[at + 1] ?? ' ')) return null;
  const line = text.slice(at + 1, at + 1 + MAX_TEX).split('\n', 1)[0] ?? '';
  const match = /^(?:[^$\\]|\\.)*?(?=\$)/.exec(line);
  const tex = match?.[0] ?? '';
  const after = text[at + tex.length + 2] ?? '';
  if (tex === '' || /\s$/.test(tex) || /[\p{L}\p{N}$]/u.test(after) || !looksLikeMath(tex)) return null;
  // "$5 to 10^6$" is rarer than two prices on a line.
  if (/^\d/.test(tex) && /[A-Za-z]{2,}/.test(tex.replace(/\\[A-Za-z]+/g, ''))) return null;
  return { end: at + tex.length + 2, tex, display: false };
}
