// Creates the assistant above all pages, stores it for reloads, and runs its open conversations (one ConversationDriver
// each) whatever page is shown.
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { useRoute } from 'wouter';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import { ConversationDriver } from '../chat/runtime/conversation-driver.tsx';
import { type Conversation, createConversation } from '../chat/runtime/create-conversation.ts';
import { asRecord, asText } from '../unknown-value.ts';
import type { StoredAssistant } from './assistant.ts';
import { type Assistant, type AssistantState, createAssistant } from './assistant.ts';

/** Per user and organization, in the tab's session storage, so that a reload restores panel and conversation. */
type Store = Pick<Storage, 'getItem' | 'setItem'>;

const keyOf = (me: Me): string => `groundwire:assistant:${me.user.id}:${me.org.id}`;

const HIDE_DELAY_MS = 2_000;

const AssistantContext = createContext<Assistant | null>(null);

/** Use user and organization as key: another user has another assistant. */
export function AssistantProvider({ me, children }: { me: Me; children: ReactNode }) {
  const [assistant] = useState(() => {
    const storage = tabStorage();
    return createAssistant({
      create: createConversation,
      newId: () => crypto.randomUUID(),
      now: () => performance.now(),
      stored: readStoredAssistant(storage, me),
      store: (state) => storeAssistant(storage, me, state),
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

/** `select` must return the same value for the same state. */
export function useAssistantState<T>(select: (state: AssistantState) => T): T {
  const assistant = useAssistant();
  return useSyncExternalStore(assistant.subscribe, () => select(assistant.get()));
}

/** True on the chat page, which shows the panel's conversation in full width. */
export const useIsWide = (): boolean => useRoute('/chat/:sessionId?')[0];

/** Keyed by session id, so a conversation that moves from Quick Ask to the panel keeps its client and stream. */
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

/** A hidden conversation only runs while an answer streams; an idle one makes no requests. */
function Driver({ conversation, isShown }: { conversation: Conversation; isShown: boolean }) {
  const { store } = conversation;
  const assistant = useAssistant();
  const live = useSyncExternalStore(store.subscribe, () => store.shown().live);
  const exists = useSyncExternalStore(store.subscribe, () => store.shown().exists);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is stored changes when the conversation starts to exist
  useEffect(() => assistant.remember(), [assistant, exists]);
  const isStillShown = useDelayedFalse(isShown);
  return isShown || isStillShown || live ? <ConversationDriver conversation={conversation} /> : null;
}

/** Stays true for a moment, so that a message that was just sent isn't dropped. */
function useDelayedFalse(isShown: boolean): boolean {
  const [isStillShown, setLingers] = useState(isShown);
  useEffect(() => {
    if (isShown) {
      setLingers(true);
      return;
    }
    const timer = setTimeout(() => setLingers(false), HIDE_DELAY_MS);
    return () => clearTimeout(timer);
  }, [isShown]);
  return isStillShown;
}

function readStoredAssistant(store: Store | null, me: Me): StoredAssistant | null {
  try {
    const stored = asRecord(JSON.parse(store?.getItem(keyOf(me)) ?? 'null'));
    return { isPanelOpen: stored['isPanelOpen'] === true, sessionId: asText(stored['sessionId']) };
  } catch {
    return null; // Storage can be blocked or hold something else.
  }
}

function storeAssistant(store: Store | null, me: Me, stored: StoredAssistant): void {
  try {
    store?.setItem(keyOf(me), JSON.stringify(stored));
  } catch {
    // Storage can be full or blocked; the panel is then closed after a reload.
  }
}

/** The tab's own storage, or null if it is blocked. */
function tabStorage(): Store | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
