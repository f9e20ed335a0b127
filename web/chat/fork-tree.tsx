// The conversation's forks and the conversation it was forked from, in a popover.
import { useQuery } from '@tanstack/react-query';
import { Split } from 'lucide-react';
import { Link } from 'wouter';
import { getForks } from '../api.ts';
import { Popover } from '../design/overlays/popover.tsx';
import { timeAgo } from '../sessions/group-sessions.ts';
import { useConversation } from './conversation.tsx';
import { useForkedFrom } from './use-open-session.ts';

export function ForkTree() {
  const { id } = useConversation();
  return (
    <Popover
      label="Forks"
      trigger={<Split size={20} strokeWidth={1.75} aria-hidden />}
      triggerClass="inline-flex size-8 shrink-0 items-center justify-center rounded-control text-muted hover:bg-hover hover:text-text touch:size-11"
    >
      <Branches id={id} />
    </Popover>
  );
}

const ROW = 'flex min-h-8 min-w-0 items-center gap-2 rounded-control px-2 hover:bg-hover touch:min-h-11';

function Branches({ id }: { id: string }) {
  const from = useForkedFrom();
  const { data } = useQuery({ queryKey: ['forks', id], queryFn: () => getForks(id), staleTime: 0, retry: false });
  const now = new Date();
  return (
    <div className="flex flex-col gap-2 text-small">
      {from && (
        <section aria-label="Forked from">
          <h2 className="px-2 text-meta font-medium text-muted">Forked from</h2>
          <Link href={`/chat/${from.sessionId}`} className={ROW}>
            <span dir="auto" className="min-w-0 grow truncate">
              {from.title ?? 'Another conversation'}
            </span>
          </Link>
        </section>
      )}
      {data && data.forks.length > 0 && (
        <section aria-label="Forks of this conversation">
          <h2 className="px-2 text-meta font-medium text-muted">Forks of this conversation</h2>
          <ul>
            {data.forks.map((fork) => (
              <li key={fork.id}>
                <Link href={`/chat/${fork.id}`} className={ROW}>
                  <span dir="auto" className="min-w-0 grow truncate">
                    {fork.title ?? 'Untitled'}
                  </span>
                  <span className="shrink-0 text-meta text-muted tabular-nums">{timeAgo(fork.createdAt, now)}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
