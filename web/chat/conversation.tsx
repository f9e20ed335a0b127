// React context for the open conversation, and the hooks with which components read its state.
import { createContext, type ReactNode, useContext, useState, useSyncExternalStore } from 'react';
import { ConversationDriver } from './runtime/conversation-driver.tsx';
import type { ConversationState } from './runtime/conversation-store.ts';
import { type Conversation, createConversation } from './runtime/create-conversation.ts';

export const ConversationContext = createContext<Conversation | null>(null);

type ProviderProps = { sessionId: string; isNew: boolean; children: ReactNode };

/** A conversation that lives as long as this component. Use the session id as key. */
export function ConversationProvider({ sessionId, isNew, children }: ProviderProps) {
  const [conversation] = useState(() => createConversation(sessionId, { isNew }));
  return (
    <ConversationContext value={conversation}>
      <ConversationDriver conversation={conversation} />
      {children}
    </ConversationContext>
  );
}

export function useConversation(): Conversation {
  const conversation = useContext(ConversationContext);
  if (conversation === null) throw new Error('useConversation outside of ConversationContext');
  return conversation;
}

/** One value of the conversation's state. `select` must return the same value for the same state. */
export function useConversationState<T>(select: (state: ConversationState) => T): T {
  const { store } = useConversation();
  return useSyncExternalStore(store.subscribe, () => select(store.shown()));
}
