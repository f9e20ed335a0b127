// Loads a conversation before it is opened, when a pointer rests on its row or the row gets focus. A prefetched response
// is used once and only for a short time, so that opening is instant and nothing is requested twice.

import { request } from '../../request.ts';

type Prefetched = { readonly response: Promise<Response>; readonly at: number };

export const HYDRATE_LIMIT = 60;
const FRESH_MS = 10_000;
const MAX_PREFETCHED = 6;

export function createPrefetch(deps: { read: (id: string) => Promise<Response>; now: () => number }) {
  const prefetched = new Map<string, Prefetched>();
  const isFresh = (entry: Prefetched) => deps.now() - entry.at < FRESH_MS;
  return {
    begin: (id: string): void => {
      const known = prefetched.get(id);
      if (known !== undefined && isFresh(known)) return;
      prefetched.delete(id);
      const response = deps.read(id);
      // Ignored here: the caller of `take` handles a failed response.
      response.catch(() => prefetched.delete(id));
      prefetched.set(id, { response, at: deps.now() });
      const [oldest] = prefetched.keys();
      if (prefetched.size > MAX_PREFETCHED && oldest !== undefined) prefetched.delete(oldest);
    },
    /** Removes and returns the response; null if nothing fresh was prefetched. */
    take: (id: string): Promise<Response> | null => {
      const known = prefetched.get(id);
      prefetched.delete(id);
      return known !== undefined && isFresh(known) ? known.response : null;
    },
  };
}

const prefetch = createPrefetch({
  read: (id) => {
    const search = new URLSearchParams({ threadId: id, limit: String(HYDRATE_LIMIT) });
    return request(`/api/v1/ai/chat?${search}`, { headers: { accept: 'application/json' } });
  },
  now: () => performance.now(),
});

export const prefetchConversation = prefetch.begin;
export const takePrefetched = prefetch.take;
