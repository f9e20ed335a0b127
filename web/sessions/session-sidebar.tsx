// The conversations of the person signed in: begin one, open, rename or delete one, newest first.
import { useQueryClient } from '@tanstack/react-query';
import { LayoutGrid, SquarePen } from 'lucide-react';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { Link, useLocation } from 'wouter';
import { patchSession } from '../api.ts';
import { Button } from '../design/button.tsx';
import { Logo } from '../design/logo.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { KEYS, showTitle, useSessions } from '../queries.ts';
import { groupSessions } from './group-sessions.ts';
import { useRunning } from './running.ts';
import { SessionRow } from './session-row.tsx';
import { useDeletes } from './use-deletes.ts';

type SidebarProps = { activeId: string | null; onNew: () => void; onOpen: () => void };

export function SessionSidebar({ activeId, onNew, onOpen }: SidebarProps) {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const { data, isPending, isError, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useSessions();
  const deletes = useDeletes();
  const running = useRunning(activeId);
  const pending = useSyncExternalStore(deletes.subscribe, deletes.get);
  const sentinel = useOnVisible(() => hasNextPage && !isFetchingNextPage && void fetchNextPage());

  const sessions = (data?.pages.flatMap((page) => page.sessions) ?? []).filter((session) => session.id !== pending?.id);
  const now = new Date();

  const rename = (id: string, title: string) => {
    showTitle(queries, id, title);
    const settle = () => queries.invalidateQueries({ queryKey: KEYS.sessions });
    void patchSession(id, { title }).then(settle, settle);
  };
  const remove = (id: string, title: string) => {
    deletes.begin({ id, title });
    if (id === activeId) onNew();
  };

  return (
    <div className="flex h-full flex-col">
      <div className="flex h-14 shrink-0 items-center gap-2.5 px-4">
        <Logo size={24} />
        <span className="font-semibold tracking-tight">Groundwire</span>
      </div>
      <div className="px-3 pb-2">
        <Button className="w-full justify-start" size="large" onClick={onNew}>
          <SquarePen size={16} strokeWidth={1.75} aria-hidden className="text-accent" />
          New conversation
        </Button>
        <Link
          href="/workspace"
          className="mt-1 flex h-9 items-center gap-1.5 rounded-control px-4 text-muted transition-colors hover:bg-hover hover:text-text touch:h-11"
        >
          <LayoutGrid size={16} strokeWidth={1.75} aria-hidden />
          Workspace
        </Link>
      </div>
      <div className="min-h-0 grow overflow-y-auto px-3 pb-3">
        {isPending && <Skeleton lines={['w-4/5', 'w-3/5', 'w-2/3', 'w-1/2']} className="px-2 pt-4" />}
        {isError && !data && (
          <div className="flex flex-col items-start gap-2 px-2 pt-4 text-small text-muted">
            The list did not load.
            <Button size="small" onClick={() => void refetch()}>
              Try again
            </Button>
          </div>
        )}
        {data && sessions.length === 0 && (
          <p className="px-2 pt-4 text-small text-muted">Your conversations will be listed here.</p>
        )}
        {groupSessions(sessions, now).map((group) => (
          <section key={group.heading} aria-label={group.heading} className="pt-4">
            <h2 className="px-2 pb-1 text-meta font-medium text-muted">{group.heading}</h2>
            <ul className="flex flex-col gap-px">
              {group.sessions.map((session) => (
                <SessionRow
                  key={session.id}
                  session={session}
                  active={session.id === activeId}
                  running={running.has(session.id)}
                  now={now}
                  onOpen={() => {
                    navigate(`/chat/${session.id}`);
                    onOpen();
                  }}
                  onRename={(title) => rename(session.id, title)}
                  onDelete={() => remove(session.id, session.title ?? 'Conversation')}
                />
              ))}
            </ul>
          </section>
        ))}
        <div ref={sentinel} className="h-px" />
        {isFetchingNextPage && <Skeleton lines={['w-3/5', 'w-4/5']} className="px-2 pt-3" />}
      </div>
    </div>
  );
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
