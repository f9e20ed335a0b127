// How a conversation stands, as whoever follows it is told: whose turn runs, who waits, and whether there is more to read.
import type { ConversationDeps } from './deps.ts';
import type { Standing, TurnOf } from './requests.ts';

export function standingOf({ queue, live, session }: Pick<ConversationDeps, 'queue' | 'live' | 'session'>): Standing {
  const turnOf = (runId: string): TurnOf[] => {
    const turn = live.get(runId);
    return turn ? [{ runId, author: { id: turn.access.userId, name: turn.access.userName } }] : [];
  };
  const running = queue.running();
  return {
    active: (running === null ? undefined : turnOf(running)[0]) ?? null,
    queue: queue.waiting().flatMap(turnOf),
    last: queue.last(),
    version: session.get()?.version ?? 0,
  };
}
