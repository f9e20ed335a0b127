// Maps a workspace page's URL to the URL of its data. Pure.

export type PageAddress = {
  /** The path below the workspace API; empty for the home page. */
  readonly data: string;
  readonly isHome: boolean;
};

/** Null if no page can have this URL. */
export function parseAddress(plural: string | undefined, id: string | undefined): PageAddress | null {
  if (plural === undefined || plural === '') return { data: '', isHome: true };
  // The server decides whether the kind exists.
  const kind = /^[a-z]+(?:-[a-z]+)*s$/.test(plural) ? singularOf(plural) : null;
  return kind === null || !id ? null : { data: `/${kind}/${encodeURIComponent(id)}`, isHome: false };
}

/** `items` → `item`, `activities` → `activity`. */
const singularOf = (plural: string): string =>
  plural.endsWith('ies') ? `${plural.slice(0, -3)}y` : plural.slice(0, -1);

export function pageQuery(address: PageAddress, tab: string | null): string {
  return tab === null || address.isHome ? address.data : `${address.data}?${new URLSearchParams({ tab })}`;
}

export function tabQuery(address: PageAddress, wanted: { tab: string; cursor: string | null; search: string }): string {
  const query = new URLSearchParams();
  if (wanted.cursor !== null) query.set('cursor', wanted.cursor);
  if (wanted.search !== '') query.set('q', wanted.search);
  const path = `${address.data}/${encodeURIComponent(wanted.tab)}`;
  return query.size === 0 ? path : `${path}?${query}`;
}

/** The value of `?tab=`, if present. */
export const tabOf = (search: string): string | null => new URLSearchParams(search).get('tab') || null;
