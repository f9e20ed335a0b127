// What the message that is being written would take if it were sent now, as the server estimates it. Asked for when somebody
// looks.
import { useQuery } from '@tanstack/react-query';
import { estimateMessage } from '../api.ts';
import { Problem } from '../problem.ts';
import { estimateLine } from './answer-words.ts';
import type { ChatContext } from './chat-context.ts';
import { useConversation, useConversationState } from './conversation.tsx';
import { Figure } from './figure.tsx';
import { forwarded } from './forwarded.ts';

export type NextMessageProps = {
  readonly text: string;
  /** What would go along with the words. */
  readonly about: ChatContext | null;
};

export function NextMessage({ text, about }: NextMessageProps) {
  const { id } = useConversation();
  const exists = useConversationState((state) => state.exists);
  const model = useConversationState((state) => state.model);
  const asked = { text, ...(exists && { threadId: id }), ...forwarded({ mode: 'chat', model, about }) };
  const { data, error } = useQuery({
    queryKey: ['estimate', asked],
    queryFn: () => estimateMessage(asked),
    staleTime: 10_000,
    retry: false,
  });
  const refusal = error instanceof Problem ? error.title : 'Not known';
  return (
    <Figure name="What you are writing" value={data ? estimateLine(data) : error === null ? 'Estimating…' : refusal} />
  );
}
