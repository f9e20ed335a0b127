// The conversations of the person signed in: search, open, rename, pin or delete one, newest first.
import { Search } from 'lucide-react';
import { useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import type { SessionList as SessionPage } from '../../worker/contract.ts';
import { prefetchConversation } from '../chat/prefetch.ts';
import { Button } from '../design/button.tsx';
import { CONTROL } from '../design/field.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { useSessions } from '../queries.ts';
import { useSettled } from '../use-settled.ts';
import { groupSessions } from './group-sessions.ts';
import { useRunning } from './running.ts';
import { SessionRow } from './session-row.tsx';
import { useDeletes } from './use-deletes.ts';
import { useSessionChanges } from './use-session-changes.ts';

const SEARCH_DELAY_MS = 150;

type ListProps = {
  activeId: string | null;
  onOpen: (id: string) => void;
  /** The open one is gone. */
  onDeletedOpen: () => void;
  /** Where a row also leads in a tab of its own; without it rows are buttons. */
  hrefOf?: (id: string) => string;
  takesFocus?: boolean;
};

type Listed = SessionPage['sessions'][number];

export function SessionList({ activeId, onOpen, onDeletedOpen, hrefOf, takesFocus = false }: ListProps) {
  const id = useId();
  const [typed, setTyped] = useState('');
  const words = useSettled(typed.trim(), SEARCH_DELAY_MS);
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
  const remove = (session: Listed) => {
    focusNeighbour(list.current, session.id);
    deletes.begin({ id: session.id, title: session.title ?? 'Conversation' });
    if (session.id === activeId) onDeletedOpen();
  };
  const row = (session: Listed) => (
    <SessionRow
      key={session.id}
      session={session}
      query={words}
      active={session.id === activeId}
      running={running.has(session.id)}
      now={now}
      href={hrefOf?.(session.id) ?? null}
      onOpen={() => onOpen(session.id)}
      onNear={() => prefetchConversation(session.id)}
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
            if (event.key !== 'Escape' || typed === '') return;
            // The first Esc empties the search, the next one closes what it is in.
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
            The list did not load.
            <Button size="small" onClick={() => void refetch()}>
              Try again
            </Button>
          </div>
        )}
        {data && sessions.length === 0 && (
          <p className="px-2 pt-4 text-small break-words text-muted">
            {words === '' ? 'Your conversations will be listed here.' : `No conversation has “${words}” in it.`}
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
          <ul aria-label="Found conversations" className="flex flex-col gap-px pt-3">
            {sessions.map(row)}
          </ul>
        )}
        <div ref={sentinel} className="h-px" />
        {isFetchingNextPage && <Skeleton lines={['w-3/5', 'w-4/5']} className="px-2 pt-3" />}
      </div>
    </div>
  );
}

/** The row that had the focus goes; the one after it, or before it, is where to go on. */
function focusNeighbour(list: HTMLElement | null, id: string): void {
  const rows = [...(list?.querySelectorAll<HTMLElement>('[data-session]') ?? [])];
  const at = rows.findIndex((row) => row.dataset['session'] === id);
  const neighbour = rows[at + 1] ?? rows[at - 1];
  // After the menu that asked for it has given the focus back to a button that is about to go.
  requestAnimationFrame(() => neighbour?.focus());
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
