// The page's pending deletes. They outlive the drawer that shows the list, so there is one set per query client rather
// than one per list.
import { type InfiniteData, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { SessionList } from '../../worker/api/sessions/sessions-schema.ts';
import { deleteSession } from '../api.ts';
import { KEYS } from '../queries.ts';
import { createUndoableDeletes, type UndoableDeletes } from './undoable-delete.ts';

const known = new WeakMap<QueryClient, UndoableDeletes>();

export function useDeletes(): UndoableDeletes {
  const deletes = deletesOf(useQueryClient());
  useEffect(() => {
    addEventListener('pagehide', deletes.commit);
    return () => removeEventListener('pagehide', deletes.commit);
  }, [deletes]);
  return deletes;
}

function deletesOf(queries: QueryClient): UndoableDeletes {
  const existing = known.get(queries);
  if (existing) return existing;
  const created = createUndoableDeletes({
    remove: (id) => {
      dropFromList(queries, id);
      const settle = () => queries.invalidateQueries({ queryKey: KEYS.sessions });
      void deleteSession(id).then(settle, settle);
    },
    timers: {
      set: (callback, ms) => window.setTimeout(callback, ms),
      clear: (timer) => window.clearTimeout(timer),
      now: () => performance.now(),
    },
  });
  known.set(queries, created);
  return created;
}

/** Removes it from the cached list before the server confirms. */
function dropFromList(queries: QueryClient, id: string): void {
  queries.setQueriesData<InfiniteData<SessionList>>({ queryKey: KEYS.sessions }, (data) => {
    if (data === undefined) return data;
    const without = (page: SessionList): SessionList => ({
      ...page,
      sessions: page.sessions.filter((session) => session.id !== id),
    });
    return { ...data, pages: data.pages.map(without) };
  });
}
