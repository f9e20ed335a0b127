// What conversation stories share: preloaded queries, and a conversation in a given state without a client.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { AssistantProvider } from '../assistant/assistant-provider.tsx';
import { ConversationContext } from '../chat/conversation.tsx';
import { ConversationBody } from '../chat/conversation-body.tsx';
import type { ConversationState } from '../chat/runtime/conversation-store.ts';
import { createConversation } from '../chat/runtime/create-conversation.ts';
import { KEYS } from '../queries.ts';
import { ME, MODELS, SESSIONS } from './story-data.ts';

const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, retry: false, refetchInterval: false } },
});
queries.setQueryData(KEYS.me, ME);
queries.setQueryData(KEYS.models, MODELS);
queries.setQueryData(KEYS.sessions, { pages: [SESSIONS], pageParams: [null] });

export function StoryFrame({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={queries}>
      <AssistantProvider me={ME}>{children}</AssistantProvider>
    </QueryClientProvider>
  );
}

type PlaceProps = { title: string; state: Partial<ConversationState>; height?: string; empty?: ReactNode };

/** A conversation as the panel shows it. */
export function PanelStory({ title, state, height = 'h-[32rem]', empty = null }: PlaceProps) {
  const [conversation] = useState(() => {
    const created = createConversation(title, { isNew: false });
    created.store.set({ phase: 'ready', ...state });
    return created;
  });
  return (
    <section
      aria-label={title}
      data-state={title}
      className={`flex min-w-0 flex-col overflow-hidden rounded-card border border-line-strong bg-surface ${height}`}
    >
      <h2 className="flex h-9 shrink-0 items-center border-b border-line px-4 text-small font-medium">{title}</h2>
      <ConversationContext value={conversation}>
        <ConversationBody
          me={ME}
          place="panel"
          about={null}
          onRemoveContext={() => undefined}
          empty={empty}
          onNew={() => undefined}
        />
      </ConversationContext>
    </section>
  );
}
