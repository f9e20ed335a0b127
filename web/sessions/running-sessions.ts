// Which conversations have a running answer. The list endpoint doesn't say, so the page tracks the runs it started or
// opened, and polls those it no longer shows until they end.
import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { getSession } from '../api.ts';
import { KEYS } from '../queries.ts';

const POLL_MS = 5_000;

let running: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

export function markRunning(id: string, isRunning: boolean): void {
  if (running.has(id) === isRunning) return;
  const next = new Set(running);
  if (isRunning) next.add(id);
  else next.delete(id);
  running = next;
  for (const listener of listeners) listener();
}

/** `openId` is the open conversation, which reports its own state. */
export function useRunning(openId: string | null): ReadonlySet<string> {
  const ids = useSyncExternalStore(subscribe, () => running);
  const queries = useQueryClient();
  const ended = useQueries({
    queries: [...ids]
      .filter((id) => id !== openId)
      .map((id) => ({
        queryKey: KEYS.session(id),
        queryFn: () => getSession(id),
        refetchInterval: POLL_MS,
        retry: false,
        staleTime: 0,
      })),
    combine: (results) =>
      results.flatMap(({ data, isFetchedAfterMount }) =>
        data !== undefined && isFetchedAfterMount && data.activeRunId === null ? [data.id] : [],
      ),
  });
  useEffect(() => {
    for (const id of ended) markRunning(id, false);
    if (ended.length > 0) void queries.invalidateQueries({ queryKey: KEYS.sessions });
  }, [ended, queries]);
  return ids;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
