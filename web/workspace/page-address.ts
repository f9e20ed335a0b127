// Where a page of the workspace stands in the browser, and where its data is to be had. Pure.

export type PageAddress = {
  /** The path under the data's own address; empty for the page to begin with. */
  readonly data: string;
  readonly isHome: boolean;
};

/** Null where no page can stand there. */
export function parseAddress(plural: string | undefined, id: string | undefined): PageAddress | null {
  if (plural === undefined || plural === '') return { data: '', isHome: true };
  // Whether there are pages of such a kind, the server knows.
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

/** The text of `?tab=`, where there is one. */
export const tabOf = (search: string): string | null => new URLSearchParams(search).get('tab') || null;
