// What the open conversation is called.
import type { Session } from '../../worker/contract.ts';
import { useSession, useSessions } from '../queries.ts';
import { useConversation, useConversationState } from './conversation.tsx';

export function useTitle(): string {
  const exists = useConversationState((state) => state.exists);
  const session = useOpenSession();
  return exists ? (session?.title ?? 'Conversation') : 'New conversation';
}

/** As the list has it, or as it was asked for by itself; null as long as neither is there. */
export function useOpenSession(): Session | null {
  const { id } = useConversation();
  const { data: pages } = useSessions();
  const { data: detail } = useSession(id, { poll: false });
  const listed = pages?.pages.flatMap((page) => page.sessions).find((session) => session.id === id);
  return listed ?? detail ?? null;
}
