// The models available to the open conversation, and the one it uses.

import { useQueryClient } from '@tanstack/react-query';
import type { ModelList } from '../../../worker/api/models/models-schema.ts';
import { patchSession } from '../../api.ts';
import { KEYS, useModels, useSession } from '../../queries.ts';
import { useConversation, useConversationState } from '../conversation.tsx';
import type { ChatContext } from '../runtime/chat-context.ts';
import { useOpenSession } from '../use-open-session.ts';

/** Undefined until loaded. The settings are those of the conversation's program, or else of `about`'s program. */
export function useConversationModels(about: ChatContext | null): ModelList | undefined {
  const program = useOpenSession()?.programId ?? about?.programId ?? null;
  const { data, isError } = useModels(program);
  const { data: ofOrg } = useModels();
  // The user may no longer see the program; the organization's models then apply.
  return isError ? ofOrg : data;
}

/** The model that answers next. `value` is its id, even if the model isn't in the list. */
export function useCurrentModel(about: ChatContext | null): {
  current: ModelList['models'][number] | undefined;
  value: string | null;
} {
  const { id } = useConversation();
  const chosen = useConversationState((state) => state.model);
  const list = useConversationModels(about);
  const { data: session } = useSession(id, { poll: false });
  const value = chosen ?? session?.model ?? list?.default ?? null;
  return { current: list?.models.find((model) => model.id === value), value };
}

/** Sets the model of the open conversation. */
export function useChooseModel(): (model: string) => void {
  const { id, store } = useConversation();
  const queries = useQueryClient();
  return (model) => {
    store.set({ model });
    // The choice is also sent with the next message, so a failed write here loses nothing.
    if (store.get().exists)
      patchSession(id, { model }).then(
        () => queries.invalidateQueries({ queryKey: KEYS.session(id) }),
        () => undefined,
      );
  };
}
