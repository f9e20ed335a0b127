// Runs TanStack AI's client for one conversation and writes what it does into the conversation's store. Renders nothing.
// A new mount takes the transcript over, asks the server how things stand and follows a run that is under way.
import { type UIMessage, useChat } from '@tanstack/ai-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { loseRun, observeEvent } from './answer-facts.ts';
import type { ChatContext } from './chat-context.ts';
import { createConnection } from './connection.ts';
import type { SendMode } from './conversation-store.ts';
import type { Conversation } from './create-conversation.ts';
import { forwarded } from './forwarded.ts';
import { HYDRATE_LIMIT, takePrefetched } from './prefetch.ts';
import { readQuota } from './quota.ts';
import { observeTool, readStored } from './tool-log.ts';

const TEXT_EVENTS = new Set([
  'TEXT_MESSAGE_CONTENT',
  'REASONING_MESSAGE_CONTENT',
  'TOOL_CALL_START',
  'TOOL_CALL_RESULT',
]);

type Asked = { text: string; mode: SendMode; about: ChatContext | null };

const NOTHING_ASKED: Asked = { text: '', mode: 'chat', about: null };

type RuntimeProps = {
  conversation: Conversation;
  onAccepted: () => void;
  onTitle: (title: string) => void;
  onEnded: () => void;
};

export function ConversationRuntime({ conversation, onAccepted, onTitle, onEnded }: RuntimeProps) {
  const { id: sessionId, store, bind, reconnect, send: resend } = conversation;
  const sent = useRef<(Asked & { before: readonly UIMessage[]; isUnderWay: boolean }) | null>(null);
  /** A run is about to be replayed: until it is, what is shown of it stays. */
  const replaying = useRef(false);
  const callbacks = useRef({ onAccepted, onTitle, onEnded });
  callbacks.current = { onAccepted, onTitle, onEnded };

  const [connection] = useState(() =>
    createConnection(
      {
        onEvent: (event, requestId) => {
          replaying.current = false;
          const ended = isEnd(event) ? store.get().log.run?.id : undefined;
          if (ended !== undefined) store.set({ read: { ...store.get().read, ended, following: null } });
          const log = observeEvent(store.get().log, event, requestId);
          const tools = observeTool(store.get().tools, event, Date.now());
          store.set({ log, tools, ...(TEXT_EVENTS.has(event.type) && { lastTextAt: Date.now() }) });
          if (event.type === 'CUSTOM' && event['name'] === 'title')
            callbacks.current.onTitle(readTitle(event['value']));
          if (event.type === 'CUSTOM' && event['name'] === 'quota') store.set({ quota: readQuota(event['value']) });
          if (isEnd(event)) callbacks.current.onEnded();
        },
        onLink: (link) => store.set({ link }),
        onSending: () => {
          if (sent.current !== null) sent.current.isUnderWay = true;
        },
        onAccepted: () => {
          sent.current = null;
          store.set({ read: { ...store.get().read, sending: false } });
          callbacks.current.onAccepted();
        },
        onRefused: (problem) => {
          const { text, mode, about } = sent.current ?? NOTHING_ASKED;
          const read = { ...store.get().read, sending: false };
          store.set({ link: 'steady', refused: { problem, text, mode, about, at: Date.now() }, read });
        },
        onLost: () => store.set({ link: 'lost', log: loseRun(store.get().log) }),
        onHydrated: (problem, result, apart = null) => {
          replaying.current = result?.activeRun != null;
          const following = result?.activeRun?.runId ?? null;
          store.set({ read: { ...store.get().read, reading: false, ...(result && { following }) } });
          // What could not be read now is tried when the server tells of something again.
          if (problem !== null) store.set({ standing: null });
          if (apart) {
            const { standing, words } = apart;
            store.set({ standing, waitingWords: words, read: { ...store.get().read, version: standing.version } });
          }
          const tools = readStored(store.get().tools, result?.messages ?? []);
          if (problem === null) store.set({ phase: 'ready', problem: null, tools });
          else if (problem.status === 404) store.set({ phase: 'missing', problem });
          // A transcript that is already on the page outlives a failed refresh.
          else if (store.get().phase !== 'ready') store.set({ phase: 'failed', problem });
        },
      },
      { sessionId, isNew: !store.get().exists, takeEarly: () => takePrefetched(sessionId) },
    ),
  );

  const chat = useChat({
    threadId: sessionId,
    persistence: true,
    history: { pageSize: HYDRATE_LIMIT },
    connection,
    initialMessages: [...store.get().messages],
    queue: 'drop',
  });

  useLayoutEffect(() => {
    if (!chat.isLoading) replaying.current = false;
    store.set({
      ...(!replaying.current && { messages: chat.messages }),
      live: chat.isLoading,
      runId: chat.runId,
      hasOlder: chat.hasOlderMessages,
      ...(!chat.isLoading && { stopping: false }),
    });
  }, [store, chat.messages, chat.isLoading, chat.runId, chat.hasOlderMessages]);

  useEffect(() => {
    bind({
      send: (text, { mode, about, branch }) => {
        sent.current = { text, mode, about, before: chat.messages, isUnderWay: false };
        const read = { ...store.get().read, sending: true };
        store.set({ refused: null, link: 'steady', lastTextAt: Date.now(), read });
        const body = forwarded({ mode, about, branch, model: store.get().model });
        // What follows the question stands on another version; ids and versions are read again when the answer has come.
        const cut = branch ? chat.messages.findIndex(({ id }) => id === branch.from) : -1;
        if (cut >= 0) chat.setMessages(chat.messages.slice(0, cut));
        const branched = branch !== null;
        void chat.sendMessage({ id: crypto.randomUUID(), content: text }, { body }).then(() => {
          // Still here means that the server did not take it: what was shown ahead of its answer goes again.
          const left = sent.current;
          const isTaken = left === null;
          sent.current = null;
          store.set({ read: { ...store.get().read, sending: false } });
          if (left !== null) {
            chat.setMessages([...left.before]);
            // A client that had just begun to follow a run sends nothing; one that was stopped has told nobody.
            if (!left.isUnderWay) resend(text, { mode, about, branch });
            else if (store.get().refused === null) store.set({ opening: text });
          }
          if (branched && isTaken) reconnect();
        });
      },
      abort: chat.stop,
      loadOlder: chat.loadOlderMessages,
    });
  });
  useEffect(() => () => bind(null), [bind]);

  return null;
}

const isEnd = ({ type }: { readonly type: string }): boolean => type === 'RUN_FINISHED' || type === 'RUN_ERROR';

const readTitle = (value: unknown): string => {
  const title = typeof value === 'object' && value !== null && 'title' in value ? value.title : null;
  return typeof title === 'string' ? title : '';
};
