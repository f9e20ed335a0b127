// Runs an open conversation while it is mounted: it mounts TanStack AI's chat client, writes what the client and the
// server report into the conversation's store, and binds the client's controls to the conversation. Renders nothing.
import { type UIMessage, useChat } from '@tanstack/ai-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import { ErrorBoundary } from '../../boundary/error-boundary.tsx';
import { Problem } from '../../problem.ts';
import { KEYS, patchCachedSession, useMe } from '../../queries.ts';
import { markRunning } from '../../sessions/running-sessions.ts';
import { loseRun, observeEvent } from '../answer/answer-metadata.ts';
import { observeTool, readStored } from '../answer/tool-log.ts';
import { readEffort } from '../composer/effort-choice.ts';
import { readQuota } from '../composer/quota.ts';
import { observeCompaction } from '../transcript/earlier.ts';
import type { ChatContext } from './chat-context.ts';
import { type ConnectionObserver, createConnection } from './connection.ts';
import { newerStatus } from './conversation-status.ts';
import type { SendMode } from './conversation-store.ts';
import type { Conversation } from './create-conversation.ts';
import { toForwardedProps } from './forwarded-props.ts';
import { HYDRATE_LIMIT, takePrefetched } from './prefetch.ts';
import { announceRun } from './tab-channel.ts';
import { useServerSync } from './use-server-sync.ts';

/** Events that count as progress for "no new text for … s". */
const TEXT_EVENTS = new Set([
  'TEXT_MESSAGE_CONTENT',
  'REASONING_MESSAGE_CONTENT',
  'TOOL_CALL_START',
  'TOOL_CALL_RESULT',
]);

type SentMessage = { text: string; mode: SendMode; about: ChatContext | null };

const CLIENT_FAILED = new Problem({
  status: 0,
  code: 'PAGE_FAILED',
  title: 'Couldn’t show the conversation',
  detail: 'Something went wrong on this page. Try again.',
});

const NOTHING_SENT: SentMessage = { text: '', mode: 'chat', about: null };

/** A client that fails shows as a conversation that couldn't be loaded, and Try again replaces the client. */
export function ConversationDriver({ conversation }: { conversation: Conversation }) {
  const { store } = conversation;
  const client = useSyncExternalStore(store.subscribe, () => store.shown().client);
  return (
    <ErrorBoundary
      resetKey={client}
      fallback={() => null}
      onError={() => store.set({ phase: 'failed', problem: CLIENT_FAILED, live: false })}
    >
      <Driver conversation={conversation} client={client} />
    </ErrorBoundary>
  );
}

function Driver({ conversation, client }: { conversation: Conversation; client: number }) {
  const { id, store } = conversation;
  const queries = useQueryClient();
  const live = useSyncExternalStore(store.subscribe, () => store.shown().live);
  useEffect(() => markRunning(id, live), [id, live]);
  const { data: me } = useMe();
  useLayoutEffect(() => store.set({ me: me?.user ?? null }), [store, me]);
  useServerSync(conversation);

  const accepted = () => {
    store.set({ accepted: store.get().accepted + 1, exists: true });
    announceRun(id);
    void queries.invalidateQueries({ queryKey: KEYS.sessions });
  };
  const titled = (title: string) => {
    if (title !== '') patchCachedSession(queries, id, { title });
    void queries.invalidateQueries({ queryKey: KEYS.sessions });
    void queries.invalidateQueries({ queryKey: KEYS.session(id) });
  };
  return (
    <ChatClient
      key={client}
      conversation={conversation}
      onAccepted={accepted}
      onTitle={titled}
      onEnded={() => void queries.invalidateQueries({ queryKey: KEYS.sessions })}
    />
  );
}

type ClientProps = {
  conversation: Conversation;
  onAccepted: () => void;
  onTitle: (title: string) => void;
  onEnded: () => void;
};

