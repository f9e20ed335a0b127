// The assistant's state above all pages: which conversation the panel and chat page show, which one Quick Ask shows, and
// what is open. It owns the Conversation objects. Outside React, so that moving a streaming conversation from Quick Ask to
// the panel only changes a reference.
import type { ChatContext } from '../chat/runtime/chat-context.ts';
import type { Conversation } from '../chat/runtime/create-conversation.ts';

export type AssistantState = {
  /** The conversation of the panel and the chat page. */
  readonly main: Conversation;
  /** The conversation of Quick Ask. */
  readonly quick: Conversation;
  readonly isPanelOpen: boolean;
  readonly isQuickOpen: boolean;
  readonly isHistoryOpen: boolean;
  /** What the open page shows. */
  readonly inView: ChatContext | null;
  /** Suggested questions about it. */
  readonly suggestions: readonly string[];
  /** The context taken along to the chat page, which has none of its own. */
  readonly carried: ChatContext | null;
  /** Label of the context the user removed. It returns after the page has shown something else. */
  readonly removed: string | null;
  /** Increases with each request to focus the panel. */
  readonly focus: number;
};

export type Assistant = ReturnType<typeof createAssistant>;

/** What survives a reload of the tab. */
export type StoredAssistant = { readonly isPanelOpen: boolean; readonly sessionId: string | null };

type AssistantDeps = {
  readonly create: (id: string, options: { isNew: boolean }) => Conversation;
  readonly newId: () => string;
  readonly now: () => number;
  readonly stored: StoredAssistant | null;
  readonly store: (state: StoredAssistant) => void;
};

/** Recently open conversations stay in memory and are shown at once while they reload. */
const MAX_KNOWN = 8;
/** Quick Ask starts a new conversation when reopened after this. */
const QUICK_REUSE_MS = 120_000;

export function createAssistant({ create, newId, now, stored, store }: AssistantDeps) {
  const listeners = new Set<() => void>();
  const known = new Map<string, Conversation>();
  let quickClosedAt = 0;

  const conversation = (id: string, options: { isNew: boolean }): Conversation => {
    const found = known.get(id) ?? create(id, options);
    known.delete(id);
    known.set(id, found);
    const [oldest] = known.keys();
    if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
    return found;
  };
  const newConversation = () => conversation(newId(), { isNew: true });

  let state: AssistantState = {
    main: stored?.sessionId ? conversation(stored.sessionId, { isNew: false }) : newConversation(),
    quick: newConversation(),
    isPanelOpen: stored?.isPanelOpen ?? false,
    isQuickOpen: false,
    isHistoryOpen: false,
    inView: null,
    suggestions: [],
    carried: null,
    removed: null,
    focus: 0,
  };

  const set = (change: Partial<AssistantState>) => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
    remember();
  };
  const isNew = ({ store }: Conversation) => !store.get().exists;
  function remember(): void {
    store({ isPanelOpen: state.isPanelOpen, sessionId: isNew(state.main) ? null : state.main.id });
  }

  return {
    get: () => state,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Stores the state; also called when the open conversation starts to exist. */
    remember,
    openPanel: () => set({ isPanelOpen: true, focus: state.focus + 1 }),
    closePanel: () => set({ isPanelOpen: false, isHistoryOpen: false }),
    focusPanel: () => set({ focus: state.focus + 1 }),
    toggleHistory: () => set({ isHistoryOpen: !state.isHistoryOpen }),
    closeHistory: () => set({ isHistoryOpen: false }),
    /** Shows an existing conversation. */
    show: (id: string) => {
      if (state.main.id !== id) set({ main: conversation(id, { isNew: false }), carried: null });
      if (state.isHistoryOpen) set({ isHistoryOpen: false });
    },
    /** Starts a new conversation, or keeps the open one if it is still empty. */
    begin: () =>
      set({
        ...(isNew(state.main) && !state.main.store.get().live ? {} : { main: newConversation() }),
        isHistoryOpen: false,
        carried: null,
        focus: state.focus + 1,
      }),
    openQuick: () => {
      const { exists, live } = state.quick.store.get();
      const isOver = exists && !live && now() - quickClosedAt > QUICK_REUSE_MS;
      set({ isQuickOpen: true, ...(isOver && { quick: newConversation() }) });
    },
    closeQuick: () => {
      if (!state.isQuickOpen) return;
      quickClosedAt = now();
      set({ isQuickOpen: false });
    },
    renewQuick: () => set({ quick: newConversation() }),
    /** Moves Quick Ask's conversation to the panel, even in the middle of an answer. */
    handOver: () =>
      set({
        main: state.quick,
        quick: newConversation(),
        isQuickOpen: false,
        isPanelOpen: true,
        isHistoryOpen: false,
        focus: state.focus + 1,
      }),
    setInView: (inView: ChatContext | null, suggestions: readonly string[] = []) =>
      set({
        inView,
        suggestions,
        ...(inView !== null && { carried: null }),
        ...(inView !== null && inView.label !== state.removed && { removed: null }),
      }),
    removeContext: () => set({ removed: state.inView?.label ?? null, carried: null }),
    /** Opens the conversation on the chat page and takes the context along. */
    widen: () => set({ carried: shownContext(state) }),
    /** Opens the panel with this context, even if the user removed it before. */
    askAbout: (context: ChatContext) => {
      if (context.draft !== '') state.main.store.set({ prefill: context.draft });
      set({ inView: context, removed: null, isPanelOpen: true, isHistoryOpen: false, focus: state.focus + 1 });
    },
  };
}

/** The context sent with a message. */
export function shownContext({ inView, carried, removed }: AssistantState): ChatContext | null {
  if (inView === null) return carried;
  return inView.label === removed ? null : inView;
}
