// Keeps a page with the conversation, wherever it goes on: in another tab, on another device, by another person. The
// server tells of it while the page is in view; where it cannot, the page asks from time to time.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { KEYS, useSession } from '../queries.ts';
import { factsOf } from './answer-facts.ts';
import type { ConversationState } from './conversation-store.ts';
import type { Conversation } from './create-conversation.ts';
import { getWaitingWords } from './queue-message.ts';
import { weigh } from './standing.ts';
import { onRunElsewhere } from './tab-channel.ts';
import { keepWatch } from './watch.ts';

/** How often is asked while the server does not tell; and where nothing has happened for long. */
const ASK_MS = 5_000;
const ASK_ASLEEP_MS = 60_000;

type Followed = Pick<Conversation, 'store' | 'reconnect'>;

export function useFollowElsewhere(conversation: Conversation): void {
  const { id: sessionId, store, reconnect } = conversation;
  const exists = useSyncExternalStore(store.subscribe, () => store.shown().exists && store.shown().phase !== 'missing');
  useWatch(conversation, exists);
  useAsking(conversation, exists);

  useEffect(() => onRunElsewhere(sessionId, () => isIdle(store.get()) && reconnect()), [sessionId, store, reconnect]);

  useEffect(() => {
    const online = () => store.get().link === 'lost' && reconnect();
    addEventListener('online', online);
    return () => removeEventListener('online', online);
  }, [store, reconnect]);
}

/** Reads again when the server tells that there is more than this page shows. */
function useWatch({ store, reconnect }: Followed, exists: boolean): void {
  const { sessionId } = store.get();
  const queries = useQueryClient();
  useEffect(() => {
    if (!exists) return;
    const watch = keepWatch(sessionId, {
      onState: (state) =>
        store.get().watch !== state && store.set({ watch: state, ...(state !== 'open' && { people: [] }) }),
      onStanding: (standing) => store.set({ standing }),
      onPeople: (people) => store.set({ people }),
      onRefused: () => {
        store.set({ watch: 'away', people: [] });
        void queries.invalidateQueries();
        reconnect();
      },
    });
    const follow = () => {
      const state = store.get();
      if (state.live) watch.wake();
      const { standing, read } = state;
      if (standing === null || state.phase !== 'ready') return;
      const verdict = weigh(
        { ...read, live: state.live, runId: state.runId, streaming: state.log.run?.id ?? null },
        standing,
      );
      if (verdict === 'up to date') store.set({ read: { ...read, version: standing.version } });
      if (verdict !== 'read again') return;
      void queries.invalidateQueries({ queryKey: KEYS.session(sessionId) });
      reconnect();
    };
    const stopFollowing = store.subscribe(follow);
    return () => {
      stopFollowing();
      watch.stop();
    };
  }, [sessionId, exists, store, reconnect, queries]);

  // Words of questions that began to wait after this page had read the transcript.
  const unknown = useSyncExternalStore(store.subscribe, () => {
    const { standing, waitingWords } = store.shown();
    return (standing?.queue ?? [])
      .map(({ runId }) => runId)
      .filter((runId) => waitingWords[runId] === undefined)
      .join(' ');
  });
  useEffect(() => {
    if (unknown === '') return;
    getWaitingWords(sessionId, unknown.split(' ')).then(
      (words) => store.set({ waitingWords: { ...store.get().waitingWords, ...words } }),
      // They are shown without their words then, and with them when their turn comes.
      () => undefined,
    );
  }, [unknown, sessionId, store]);
}

/** Asks how things stand while nobody tells. */
function useAsking({ store, reconnect }: Followed, exists: boolean): void {
  const { sessionId } = store.get();
  const idle = useSyncExternalStore(store.subscribe, () => isIdle(store.shown()));
  const watch = useSyncExternalStore(store.subscribe, () => store.shown().watch);
  const { data: session, dataUpdatedAt } = useSession(sessionId, {
    poll: idle && exists && watch !== 'open',
    everyMs: watch === 'asleep' ? ASK_ASLEEP_MS : ASK_MS,
  });
  const seen = useRef<string | null>(null);
  const idleSince = useRef(0);

  useEffect(() => {
    if (idle) idleSince.current = Date.now();
    else seen.current = null;
  }, [idle]);

  useEffect(() => {
    // What was read before this page's own run ended would only tell of that run.
    if (session === undefined || !idle || dataUpdatedAt < idleSince.current) return;
    const unfinished = store
      .get()
      .messages.some((message) => factsOf(message, store.get().log)?.status === 'streaming');
    const changed = seen.current !== null && seen.current !== session.updatedAt;
    seen.current = session.updatedAt;
    if (session.activeRunId !== null || changed || unfinished) reconnect();
  }, [session, dataUpdatedAt, idle, store, reconnect]);
}

const isIdle = (state: ConversationState): boolean => !state.live && state.phase === 'ready';
