// Where a person goes on to after signing in: a page of ours, whatever the link said that they followed.

const START = '/';
const MAX_LENGTH = 1024;
/** Addresses that are no pages: going there would be an act, or show JSON. */
const NO_PAGES = /^\/(api|auth|v1)(\/|$)/i;
/** Any origin will do: what leaves it is not ours. */
const BASE = 'https://base.invalid';

/** The path with its query, or the start page where it is no page of ours. */
export function safeReturnPath(text: string | undefined): string {
  if (text === undefined || text.length > MAX_LENGTH || !text.startsWith('/')) return START;
  if (!URL.canParse(text, BASE)) return START;
  const { origin, pathname, search } = new URL(text, BASE);
  // A parser folds `\`, tabs and dots; what is left is judged as a browser would judge it in a Location header.
  const path = `${pathname}${search}`;
  if (origin !== BASE || path.startsWith('//') || NO_PAGES.test(pathname)) return START;
  return path;
}
