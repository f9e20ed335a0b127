// Forks the open conversation at a message, and opens the fork where the conversation stands.
import type { UIMessage } from '@tanstack/ai-client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useAssistant } from '../assistant/assistant-provider.tsx';
import { KEYS } from '../queries.ts';
import { forkHere } from './branching.ts';
import { useConversation } from './conversation.tsx';
import { tell } from './tell.ts';

export function useFork(): { readonly fork: (message: UIMessage) => void; readonly busy: boolean } {
  const conversation = useConversation();
  const assistant = useAssistant();
  const queries = useQueryClient();
  const [location, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const fork = (message: UIMessage) => {
    if (busy) return;
    setBusy(true);
    forkHere(conversation, message)
      .then((id) => {
        if (id === null) return;
        void queries.invalidateQueries({ queryKey: KEYS.sessions });
        assistant.show(id);
        if (location.startsWith('/chat')) navigate(`/chat/${id}`);
      }, tell)
      .finally(() => setBusy(false));
  };
  return { fork, busy };
}
