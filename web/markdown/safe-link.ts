// Which URLs a link in model text can lead to: https, mailto and pages of this product, nothing else (R32).

/** The URL for a link, or null if it isn't allowed. */
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

/** Pages that text can link to. Other paths on this host, such as sign-in, are not allowed. */
const OWN_PAGES = /^\/(?:workspace|chat)(?:\/|$)/;

/** The path of a page of this product, or null. Resolved first, so that `..` and `//` can't escape. */
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

/** What text may link to: a page of this product or an outside address. Null if the address isn't allowed. */
export const linkTarget = (raw: string): string | null => internalPath(raw) ?? safeHref(raw);

const BARE_URL = /https:\/\/[^\s<>"'`|\\^{}\p{Cc}\p{Cf}\p{Extended_Pictographic}]{1,2048}/iuy;

/** Letters and marks of scripts without spaces between words. A sentence can follow a URL directly. */
export const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303f\uff00-\uffef]/u;

/** Ends a sentence or a quotation rather than a URL. */
const TRAILING = /(?:[.,;:!?*_~'"([{]|(?![/\-#=&%+@$)\]])\p{P})$/u;

/** The URL at a place in plain text: what it is, and how much text could still belong to it if more followed. */
export function bareUrlAt(text: string, at: number): { readonly text: string; readonly matched: number } | null {
  BARE_URL.lastIndex = at;
  const match = BARE_URL.exec(text)?.[0];
  if (match === undefined) return null;
  const matched = endOfUrl(match);
  let url = match.slice(0, matched).replace(/&[A-Za-z\d]+;$/, '');
  while (TRAILING.test(url)) url = url.replace(TRAILING, '');
  return safeHref(url) === null ? null : { text: url, matched };
}

/** Where a bracket closes that the URL didn't open, emphasis ends, or text of another script begins. */
function endOfUrl(text: string): number {
  const open: string[] = [];
  for (let at = 'https://'.length; at < text.length; at++) {
    const char = text[at] ?? '';
    if (UNSPACED.test(String.fromCodePoint(text.codePointAt(at) ?? 0)) || /^(?:\*\*|~~)/.test(text.slice(at, at + 2))) {
      return at;
    }
    if (char === '(' || char === '[') open.push(char === '(' ? ')' : ']');
    else if ((char === ')' || char === ']') && open.pop() !== char) return at;
  }
  return text.length;
}
