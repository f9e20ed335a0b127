// The session of the open conversation: its title, and what it was forked from.
import type { Session } from '../../worker/api/sessions/sessions-schema.ts';
import { useSession, useSessions } from '../queries.ts';
import { useConversation, useConversationState } from './conversation.tsx';

export function useTitle(): string {
  const exists = useConversationState((state) => state.exists);
  const session = useOpenSession();
  return exists ? (session?.title ?? 'Conversation') : 'New conversation';
}

/** The conversation that this one was forked from, if any. */
export const useForkedFrom = () => useOpenSession()?.forkedFrom ?? null;

/** From the session list, or else from its own query; null until either is loaded. */
export function useOpenSession(): Session | null {
  const { id } = useConversation();
  const { data: pages } = useSessions();
  const { data: detail } = useSession(id, { poll: false });
  const listed = pages?.pages.flatMap((page) => page.sessions).find((session) => session.id === id);
  return listed ?? detail ?? null;
}
