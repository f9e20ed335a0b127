// The open conversation for everything below: a transcript, a composer, a header.
import { createContext, type ReactNode, useContext, useState, useSyncExternalStore } from 'react';
import { ConversationDriver } from './conversation-driver.tsx';
import type { ConversationState } from './conversation-store.ts';
import { type Conversation, createConversation } from './create-conversation.ts';

export const ConversationContext = createContext<Conversation | null>(null);

type ProviderProps = { sessionId: string; isNew: boolean; children: ReactNode };

/** A conversation that lives as long as this does. Give it the session's id as key: another conversation is another provider. */
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

/** One value of the open conversation; `select` must give the same value for the same state. */
export function useConversationState<T>(select: (state: ConversationState) => T): T {
  const { store } = useConversation();
  return useSyncExternalStore(store.subscribe, () => select(store.shown()));
}
