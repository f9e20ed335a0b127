// Which addresses a link in model text may lead to: https, mailto and pages of this product, nothing else (R32).

/** The address to put in a link, or null where the words must stand without one. */
export function safeHref(raw: string): string | null {
  // Browsers drop tabs and line breaks inside a URL, so a scheme could be hidden by them.
  const address = raw.replace(/[\p{Cc}\s]+/gu, '');
  if (!/^(?:https:\/\/|mailto:)/i.test(address)) return null;
  try {
    const url = new URL(address);
    if (url.protocol === 'mailto:') return url.href;
    // A user name before the host makes an address look like another one.
    if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return null;
    return url.href;
  } catch {
    return null;
  }
}

/** Pages of this product that text may lead to. What lies elsewhere on this host, as sign-in, is not for links. */
const OWN_PAGES = /^\/(?:workspace|chat)(?:\/|$)/;

/** The path of a page of this product, or null. It is resolved first, so that `..` and `//` lead nowhere else. */
export function internalPath(raw: string): string | null {
  if (!raw.startsWith('/')) return null;
  try {
    const url = new URL(raw, 'https://own.invalid');
    if (url.origin !== 'https://own.invalid' || !OWN_PAGES.test(url.pathname)) return null;
    return url.pathname + url.search;
  } catch {
    return null;
  }
}

export type TextPiece = { readonly text: string; readonly href: string | null };

const BARE_URL = /https:\/\/[^\s<>"'`|\\^{}]{1,2048}/g;

/** Finds addresses in plain text. One that touches the end of streaming text may still grow, so it waits. */
export function linkify(text: string, options: { growing: boolean }): TextPiece[] {
  const pieces: TextPiece[] = [];
  let from = 0;
  for (const match of text.matchAll(BARE_URL)) {
    const url = trimUrl(match[0]);
    const end = match.index + url.length;
    if (options.growing && match.index + match[0].length === text.length) break;
    const href = safeHref(url);
    if (href === null) continue;
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), href: null });
    pieces.push({ text: url, href });
    from = end;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), href: null });
  return pieces;
}

/** Punctuation at the end belongs to the sentence; a closing bracket too, unless the address opened it. */
function trimUrl(url: string): string {
  let trimmed = url;
  for (;;) {
    const end = trimmed.at(-1) ?? '';
    const unbalanced = end === ')' && trimmed.split(')').length > trimmed.split('(').length;
    if (!/[.,;:!?*_~\]]/.test(end) && !unbalanced) return trimmed;
    trimmed = trimmed.slice(0, -1);
  }
}
