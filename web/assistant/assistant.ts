// What the assistant is doing on this page, above all pages: the conversation of panel and chat page, the one of Quick
// Ask, and what is open. Outside React and pure but for the storage it is given, so that moving a stream from one place to
// another is a change of a reference and loses nothing.
import type { ChatContext } from '../chat/chat-context.ts';
import type { Conversation } from '../chat/create-conversation.ts';

export type AssistantState = {
  /** What the panel and the chat page show. */
  readonly main: Conversation;
  readonly quick: Conversation;
  readonly isPanelOpen: boolean;
  readonly isQuickOpen: boolean;
  readonly isHistoryOpen: boolean;
  /** What the open page is about. */
  readonly inView: ChatContext | null;
  /** What can be asked about it. */
  readonly suggestions: readonly string[];
  /** What was in view when the conversation was taken to a page of its own, where nothing else is. */
  readonly carried: ChatContext | null;
  /** Taken off by its label: it comes back when something else has been in view. */
  readonly removed: string | null;
  /** Counts requests to put the focus into the panel. */
  readonly focus: number;
};

export type Assistant = ReturnType<typeof createAssistant>;

/** What outlives a reload of the tab. */
export type KeptAssistant = { readonly isPanelOpen: boolean; readonly sessionId: string | null };

type AssistantDeps = {
  readonly create: (id: string, options: { isNew: boolean }) => Conversation;
  readonly newId: () => string;
  readonly now: () => number;
  readonly kept: KeptAssistant | null;
  readonly keep: (kept: KeptAssistant) => void;
};

/** A conversation that was open a moment ago is shown as it was while the server is asked. */
const MAX_KNOWN = 8;
/** Whoever comes back to Quick Ask after this has a new question. */
const QUICK_KEPT_MS = 120_000;

export function createAssistant({ create, newId, now, kept, keep }: AssistantDeps) {
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
  const fresh = () => conversation(newId(), { isNew: true });

  let state: AssistantState = {
    main: kept?.sessionId ? conversation(kept.sessionId, { isNew: false }) : fresh(),
    quick: fresh(),
    isPanelOpen: kept?.isPanelOpen ?? false,
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
    keep({ isPanelOpen: state.isPanelOpen, sessionId: isNew(state.main) ? null : state.main.id });
  }

  return {
    get: () => state,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Also after the open conversation has come to be. */
    remember,
    openPanel: () => set({ isPanelOpen: true, focus: state.focus + 1 }),
    closePanel: () => set({ isPanelOpen: false, isHistoryOpen: false }),
    focusPanel: () => set({ focus: state.focus + 1 }),
    toggleHistory: () => set({ isHistoryOpen: !state.isHistoryOpen }),
    closeHistory: () => set({ isHistoryOpen: false }),
    /** Shows a conversation that exists. */
    show: (id: string) => {
      if (state.main.id !== id) set({ main: conversation(id, { isNew: false }), carried: null });
      if (state.isHistoryOpen) set({ isHistoryOpen: false });
    },
    /** A new conversation; one that nobody has written to yet is as good as another. */
    begin: () =>
      set({
        ...(isNew(state.main) && !state.main.store.get().live ? {} : { main: fresh() }),
        isHistoryOpen: false,
        carried: null,
        focus: state.focus + 1,
      }),
    openQuick: () => {
      const { exists, live } = state.quick.store.get();
      const isOver = exists && !live && now() - quickClosedAt > QUICK_KEPT_MS;
      set({ isQuickOpen: true, ...(isOver && { quick: fresh() }) });
    },
    closeQuick: () => {
      if (!state.isQuickOpen) return;
      quickClosedAt = now();
      set({ isQuickOpen: false });
    },
    renewQuick: () => set({ quick: fresh() }),
    /** The conversation of Quick Ask goes on in the panel, in the middle of an answer too. */
    handOver: () =>
      set({
        main: state.quick,
        quick: fresh(),
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
    /** The conversation goes to a page of its own, and what is in view goes along. */
    widen: () => set({ carried: shownContext(state) }),
    /** Asks about what is in view, whatever was taken off before. */
    askAbout: (context: ChatContext) => {
      if (context.draft !== '') state.main.store.set({ opening: context.draft });
      set({ inView: context, removed: null, isPanelOpen: true, isHistoryOpen: false, focus: state.focus + 1 });
    },
  };
}

/** What goes along with a message. */
export function shownContext({ inView, carried, removed }: AssistantState): ChatContext | null {
  if (inView === null) return carried;
  return inView.label === removed ? null : inView;
}
