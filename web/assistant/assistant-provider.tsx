// The assistant above all pages: it keeps the open conversations running whatever page is shown below.
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { useRoute } from 'wouter';
import type { Me } from '../../worker/contract.ts';
import { ConversationDriver } from '../chat/conversation-driver.tsx';
import { type Conversation, createConversation } from '../chat/create-conversation.ts';
import { type Assistant, type AssistantState, createAssistant } from './assistant.ts';
import { readKept, tabStorage, writeKept } from './kept-assistant.ts';

const LINGER_MS = 2_000;

const AssistantContext = createContext<Assistant | null>(null);

/** Give it the person and organisation as key: someone else has another assistant. */
export function AssistantProvider({ me, children }: { me: Me; children: ReactNode }) {
  const [assistant] = useState(() => {
    const storage = tabStorage();
    return createAssistant({
      create: createConversation,
      newId: () => crypto.randomUUID(),
      now: () => performance.now(),
      kept: readKept(storage, me),
      keep: (kept) => writeKept(storage, me, kept),
    });
  });
  return (
    <AssistantContext value={assistant}>
      <Drivers />
      {children}
    </AssistantContext>
  );
}

export function useAssistant(): Assistant {
  const assistant = useContext(AssistantContext);
  if (assistant === null) throw new Error('useAssistant outside of AssistantProvider');
  return assistant;
}

/** `select` must give the same value for the same state. */
export function useAssistantState<T>(select: (state: AssistantState) => T): T {
  const assistant = useAssistant();
  return useSyncExternalStore(assistant.subscribe, () => select(assistant.get()));
}

/** The chat page is the wide view of the panel's conversation. */
export const useIsWide = (): boolean => useRoute('/chat/:sessionId?')[0];

/** Each has its session's id as key: a conversation that moves from Quick Ask into the panel keeps its client and stream. */
function Drivers() {
  const isWide = useIsWide();
  const main = useAssistantState((state) => state.main);
  const quick = useAssistantState((state) => state.quick);
  const isMainShown = useAssistantState((state) => state.isPanelOpen) || isWide;
  const isQuickShown = useAssistantState((state) => state.isQuickOpen);
  return (
    <>
      <Driver key={main.id} conversation={main} isShown={isMainShown} />
      <Driver key={quick.id} conversation={quick} isShown={isQuickShown} />
    </>
  );
}

/** An answer under way goes on when nobody looks; a conversation that is idle and out of sight asks nothing of the server. */
function Driver({ conversation, isShown }: { conversation: Conversation; isShown: boolean }) {
  const { store } = conversation;
  const assistant = useAssistant();
  const live = useSyncExternalStore(store.subscribe, () => store.shown().live);
  const exists = useSyncExternalStore(store.subscribe, () => store.shown().exists);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is remembered changes as it comes to be
  useEffect(() => assistant.remember(), [assistant, exists]);
  const lingers = useLinger(isShown);
  return isShown || lingers || live ? <ConversationDriver conversation={conversation} /> : null;
}

/** Still true for a while after, so that a message just sent is on its way before anyone lets go of it. */
function useLinger(isShown: boolean): boolean {
  const [lingers, setLingers] = useState(isShown);
  useEffect(() => {
    if (isShown) {
      setLingers(true);
      return;
    }
    const timer = setTimeout(() => setLingers(false), LINGER_MS);
    return () => clearTimeout(timer);
  }, [isShown]);
  return lingers;
}
