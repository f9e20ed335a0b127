// Runs an open conversation while it is mounted: its client, and what tells of it elsewhere on the page. Renders nothing.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useLayoutEffect, useSyncExternalStore } from 'react';
import { KEYS, showChange, useMe } from '../queries.ts';
import { markRunning } from '../sessions/running.ts';
import { ConversationRuntime } from './conversation-runtime.tsx';
import type { Conversation } from './create-conversation.ts';
import { announceRun } from './tab-channel.ts';
import { useFollowElsewhere } from './use-follow-elsewhere.ts';

export function ConversationDriver({ conversation }: { conversation: Conversation }) {
  const { id, store } = conversation;
  const queries = useQueryClient();
  const client = useSyncExternalStore(store.subscribe, () => store.shown().client);
  const live = useSyncExternalStore(store.subscribe, () => store.shown().live);
  useEffect(() => markRunning(id, live), [id, live]);
  const { data: me } = useMe();
  useLayoutEffect(() => store.set({ me: me?.user ?? null }), [store, me]);
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
