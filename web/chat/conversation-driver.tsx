// Runs an open conversation while it is mounted: its client, and what tells of it elsewhere on the page. Renders nothing.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { KEYS, showChange, useSession } from '../queries.ts';
import { markRunning } from '../sessions/running.ts';
import { factsOf } from './answer-facts.ts';
import { ConversationRuntime } from './conversation-runtime.tsx';
import type { ConversationState } from './conversation-store.ts';
import type { Conversation } from './create-conversation.ts';
import { announceRun, onRunElsewhere } from './tab-channel.ts';

export function ConversationDriver({ conversation }: { conversation: Conversation }) {
  const { id, store } = conversation;
  const queries = useQueryClient();
  const client = useSyncExternalStore(store.subscribe, () => store.shown().client);
  const live = useSyncExternalStore(store.subscribe, () => store.shown().live);
  useEffect(() => markRunning(id, live), [id, live]);
  useFollowElsewhere(conversation);

  const accepted = () => {
    store.set({ accepted: store.get().accepted + 1, exists: true });
    announceRun(id);
    void queries.invalidateQueries({ queryKey: KEYS.sessions });
  };
  const titled = (title: string) => {
    if (title !== '') showChange(queries, id, { title });
    void queries.invalidateQueries({ queryKey: KEYS.sessions });
    void queries.invalidateQueries({ queryKey: KEYS.session(id) });
  };
  return (
    <ConversationRuntime
      key={client}
      conversation={conversation}
      onAccepted={accepted}
      onTitle={titled}
      onEnded={() => void queries.invalidateQueries({ queryKey: KEYS.sessions })}
    />
  );
}

/** Reconnects when another tab, device or client goes on with this conversation while this page is idle. */
function useFollowElsewhere({ id, store, reconnect }: Conversation): void {
  const idle = useSyncExternalStore(store.subscribe, () => isIdle(store.shown()));
  const exists = useSyncExternalStore(store.subscribe, () => store.shown().exists);
  const { data: session, dataUpdatedAt } = useSession(id, { poll: idle && exists });
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

  useEffect(() => onRunElsewhere(id, () => isIdle(store.get()) && reconnect()), [id, store, reconnect]);

  useEffect(() => {
    const online = () => store.get().link === 'lost' && reconnect();
    addEventListener('online', online);
    return () => removeEventListener('online', online);
  }, [store, reconnect]);
}

const isIdle = (state: ConversationState): boolean => !state.live && state.phase === 'ready';
