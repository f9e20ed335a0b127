// The user's conversations, newest first: search, open, rename, pin, delete.

import { useQueryClient } from '@tanstack/react-query';
import { CircleAlert, Search } from 'lucide-react';
import { useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import type { SessionList as SessionPage } from '../../worker/api/sessions/sessions-schema.ts';
import { patchSession } from '../api.ts';
import { prefetchConversation } from '../chat/runtime/prefetch.ts';
import { Button } from '../design/controls/button.tsx';
import { CONTROL } from '../design/controls/field.tsx';
import { keysOf } from '../design/keys.ts';
import { showToast } from '../design/overlays/toasts.ts';
import { Skeleton } from '../design/skeleton.tsx';
import { KEYS, patchCachedSession, useSessions } from '../queries.ts';
import { useDebounced } from '../use-debounced.ts';
import { groupSessions } from './group-sessions.ts';
import { useRunning } from './running-sessions.ts';
import { SessionRow } from './session-row.tsx';
import { useDeletes } from './use-deletes.ts';

type Changes = {
  readonly rename: (id: string, title: string) => void;
  readonly pin: (id: string, pinned: boolean) => void;
};

const SEARCH_DELAY_MS = 150;

type ListProps = {
  activeId: string | null;
  onOpen: (id: string) => void;
  /** The open conversation was deleted. */
  onDeletedOpen: () => void;
  /** Makes rows links, which can open in a new tab; without it they are buttons. */
  hrefOf?: (id: string) => string;
  takesFocus?: boolean;
};

type SessionEntry = SessionPage['sessions'][number];

export function SessionList({ activeId, onOpen, onDeletedOpen, hrefOf, takesFocus = false }: ListProps) {
  const id = useId();
  const [typed, setTyped] = useState('');
  const words = useDebounced(typed.trim(), SEARCH_DELAY_MS);
  const { data, isPending, isError, isPlaceholderData, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useSessions(words);
  const { rename, pin } = useSessionChanges();
  const deletes = useDeletes();
  const running = useRunning(activeId);
  const pending = useSyncExternalStore(deletes.subscribe, deletes.get);
  const sentinel = useOnVisible(() => hasNextPage && !isFetchingNextPage && void fetchNextPage());
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (takesFocus && matchMedia('(pointer: fine)').matches) field.current?.focus({ preventScroll: true });
  }, [takesFocus]);

  const sessions = (data?.pages.flatMap((page) => page.sessions) ?? []).filter((session) => session.id !== pending?.id);
  const now = new Date();
  const remove = (session: SessionEntry) => {
    focusNeighbor(list.current, session.id);
    deletes.begin({ id: session.id, title: session.title ?? 'Conversation' });
    if (session.id === activeId) onDeletedOpen();
  };
  const row = (session: SessionEntry) => (
    <SessionRow
      key={session.id}
      session={session}
      query={words}
      active={session.id === activeId}
      running={running.has(session.id)}
      now={now}
      href={hrefOf?.(session.id) ?? null}
      onOpen={() => onOpen(session.id)}
      onIntent={() => prefetchConversation(session.id)}
      onRename={(title) => rename(session.id, title)}
      onPin={(pinned) => pin(session.id, pinned)}
      onDelete={() => remove(session)}
    />
  );

  return (
    <div className="flex min-h-0 grow flex-col">
      <div className="relative shrink-0 px-3 pb-1">
        <label htmlFor={id} className="sr-only">
          Search conversations
        </label>
        <Search
          size={16}
          aria-hidden
          className="pointer-events-none absolute start-6 top-4.5 -translate-y-1/2 text-muted touch:top-5.5"
        />
        <input
          id={id}
          ref={field}
          type="search"
          value={typed}
          autoComplete="off"
          dir="auto"
          placeholder="Search conversations"
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (keysOf(event) !== 'Escape' || typed === '') return;
            // The first Esc clears the search; the next one closes the panel or drawer.
            event.preventDefault();
            setTyped('');
          }}
          className={`${CONTROL} h-9 ps-9 touch:h-11`}
        />
      </div>
      <div ref={list} aria-busy={isPlaceholderData} className="min-h-0 grow overflow-y-auto px-3 pb-3">
        {isPending && <Skeleton lines={['w-4/5', 'w-3/5', 'w-2/3', 'w-1/2']} className="px-2 pt-4" />}
        {isError && !data && (
          <div role="alert" className="flex flex-col items-start gap-2 px-2 pt-4 text-small text-muted">
            Couldn’t load your conversations.
            <Button size="small" onClick={() => void refetch()}>
              Try again
            </Button>
          </div>
        )}
        {data && sessions.length === 0 && (
          <p className="px-2 pt-4 text-small break-words text-muted">
            {words === '' ? 'No conversations yet.' : `No conversations match “${words}”.`}
          </p>
        )}
        <p role="status" className="sr-only">
          {words !== '' && data && !isPlaceholderData ? `${sessions.length}${hasNextPage ? ' or more' : ''} found` : ''}
        </p>
        {words === '' ? (
          groupSessions(sessions, now).map((group) => (
            <section key={group.heading} aria-label={group.heading} className="pt-3">
              <h3 className="px-2 pb-1 text-meta font-medium text-muted">{group.heading}</h3>
              <ul className="flex flex-col gap-px">{group.sessions.map(row)}</ul>
            </section>
          ))
        ) : (
          <ul aria-label="Search results" className="flex flex-col gap-px pt-3">
            {sessions.map(row)}
          </ul>
        )}
        <div ref={sentinel} className="h-px" />
        {isFetchingNextPage && <Skeleton lines={['w-3/5', 'w-4/5']} className="px-2 pt-3" />}
      </div>
    </div>
  );
}

/** The focused row disappears, so focus the next or previous one. */
function focusNeighbor(list: HTMLElement | null, id: string): void {
  const rows = [...(list?.querySelectorAll<HTMLElement>('[data-session]') ?? [])];
  const at = rows.findIndex((row) => row.dataset['session'] === id);
  const neighbor = rows[at + 1] ?? rows[at - 1];
  // Wait until the menu has returned the focus to its button, which is about to disappear.
  requestAnimationFrame(() => neighbor?.focus());
}

function useOnVisible(callback: () => void) {
  const ref = useRef<HTMLDivElement>(null);
  const latest = useRef(callback);
  latest.current = callback;
  useEffect(() => {
    if (!ref.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && latest.current(), {
      rootMargin: '200px',
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return ref;
}

/** Renames and pins optimistically; the reloaded list has the final state. */
function useSessionChanges(): Changes {
  const queries = useQueryClient();
  const change = (id: string, patch: { title: string } | { pinned: boolean }, failed: string) => {
    patchCachedSession(queries, id, patch);
    const settle = () => {
      void queries.invalidateQueries({ queryKey: KEYS.sessions });
      void queries.invalidateQueries({ queryKey: KEYS.session(id) });
    };
    patchSession(id, patch).then(settle, () => {
      showToast({ words: failed, icon: CircleAlert });
      settle();
    });
  };
  return {
    rename: (id, title) => change(id, { title }, 'Couldn’t save the title. Try again.'),
    pin: (id, pinned) => change(id, { pinned }, 'Couldn’t save the pin. Try again.'),
  };
}
