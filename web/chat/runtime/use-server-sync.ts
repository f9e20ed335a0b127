// Keeps an open conversation in sync with what happens elsewhere: in another tab, on another device, by another member.
// The server pushes its status over the watch connection; without one, the page polls. Both end in `reconnect`.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { KEYS, useSession } from '../../queries.ts';
import { metadataOf } from '../answer/answer-metadata.ts';
import { isUnderway } from '../approvals/approval.ts';
import { syncDecision } from './conversation-status.ts';
import type { ConversationState } from './conversation-store.ts';
import type { Conversation } from './create-conversation.ts';
import { getQueuedTexts } from './queue-message.ts';
import { onRunElsewhere } from './tab-channel.ts';
import { keepWatch } from './watch.ts';

const POLL_MS = 5_000;
/** How long a confirmed change may wait for its outcome before the page asks the server for it. */
const OUTCOME_MS = 5_000;
/** For a conversation that has been idle for so long that the server closed its watch connection. */
const POLL_IDLE_MS = 60_000;

type SyncedConversation = Pick<Conversation, 'store' | 'reconnect'>;

export function useServerSync(conversation: Conversation): void {
  const { id: sessionId, store, reconnect } = conversation;
  const exists = useSyncExternalStore(store.subscribe, () => store.shown().exists && store.shown().phase !== 'missing');
  useWatch(conversation, exists);
  usePolling(conversation, exists);
  useOutcomes(conversation);

  useEffect(() => onRunElsewhere(sessionId, () => isIdle(store.get()) && reconnect()), [sessionId, store, reconnect]);

  useEffect(() => {
    const online = () => store.get().connection === 'lost' && reconnect();
    addEventListener('online', online);
    return () => removeEventListener('online', online);
  }, [store, reconnect]);
}

/** Watches the conversation and reloads it when the server has more than this page shows. */
function useWatch({ store, reconnect }: SyncedConversation, exists: boolean): void {
  const { sessionId } = store.get();
  const queries = useQueryClient();
  useEffect(() => {
    if (!exists) return;
    const watch = keepWatch(sessionId, {
      onState: (state) =>
        store.get().watch !== state && store.set({ watch: state, ...(state !== 'open' && { people: [] }) }),
      onStatus: (status) => store.set({ status }),
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
      const { status, sync } = state;
      if (status === null || state.phase !== 'ready') return;
      const decision = syncDecision(
        { ...sync, live: state.live, runId: state.runId, streaming: state.log.activeRun?.id ?? null },
        status,
      );
      if (decision === 'up to date') store.set({ sync: { ...sync, version: status.version } });
      if (decision === 'missed' && !sync.missed) store.set({ sync: { ...sync, missed: true } });
      if (decision !== 'reload') return;
      void queries.invalidateQueries({ queryKey: KEYS.session(sessionId) });
      reconnect();
    };
    const stopFollowing = store.subscribe(follow);
    return () => {
      stopFollowing();
      watch.stop();
    };
  }, [sessionId, exists, store, reconnect, queries]);

  // Questions that were queued after this page loaded the transcript: their text is still missing.
  const missing = useSyncExternalStore(store.subscribe, () => {
    const { status, queuedTexts } = store.shown();
    return (status?.queue ?? [])
      .map(({ runId }) => runId)
      .filter((runId) => queuedTexts[runId] === undefined)
      .join(' ');
  });
  useEffect(() => {
    if (missing === '') return;
    getQueuedTexts(sessionId, missing.split(' ')).then(
      (texts) => store.set({ queuedTexts: { ...store.get().queuedTexts, ...texts } }),
      // The question is then shown without its text until its turn comes.
      () => undefined,
    );
  }, [missing, sessionId, store]);
}

/** Polls the session while there is no watch connection. */
function usePolling({ store, reconnect }: SyncedConversation, exists: boolean): void {
  const { sessionId } = store.get();
  const idle = useSyncExternalStore(store.subscribe, () => isIdle(store.shown()));
  const watch = useSyncExternalStore(store.subscribe, () => store.shown().watch);
  const { data: session, dataUpdatedAt } = useSession(sessionId, {
    poll: idle && exists && watch !== 'open',
    everyMs: watch === 'asleep' ? POLL_IDLE_MS : POLL_MS,
  });
  const seen = useRef<string | null>(null);
  const idleSince = useRef(0);

  useEffect(() => {
    if (idle) idleSince.current = Date.now();
    else seen.current = null;
  }, [idle]);

  useEffect(() => {
    // A session fetched before this page's own run ended would only report that run.
    if (session === undefined || !idle || dataUpdatedAt < idleSince.current) return;
    const unfinished = store
      .get()
      .messages.some((message) => metadataOf(message, store.get().log)?.status === 'streaming');
    const changed = seen.current !== null && seen.current !== session.updatedAt;
    seen.current = session.updatedAt;
    if (session.activeRunId !== null || changed || unfinished) reconnect();
  }, [session, dataUpdatedAt, idle, store, reconnect]);
}

/**
 * Loads the outcome of a confirmed change if no run of this page brings it. The server looks up the outcome of a run that it
 * lost, and reports that to no one.
 */
function useOutcomes({ store, reconnect }: SyncedConversation): void {
  const isWaiting = useSyncExternalStore(store.subscribe, () => {
    const state = store.shown();
    return isIdle(state) && !state.sync.reading && Object.values(state.tools.approvals).some(isUnderway);
  });
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(reconnect, OUTCOME_MS);
    return () => clearTimeout(timer);
  }, [isWaiting, reconnect]);
}

const isIdle = (state: ConversationState): boolean => !state.live && state.phase === 'ready';
