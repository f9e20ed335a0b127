// What the open conversation is called.
import { useSession, useSessions } from '../queries.ts';
import { useConversation, useConversationState } from './conversation.tsx';

export function useTitle(): string {
  const { id } = useConversation();
  const exists = useConversationState((state) => state.exists);
  const { data: pages } = useSessions();
  const { data: detail } = useSession(id, { poll: false });
  if (!exists) return 'New conversation';
  const listed = pages?.pages.flatMap((page) => page.sessions).find((session) => session.id === id);
  return (listed ?? detail)?.title ?? 'Conversation';
}
