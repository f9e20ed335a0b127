// The page to open after signing in: always one of ours, whatever the link says.

const START = '/';
const MAX_LENGTH = 1024;
/** Addresses that are not pages: opening them would do something, or show JSON. */
const NO_PAGES = /^\/(api|auth|v1)(\/|$)/i;
/** Any origin works: a path that leaves it is not ours. */
const BASE = 'https://base.invalid';

/** The path with its query, or the start page if it is not a page of ours. */
export function safeReturnPath(text: string | undefined): string {
  if (text === undefined || text.length > MAX_LENGTH || !text.startsWith('/')) return START;
  if (!URL.canParse(text, BASE)) return START;
  const { origin, pathname, search } = new URL(text, BASE);
  // The parser resolves `\`, tabs and dots the way a browser does for a Location header.
  const path = `${pathname}${search}`;
  if (origin !== BASE || path.startsWith('//') || NO_PAGES.test(pathname)) return START;
  return path;
}