/** One mount of the chat client. A new mount starts from the stored transcript, then loads the server's and follows a live run. */
function ChatClient({ conversation, onAccepted, onTitle, onEnded }: ClientProps) {
  const { id: sessionId, store, bind, reconnect, send: resend } = conversation;
  const sent = useRef<(SentMessage & { before: readonly UIMessage[]; isUnderWay: boolean }) | null>(null);
  /** A run is about to be replayed from its start. Until then, keep showing what is already here. */
  const replaying = useRef(false);
  const callbacks = useRef({ onAccepted, onTitle, onEnded });
  callbacks.current = { onAccepted, onTitle, onEnded };

  /** A client that was replaced still gets the responses it asked for. They are older than what the new one loads. */
  const isCurrent = useRef(true);
  useLayoutEffect(() => {
    isCurrent.current = true;
    return () => {
      isCurrent.current = false;
    };
  }, []);

  const [connection] = useState(() =>
    createConnection(
      onlyWhile(() => isCurrent.current, {
        onEvent: (event, requestId) => {
          replaying.current = false;
          const ended = isEnd(event) ? store.get().log.activeRun?.id : undefined;
          if (ended !== undefined) store.set({ sync: { ...store.get().sync, ended, following: null } });
          const log = observeEvent(store.get().log, event, requestId);
          const tools = observeTool(store.get().tools, event, Date.now());
          store.set({ log, tools, ...(TEXT_EVENTS.has(event.type) && { lastTextAt: Date.now() }) });
          if (event.type === 'CUSTOM' && event['name'] === 'title')
            callbacks.current.onTitle(readTitle(event['value']));
          if (event.type === 'CUSTOM' && event['name'] === 'quota') store.set({ quota: readQuota(event['value']) });
          if (event.type === 'CUSTOM' && event['name'] === 'compaction')
            store.set(observeCompaction(store.get(), event['value']));
          if (isEnd(event)) callbacks.current.onEnded();
        },
        onLink: (state) => store.set({ connection: state }),
        onSending: () => {
          if (sent.current !== null) sent.current.isUnderWay = true;
        },
        onAccepted: () => {
          sent.current = null;
          store.set({ sync: { ...store.get().sync, sending: false } });
          callbacks.current.onAccepted();
        },
        onRejected: (problem) => {
          const { text, mode, about } = sent.current ?? NOTHING_SENT;
          const sync = { ...store.get().sync, sending: false };
          store.set({ connection: 'steady', rejected: { problem, text, mode, about, at: Date.now() }, sync });
        },
        onLost: () => store.set({ connection: 'lost', log: loseRun(store.get().log) }),
        onHydrated: (problem, result, extras = null) => {
          replaying.current = result?.activeRun != null;
          const following = result?.activeRun?.runId ?? null;
          store.set({ sync: { ...store.get().sync, reading: false, ...(result && { following }) } });
          // After a failed load, the next status from the server triggers another one.
          if (problem !== null) store.set({ status: null });
          if (extras) {
            const { status: loaded, queuedTexts } = extras;
            const { status: known, watch, sync } = store.get();
            const status = newerStatus(known, loaded, { isPushed: watch === 'open' });
            store.set({
              status,
              queuedTexts,
              earlier: null,
              sync: { ...sync, version: loaded.version, missed: false },
            });
          }
          const tools = readStored(store.get().tools, result?.messages ?? []);
          if (problem === null) store.set({ phase: 'ready', problem: null, tools });
          else if (problem.status === 404) store.set({ phase: 'missing', problem });
          // A transcript that is already on the page survives a failed refresh.
          else if (store.get().phase !== 'ready') store.set({ phase: 'failed', problem });
        },
      }),
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
      ...(!chat.isLoading && { stopping: false, summarizing: false }),
    });
  }, [store, chat.messages, chat.isLoading, chat.runId, chat.hasOlderMessages]);

  useEffect(() => {
    bind({
      send: (text, { mode, about, branch }) => {
        const message = { text, mode, about, before: chat.messages, isUnderWay: false };
        sent.current = message;
        const sync = { ...store.get().sync, sending: true };
        store.set({ rejected: null, connection: 'steady', lastTextAt: Date.now(), sync });
        const body = toForwardedProps({ mode, about, branch, model: store.get().model, effort: readEffort() });
        // What follows the edited question belongs to another version. Ids and versions are loaded after the answer.
        const cut = branch ? chat.messages.findIndex(({ id }) => id === branch.from) : -1;
        if (cut >= 0) chat.setMessages(chat.messages.slice(0, cut));
        void chat.sendMessage({ id: crypto.randomUUID(), content: text }, { body }).then(() => {
          // By the time an answer has ended here, the next message may be on its way: leave that one alone.
          if (sent.current === message) {
            // The server didn't accept the message: restore the transcript.
            sent.current = null;
            store.set({ sync: { ...store.get().sync, sending: false } });
            chat.setMessages([...message.before]);
            // A client that has just begun to follow a run drops the message, so send it again. A stopped client reports
            // no rejection, so put the text back into the composer.
            if (!message.isUnderWay) resend(text, { mode, about, branch });
            else if (store.get().rejected === null) store.set({ prefill: text });
          } else if (branch !== null) reconnect();
        });
      },
      abort: chat.stop,
      loadOlder: chat.loadOlderMessages,
    });
  });
  useEffect(() => () => bind(null), [bind]);

  return null;
}

/** Passes calls on only while `isCurrent`. */
function onlyWhile(isCurrent: () => boolean, observer: ConnectionObserver): ConnectionObserver {
  const guard =
    <A extends unknown[]>(call: (...args: A) => void) =>
    (...args: A): void => {
      if (isCurrent()) call(...args);
    };
  return {
    onEvent: guard(observer.onEvent),
    onLink: guard(observer.onLink),
    onSending: guard(observer.onSending),
    onAccepted: guard(observer.onAccepted),
    onRejected: guard(observer.onRejected),
    onLost: guard(observer.onLost),
    onHydrated: guard(observer.onHydrated),
  };
}

const isEnd = ({ type }: { readonly type: string }): boolean => type === 'RUN_FINISHED' || type === 'RUN_ERROR';

const readTitle = (value: unknown): string => {
  const title = typeof value === 'object' && value !== null && 'title' in value ? value.title : null;
  return typeof title === 'string' ? title : '';
};
