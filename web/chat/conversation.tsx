// One open conversation for everything below it: a transcript, a composer, a header. Holds the store and the actions;
// the client itself lives in ConversationRuntime and is replaced when the server knows more than this page.

import { useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import type { Confirmation } from '../../worker/contract.ts';
import { cancelRun, decideApproval } from '../api.ts';
import { Problem, unreachable } from '../problem.ts';
import { KEYS, showTitle, useMe } from '../queries.ts';
import { markRunning } from '../sessions/running.ts';
import type { ChatContext } from './chat-context.ts';
import type { Decision } from './confirmation.ts';
import { type ConversationControls, ConversationRuntime } from './conversation-runtime.tsx';
import {
  type ConversationState,
  type ConversationStore,
  createConversationStore,
  type SendMode,
} from './conversation-store.ts';
import { decide } from './decide.ts';
import { queueMessage } from './queue-message.ts';
import { isOthersTurn, withQueued } from './standing.ts';
import { announceRun } from './tab-channel.ts';
import { useFollowElsewhere } from './use-follow-elsewhere.ts';

/** A server that was told to stop ends the stream itself within a second; this is for one that cannot be told. */
const STOP_GRACE_MS = 5_000;

export type Conversation = {
  readonly store: ConversationStore;
  readonly send: (text: string, mode?: SendMode) => void;
  readonly stop: () => void;
  /** Confirms or cancels what the assistant proposes. */
  readonly decide: (confirmation: Confirmation, decision: Decision) => void;
  /** Asks the server how things stand and follows a live run. */
  readonly reconnect: () => void;
  readonly loadOlder: () => Promise<void>;
};

const ConversationContext = createContext<Conversation | null>(null);

type ProviderProps = {
  sessionId: string;
  isNew: boolean;
  model: string | null;
  /** What a new conversation is about. */
  context?: ChatContext | null;
  /** The server has taken a message: the conversation exists from now on. */
  onAccepted: () => void;
  children: ReactNode;
};

/** Give it the session's id as key: another conversation is another provider. */
export function ConversationProvider(props: ProviderProps) {
  const { sessionId, isNew, model, context = null, onAccepted, children } = props;
  const queries = useQueryClient();
  const { data: me } = useMe();
  const [store] = useState(() => createConversationStore(sessionId, { isNew, me: me?.user ?? null }));
  const [epoch, setEpoch] = useState(0);
  const stored = useRef(!isNew);
  const controls = useRef<ConversationControls | null>(null);
  const bind = useCallback((next: ConversationControls) => {
    controls.current = next;
  }, []);

  const reconnect = useCallback(() => {
    const read = { ...store.get().read, reading: true };
    store.set({ link: 'steady', read, ...(store.get().phase === 'failed' && { phase: 'loading', problem: null }) });
    setEpoch((count) => count + 1);
  }, [store]);

  const conversation = useMemo<Conversation>(
    () => ({
      store,
      send: (text, mode = 'chat') => {
        // Somebody else's turn goes on being shown; what is said meanwhile waits behind it.
        if (isOthersTurn(store.get())) void sendToWait(store, { text, mode, model });
        else controls.current?.send(text, mode);
      },
      decide: (confirmation, decision) => {
        const post = (approvalId: string) => decideApproval(sessionId, approvalId, decision);
        const follow = () => {
          announceRun(sessionId);
          // A run of this page's own goes on; what was decided is looked for when that has ended.
          if (!store.get().live) reconnect();
        };
        void decide({ store, post, follow }, confirmation, decision);
      },
      stop: () => {
        const { runId, live } = store.get();
        if (!live || runId === null) return;
        store.set({ stopping: true });
        const abort = () => {
          const now = store.get();
          if (now.live && now.runId === runId) controls.current?.abort();
        };
        // A run that the server does not know has nothing to end but the request itself.
        cancelRun(runId, sessionId).then(() => setTimeout(abort, STOP_GRACE_MS), abort);
      },
      reconnect,
      loadOlder: () => controls.current?.loadOlder() ?? Promise.resolve(),
    }),
    [store, sessionId, reconnect, model],
  );

  useFollowElsewhere(conversation, stored);
  const live = useSyncExternalStore(store.subscribe, () => store.shown().live);
  useEffect(() => markRunning(sessionId, live), [sessionId, live]);

  const accepted = () => {
    stored.current = true;
    store.set({ accepted: store.get().accepted + 1 });
    announceRun(sessionId);
    void queries.invalidateQueries({ queryKey: KEYS.sessions });
    onAccepted();
  };
  const titled = (title: string) => {
    if (title !== '') showTitle(queries, sessionId, title);
    void queries.invalidateQueries({ queryKey: KEYS.sessions });
    void queries.invalidateQueries({ queryKey: KEYS.session(sessionId) });
  };

  return (
    <ConversationContext value={conversation}>
      <ConversationRuntime
        key={epoch}
        store={store}
        isNew={!stored.current}
        model={model}
        context={context}
        bind={bind}
        onAccepted={accepted}
        onTitle={titled}
        onEnded={() => void queries.invalidateQueries({ queryKey: KEYS.sessions })}
      />
      {children}
    </ConversationContext>
  );
}

export function useConversation(): Conversation {
  const conversation = useContext(ConversationContext);
  if (conversation === null) throw new Error('useConversation outside of ConversationProvider');
  return conversation;
}

/** One value of the open conversation; `select` must give the same value for the same state. */
export function useConversationState<T>(select: (state: ConversationState) => T): T {
  const { store } = useConversation();
  return useSyncExternalStore(store.subscribe, () => select(store.shown()));
}

/** Shown at once, kept where the server refuses it. */
async function sendToWait(
  store: ConversationStore,
  message: { text: string; mode: SendMode; model: string | null },
): Promise<void> {
  const { sessionId, me } = store.get();
  const runId = crypto.randomUUID();
  const { text, mode } = message;
  const leave = () => store.get().outgoing.filter((other) => other.runId !== runId);
  store.set({ refused: null, outgoing: [...store.get().outgoing, { runId, text }] });
  try {
    await queueMessage({ sessionId, runId, ...message });
    const { standing, waitingWords, accepted } = store.get();
    store.set({
      accepted: accepted + 1,
      waitingWords: { ...waitingWords, [runId]: text },
      standing: me === null ? standing : withQueued(standing, { runId, author: me }),
      outgoing: leave(),
    });
  } catch (error) {
    const problem = error instanceof Problem ? error : unreachable();
    store.set({ refused: { problem, text, mode, at: Date.now() }, outgoing: leave() });
  }
}
