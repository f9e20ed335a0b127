// One answer of the assistant with all that stands around its words: waiting line, ending, usage, copy.
import type { UIMessage } from '@tanstack/ai-client';
import { memo, useMemo } from 'react';
import { CopyButton } from '../design/copy-button.tsx';
import { useModels } from '../queries.ts';
import { type AnswerFacts, factsOf } from './answer-facts.ts';
import { AnswerStatus } from './answer-status.tsx';
import { usageLine, waitingLine } from './answer-words.ts';
import { useConversation, useConversationState } from './conversation.tsx';
import { AssistantMessage, textOf } from './message.tsx';
import { useNow } from './use-now.ts';

type AnswerProps = {
  /** Null while the answer has not begun. */
  message: UIMessage | null;
  facts?: AnswerFacts;
  position: number;
  total: number;
  last: boolean;
};

export const Answer = memo(function Answer({ message, facts: given, position, total, last }: AnswerProps) {
  const conversation = useConversation();
  const log = useConversationState((state) => state.log);
  const facts = useMemo(() => given ?? (message === null ? null : factsOf(message, log)), [given, message, log]);
  const streaming = useConversationState((state) => last && state.live);
  const link = useConversationState((state) => (last ? state.link : 'steady'));
  const text = message === null ? '' : textOf(message);
  const status = streaming ? 'streaming' : (facts?.status ?? 'complete');
  const done = !streaming && status !== 'streaming';

  const ask = (words: string) => conversation.send(words);
  const actions =
    last && done
      ? {
          retry: () => ask(lastQuestion(conversation.store.get().messages)),
          resume: () => ask('Continue.'),
          reconnect: conversation.reconnect,
        }
      : null;

  return (
    <AssistantMessage
      message={message}
      position={position}
      total={total}
      status={status}
      streaming={streaming}
      caret={streaming && link === 'steady'}
      waiting={streaming && link === 'steady' ? <Waiting hasText={text !== ''} /> : null}
    >
      {facts && (done || link !== 'steady') && (
        <AnswerStatus facts={facts} link={streaming || link === 'lost' ? link : 'steady'} actions={actions} />
      )}
      {done && facts && text !== '' && <Footer facts={facts} text={text} />}
    </AssistantMessage>
  );
});

function Footer({ facts, text }: { facts: AnswerFacts; text: string }) {
  const { data } = useModels();
  const label = data?.models.find((model) => model.id === facts.model)?.label ?? facts.model;
  const line = usageLine(facts, label);
  return (
    <div className="mt-1 flex min-h-7 items-center gap-1 text-meta text-muted">
      <CopyButton text={text} label="Copy answer" />
      {line && <span className="tabular-nums">{line}</span>}
    </div>
  );
}

function Waiting({ hasText }: { hasText: boolean }) {
  const since = useConversationState((state) => state.lastTextAt);
  const now = useNow({ ticking: true, everyMs: 500 });
  const line = since === 0 ? null : waitingLine({ silentMs: now - since, hasText });
  return line && <span className="text-small text-muted tabular-nums">{line}</span>;
}

const lastQuestion = (messages: readonly UIMessage[]): string => {
  const question = messages.findLast((message) => message.role === 'user');
  return question === undefined ? '' : textOf(question);
};
