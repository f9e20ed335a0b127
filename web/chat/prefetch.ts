// Reads a conversation before it is opened, when a pointer rests on it or focus reaches it. What was read is used once and
// only for a moment: opening then shows it without a wait, and asks nothing twice.

type Early = { readonly reply: Promise<Response>; readonly at: number };

export const HYDRATE_LIMIT = 60;
const FRESH_MS = 10_000;
const MAX_EARLY = 6;

export function createPrefetch(deps: { read: (id: string) => Promise<Response>; now: () => number }) {
  const early = new Map<string, Early>();
  const isFresh = (one: Early) => deps.now() - one.at < FRESH_MS;
  return {
    begin: (id: string): void => {
      const known = early.get(id);
      if (known !== undefined && isFresh(known)) return;
      early.delete(id);
      const reply = deps.read(id);
      // Whoever takes it hears of a failure; one that nobody takes is none.
      reply.catch(() => early.delete(id));
      early.set(id, { reply, at: deps.now() });
      const [oldest] = early.keys();
      if (early.size > MAX_EARLY && oldest !== undefined) early.delete(oldest);
    },
    /** Null where nothing fresh was read. */
    take: (id: string): Promise<Response> | null => {
      const known = early.get(id);
      early.delete(id);
      return known !== undefined && isFresh(known) ? known.reply : null;
    },
  };
}

const prefetch = createPrefetch({
  read: (id) => {
    const search = new URLSearchParams({ threadId: id, limit: String(HYDRATE_LIMIT) });
    return fetch(`/api/v1/ai/chat?${search}`, { headers: { accept: 'application/json' } });
  },
  now: () => performance.now(),
});

export const prefetchConversation = prefetch.begin;
export const takePrefetched = prefetch.take;
