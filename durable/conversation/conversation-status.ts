// The status of a conversation for everyone who has it open: which turn runs, which turns wait, and whether there is more to
// read.

import type { ConversationStatus, TurnOf } from '../contracts/conversation.ts';
import type { ConversationDeps } from './deps.ts';

export function statusOf({
  queue,
  live,
  session,
}: Pick<ConversationDeps, 'queue' | 'live' | 'session'>): ConversationStatus {
  const turnsOf = (runId: string): TurnOf[] => {
    const run = live.get(runId);
    return run ? [{ runId, author: { id: run.access.userId, name: run.access.userName } }] : [];
  };
  const running = queue.running();
  return {
    active: (running === null ? undefined : turnsOf(running)[0]) ?? null,
    queue: queue.waiting().flatMap(turnsOf),
    last: queue.last(),
    version: session.get()?.version ?? 0,
  };
}
